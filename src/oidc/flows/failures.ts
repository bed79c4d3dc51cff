/**
 * What the libraries throw, turned into our refusals with a hint for the operator; takes over no token and no claim.
 */

import { errors as jose } from 'jose'
import * as oauth from 'oauth4webapi'
import { nameOf } from '../../config/names.ts'
import { GatehouseError, type ProviderAnswer, type ProviderPlace } from '../../errors.ts'
import { printable } from '../../log.ts'
import type { ReasonOf } from '../../reasons.ts'
import { type Redact, redactedBeginning, withoutAddressesAndTokens } from '../../secrets.ts'
import type { ClaimFault } from '../claims.ts'
import type { SecretsAtHand } from '../transport/secrets-at-hand.ts'
import { answeredStatus, refusedIdToken } from './token-answer.ts'

/** Enough of any description; no pattern is matched against more. Far more than is shown, so that no secret is cut in two. */
const QUOTED_MAX_CHARACTERS = 10_000

/**
 * Turns whatever the protocol libraries threw into a GatehouseError; one of ours passes unchanged.
 *
 * @param secrets that must not appear in what is quoted from the provider
 */
export function toProtocolFailure(
  error: unknown,
  message: string,
  place: ProviderPlace,
  { redact }: Pick<SecretsAtHand, 'redact'>,
): GatehouseError {
  if (error instanceof GatehouseError) return error
  if (error instanceof oauth.AuthorizationResponseError) {
    return authorizationFailure(error, message, answerOf('callback', error, redact))
  }
  if (error instanceof oauth.ResponseBodyError) {
    const { error: name, error_description, response } = error
    const provider = answerOf(place, { error: name, error_description, status: answeredStatus(response) }, redact)
    return refusedBy(provider, name, message, error)
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    const said = saidByChallenge(place, error)
    return refusedBy(answerOf(place, said, redact), said.error, message, error)
  }
  if (error instanceof oauth.OperationProcessingError) return processingFailure(error, message, place)
  if (error instanceof jose.JOSEError) {
    return new GatehouseError('token_invalid', 'refused_by_library', message, { cause: error })
  }
  const fault = error instanceof Error ? refusedIdToken(error) : undefined
  return new GatehouseError('provider_error', 'answer_malformed', withFault(message, fault), { cause: error })
}

function refusedBy(provider: ProviderAnswer, error: string | undefined, message: string, cause: Error): GatehouseError {
  return new GatehouseError('provider_error', 'refused_by_provider', message, { cause, provider, hint: hintFor(error) })
}

/** @see RFC 6749 section 4.1.2.1 and OpenID Connect Core 1.0 section 3.1.2.6 for the errors of the authorization endpoint */
function authorizationFailure(
  error: oauth.AuthorizationResponseError,
  message: string,
  provider: ProviderAnswer,
): GatehouseError {
  const options = { cause: error, provider, hint: hintFor(error.error) }
  switch (error.error) {
    case 'access_denied':
      return new GatehouseError('access_denied', 'refused_by_provider', message, options)
    case 'login_required':
    case 'interaction_required':
    case 'consent_required':
    case 'account_selection_required':
      return new GatehouseError('interaction_required', 'interaction_required', message, options)
    case 'server_error':
    case 'temporarily_unavailable':
      return new GatehouseError('provider_unreachable', 'out_of_order', message, options)
    default:
      return new GatehouseError('provider_error', 'refused_by_provider', message, options)
  }
}

/** What the library refuses of an answer that is no error of the provider. */
function processingFailure(
  error: oauth.OperationProcessingError,
  message: string,
  place: ProviderPlace,
): GatehouseError {
  const fault = refusedIdToken(error)
  const provider = error.cause instanceof Response ? { place, status: error.cause.status } : {}
  const hint = fault?.reason === 'algorithm_mismatch' ? `see ${nameOf('idTokenAlgorithm')}` : undefined
  const options = { cause: error, provider, hint }
  const sentence = withFault(message, fault)
  switch (error.code) {
    case oauth.JWT_TIMESTAMP_CHECK:
      return new GatehouseError('clock_skew', timeFaultOf(fault), sentence, options)
    case oauth.PARSE_ERROR:
    case oauth.RESPONSE_IS_NOT_CONFORM:
    case oauth.RESPONSE_IS_NOT_JSON:
      return new GatehouseError('provider_error', 'answer_malformed', sentence, options)
    default:
      return new GatehouseError('token_invalid', fault?.reason ?? 'refused_by_library', sentence, options)
  }
}

function timeFaultOf(fault: ClaimFault | undefined): ReasonOf<'clock_skew'> {
  return fault?.reason === 'expired' || fault?.reason === 'not_yet_valid' ? fault.reason : 'clock_skew'
}

function withFault(message: string, fault: ClaimFault | undefined): string {
  return fault === undefined ? message : `${message} for its ID token: ${fault.message}`
}

interface Said {
  readonly error?: string | undefined
  readonly error_description?: string | undefined
  readonly status?: number
}

function answerOf(place: ProviderPlace, { status, error, error_description }: Said, redact: Redact): ProviderAnswer {
  return {
    place,
    ...(status === undefined ? {} : { status }),
    ...(error ? { error: quoted(error, redact) } : {}),
    ...(error_description ? { description: quoted(error_description, redact) } : {}),
  }
}

/** Some providers refuse in a header, where others do it in the body. @see RFC 6749 section 5.2, RFC 9110 section 11.6.1, RFC 6750 section 3 */
function saidByChallenge(place: ProviderPlace, { status, cause }: oauth.WWWAuthenticateChallengeError): Said {
  const [challenge] = cause
  // A provider that asks for credentials of the client without an error code does not take the ones that were sent.
  const unsaid = status === 401 && place !== 'userinfo' ? 'invalid_client' : undefined
  return { error: unsaid, ...challenge?.parameters, status }
}

/** The provider's own words, fit for a log line. */
function quoted(text: string, redact: Redact): string {
  return printable(withoutAddressesAndTokens(redactedBeginning(text, QUOTED_MAX_CHARACTERS, redact)))
}

function hintFor(error: string | undefined): string | undefined {
  switch (error) {
    case 'invalid_client':
    case 'unauthorized_client':
      return `the provider does not accept ${nameOf('clientId')} with ${nameOf('clientSecret')} or ${nameOf('signingKeys')}; compare them, and ${nameOf('clientAuthMethod')}, with its console`
    case 'invalid_grant':
      return 'the code was used before, is too old, or was made for another redirect URI'
    case 'invalid_scope':
      return `the provider does not know a scope of ${nameOf('scopes')}`
    case 'invalid_dpop_proof':
    case 'use_dpop_nonce':
      return `the provider refuses our proof of possession; see ${nameOf('useDpop')}, and compare its clock with ours`
    case 'invalid_request_object':
    case 'request_not_supported':
      return `the provider does not take our signed request; see ${nameOf('useRequestObject')}, ${nameOf('signingKeys')} and ${nameOf('signingKeyAlgorithm')}`
    default:
      return undefined
  }
}
