/**
 * What the libraries throw, turned into our refusals with a hint for the operator; takes over no token and no claim.
 */
import { errors as jose } from 'jose'
import * as oauth from 'oauth4webapi'
import { type ErrorCode, GatehouseError, type LogDetail } from '../errors.ts'
import { printable } from '../log.ts'

/** Where the provider answered; what its words mean depends on that, so a log line keeps it beside them. */
export type ProviderPlace = 'authorization' | 'callback' | 'token' | 'userinfo' | 'introspection' | 'revocation'

/** Enough of any description; patterns are not let loose on more. */
const QUOTED_MAX_CHARACTERS = 1000
/** Some providers name the person by an e-mail address. */
const ADDRESS = /\S*(?:@|%40)\S*/gi
/** A JWT, or letters and digits in a row as only codes and tokens have them; the numbers of requests and tenants (UUIDs) are shorter. */
const TOKEN = /\beyJ[\w-]{10,}(?:\.[\w-]*)*|[\w-]{40,}/g

/** Turns whatever the protocol libraries threw into a GatehouseError; one of ours passes unchanged. */
export function toProtocolFailure(error: unknown, message: string, place: ProviderPlace): GatehouseError {
  if (error instanceof GatehouseError) return error
  if (error instanceof oauth.AuthorizationResponseError) {
    const detail = saidByProvider('callback', error)
    return new GatehouseError(codeOfAnswer(error.error), message, { cause: error, detail })
  }
  if (error instanceof oauth.ResponseBodyError) {
    return new GatehouseError('provider_error', message, { cause: error, detail: saidByProvider(place, error) })
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return new GatehouseError('provider_error', message, { cause: error, detail: saidByChallenge(place, error) })
  }
  if (error instanceof oauth.OperationProcessingError) {
    const hint = error.message.includes('"alg"') ? { hint: 'see OIDC_RP_SIGN_ALGO' } : {}
    const answer = error.cause instanceof Response ? { provider_place: place, provider_status: error.cause.status } : {}
    return new GatehouseError(codeOfProcessing(error.code), message, { cause: error, detail: { ...answer, ...hint } })
  }
  if (error instanceof jose.JOSEError) return new GatehouseError('token_invalid', message, { cause: error })
  return new GatehouseError('provider_error', message, { cause: error })
}

/** @see RFC 6749 section 4.1.2.1 and OpenID Connect Core 1.0 section 3.1.2.6 for the errors of the authorization endpoint */
function codeOfAnswer(error: string): ErrorCode {
  switch (error) {
    case 'access_denied':
      return 'access_denied'
    case 'login_required':
    case 'interaction_required':
    case 'consent_required':
    case 'account_selection_required':
      return 'interaction_required'
    case 'server_error':
    case 'temporarily_unavailable':
      return 'provider_unreachable'
    default:
      return 'provider_error'
  }
}

function codeOfProcessing(code: string | undefined): ErrorCode {
  switch (code) {
    case oauth.JWT_TIMESTAMP_CHECK:
      return 'clock_skew'
    case oauth.PARSE_ERROR:
    case oauth.RESPONSE_IS_NOT_CONFORM:
    case oauth.RESPONSE_IS_NOT_JSON:
      return 'provider_error'
    default:
      return 'token_invalid'
  }
}

interface Said {
  readonly error?: string | undefined
  readonly error_description?: string | undefined
  readonly status?: number
}

function saidByProvider(place: ProviderPlace, { status, error, error_description }: Said): LogDetail {
  const hint = hintFor(error)
  return {
    provider_place: place,
    ...(status === undefined ? {} : { provider_status: status }),
    ...(error ? { provider_error: quoted(error) } : {}),
    ...(error_description ? { provider_description: quoted(error_description) } : {}),
    ...(hint ? { hint } : {}),
  }
}

/** Some providers refuse in a header, where others do it in the body. @see RFC 6749 section 5.2, RFC 9110 section 11.6.1, RFC 6750 section 3 */
function saidByChallenge(place: ProviderPlace, challenged: oauth.WWWAuthenticateChallengeError): LogDetail {
  const [challenge] = challenged.cause
  // Whoever asks for credentials of the client without a word does not take the ones that were sent.
  const unsaid = challenged.status === 401 && place !== 'userinfo' ? 'invalid_client' : undefined
  return saidByProvider(place, { error: unsaid, ...challenge?.parameters, status: challenged.status })
}

/** The provider's own words, fit for a log line. */
function quoted(text: string): string {
  return printable(text.slice(0, QUOTED_MAX_CHARACTERS).replace(ADDRESS, '…').replace(TOKEN, '…'))
}

function hintFor(error: string | undefined): string | undefined {
  switch (error) {
    case 'invalid_client':
    case 'unauthorized_client':
      return 'the provider does not accept OIDC_RP_CLIENT_ID with OIDC_RP_CLIENT_SECRET or OIDC_RP_PRIVATE_KEY; compare them, and OIDC_RP_TOKEN_AUTH_METHOD, with its console'
    case 'invalid_grant':
      return 'the code was used before, is too old, or was made for another redirect URI'
    case 'invalid_scope':
      return 'the provider does not know a scope of OIDC_RP_SCOPES'
    case 'invalid_dpop_proof':
    case 'use_dpop_nonce':
      return 'the provider refuses our proof of possession; see OIDC_USE_DPOP, and compare its clock with ours'
    case 'invalid_request_object':
    case 'request_not_supported':
      return 'the provider does not take our signed request; see OIDC_USE_REQUEST_OBJECT, OIDC_RP_PRIVATE_KEY and OIDC_RP_PRIVATE_KEY_ALG'
    default:
      return undefined
  }
}
