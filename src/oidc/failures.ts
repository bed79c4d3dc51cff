/**
 * What the libraries throw, turned into our refusals with a hint for the operator; takes over no token and no claim.
 */
import { errors as jose } from 'jose'
import * as oauth from 'oauth4webapi'
import { type ErrorCode, GatehouseError, type LogDetail } from '../errors.ts'
import { printable } from '../log.ts'

/** Turns whatever the protocol libraries threw into a GatehouseError; one of ours passes unchanged. */
export function toProtocolFailure(error: unknown, message: string): GatehouseError {
  if (error instanceof GatehouseError) return error
  if (error instanceof oauth.AuthorizationResponseError) {
    return new GatehouseError(codeOfAnswer(error.error), message, { cause: error, detail: saidByProvider(error) })
  }
  if (error instanceof oauth.ResponseBodyError) {
    return new GatehouseError('provider_error', message, { cause: error, detail: saidByProvider(error) })
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return new GatehouseError('provider_error', message, { cause: error, detail: saidByChallenge(error) })
  }
  if (error instanceof oauth.OperationProcessingError) {
    const hint = error.message.includes('"alg"') ? { detail: { hint: 'see OIDC_RP_SIGN_ALGO' } } : {}
    return new GatehouseError(codeOfProcessing(error.code), message, { cause: error, ...hint })
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

function saidByProvider(error: oauth.AuthorizationResponseError | oauth.ResponseBodyError): LogDetail {
  const hint = hintFor(error.error)
  return {
    provider_error: printable(error.error),
    ...(error.error_description ? { provider_description: withoutAddresses(printable(error.error_description)) } : {}),
    ...(hint ? { hint } : {}),
  }
}

/** Some providers refuse a client in a header, where others do it in the body. @see RFC 6749 section 5.2, RFC 9110 section 11.6.1 */
function saidByChallenge({ status, cause: [challenge] }: oauth.WWWAuthenticateChallengeError): LogDetail {
  const { error = status === 401 ? 'invalid_client' : 'none given', error_description } = challenge?.parameters ?? {}
  const hint = hintFor(error)
  return {
    status,
    provider_error: printable(error),
    ...(error_description ? { provider_description: printable(error_description) } : {}),
    ...(hint ? { hint } : {}),
  }
}

/** Some providers name the person by an e-mail address. */
function withoutAddresses(text: string): string {
  return text.replace(/\S*@\S*/g, '…')
}

function hintFor(error: string): string | undefined {
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
