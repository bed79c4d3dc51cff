/**
 * What an app is told of each refusal, in a sentence for its developer; people see the pages of `pages/` and never these.
 */
import type { ErrorCode } from '../../reasons.ts'

/** An app asks about a token or a session, so nothing here speaks of what a person would have to do. */
export const APP_SENTENCES: Readonly<Record<ErrorCode, string>> = {
  access_denied: 'Access was denied',
  account_disabled: 'The account of this person is disabled',
  account_not_allowed: 'This person is not allowed here',
  account_unknown: 'There is no account of this person',
  authentication_too_weak: 'The authentication was not strong enough',
  claims_missing: 'The account lacks something that is needed',
  clock_skew: 'The clocks of the identity provider and of Gatehouse do not agree',
  conflict: 'There is one like it already',
  csrf_refused: 'The request does not come from a page of Gatehouse',
  email_conflict: 'It cannot be told which account is meant',
  interaction_required: 'The identity provider needs the person for this',
  internal: 'Something went wrong in Gatehouse; its log says more',
  invalid_client: 'Unknown application',
  invalid_request: 'This request cannot be understood',
  login_ended: 'The session ended meanwhile',
  login_expired: 'The request came too late',
  login_required: 'There is no session, or it has ended',
  method_not_allowed: 'This method is not allowed here',
  not_configured: 'Gatehouse is not set up for this; its log names the settings',
  not_found: 'There is nothing at this address',
  payload_too_large: 'The request is too large',
  provider_error: 'The identity provider gave an answer that cannot be used',
  provider_unreachable: 'The identity provider does not answer',
  rate_limited: 'Too many requests; please try again in a minute',
  state_unknown: 'The request belongs to nothing that is under way',
  store_unavailable: 'The database does not answer; please try again in a moment',
  temporarily_unavailable: 'This could not be decided yet; please try again in a moment',
  token_invalid: 'The identity provider gave a token that cannot be used',
}
