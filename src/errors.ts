/**
 * Every way in which Gatehouse can refuse, and what the outside is told of each; leaves sentences to `pages/` and logging to `log.ts`.
 */

/** The closed list of refusals. The short codes are also what `LOGIN_REDIRECT_URL_FAILURE` receives as `?error=`. */
export type ErrorCode =
  | 'access_denied'
  | 'account_unknown'
  | 'authentication_too_weak'
  | 'claims_missing'
  | 'clock_skew'
  | 'csrf_refused'
  | 'email_conflict'
  | 'interaction_required'
  | 'internal'
  | 'invalid_client'
  | 'invalid_request'
  | 'login_expired'
  | 'login_required'
  | 'method_not_allowed'
  | 'not_configured'
  | 'not_found'
  | 'payload_too_large'
  | 'provider_error'
  | 'provider_unreachable'
  | 'state_unknown'
  | 'store_unavailable'
  | 'token_invalid'

/** What the log may know beyond the code. Never a token, a secret or a claim of a person. */
export type LogDetail = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

/**
 * A refusal with its code. `message` and `detail` are for the log only; the outside sees what {@link outside} says of the code.
 */
export class GatehouseError extends Error {
  override readonly name = 'GatehouseError'
  readonly code: ErrorCode
  readonly detail: LogDetail
  /** Seconds after which asking again makes sense, where that is known. */
  readonly retryAfterSeconds: number | undefined
  /** A sentence that an app may be told instead of the general one of its code. */
  readonly told: string | undefined
  /** The claims that the provider did not send, by their names, which the outside may know. */
  readonly missing: readonly string[]

  constructor(
    code: ErrorCode,
    message: string,
    options: {
      cause?: unknown
      detail?: LogDetail
      retryAfterSeconds?: number
      told?: string
      missing?: readonly string[]
    } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.detail = options.detail ?? {}
    this.retryAfterSeconds = options.retryAfterSeconds
    this.told = options.told
    this.missing = options.missing ?? []
  }
}

/** How the outside sees a refusal: the HTTP status, the OAuth error code, and whether trying again may help. */
export interface Outside {
  readonly status: 400 | 401 | 403 | 404 | 405 | 413 | 500 | 502 | 503
  /** The `error` member of an answer to a machine. @see RFC 6749 section 5.2, RFC 6750 section 3.1 */
  readonly oauthError: string
  readonly retryAfterSeconds?: number
}

const RETRY_AFTER_SECONDS = 10

/** Gives the outside view of a code; adding a code without deciding its view does not compile. */
export function outside(code: ErrorCode): Outside {
  switch (code) {
    case 'invalid_request':
      return { status: 400, oauthError: 'invalid_request' }
    case 'login_expired':
    case 'state_unknown':
      return { status: 400, oauthError: 'invalid_request' }
    case 'claims_missing':
      return { status: 400, oauthError: 'invalid_claims' }
    case 'invalid_client':
      return { status: 401, oauthError: 'invalid_client' }
    case 'login_required':
      return { status: 401, oauthError: 'login_required' }
    case 'access_denied':
    case 'account_unknown':
    case 'authentication_too_weak':
    case 'interaction_required':
    case 'csrf_refused':
    case 'email_conflict':
      return { status: 403, oauthError: 'access_denied' }
    case 'not_found':
      return { status: 404, oauthError: 'not_found' }
    case 'method_not_allowed':
      return { status: 405, oauthError: 'invalid_request' }
    case 'payload_too_large':
      return { status: 413, oauthError: 'invalid_request' }
    case 'internal':
      return { status: 500, oauthError: 'server_error' }
    case 'clock_skew':
    case 'provider_error':
    case 'token_invalid':
      return { status: 502, oauthError: 'server_error' }
    case 'provider_unreachable':
      return { status: 502, oauthError: 'temporarily_unavailable', retryAfterSeconds: RETRY_AFTER_SECONDS }
    case 'not_configured':
    case 'store_unavailable':
      return { status: 503, oauthError: 'temporarily_unavailable', retryAfterSeconds: RETRY_AFTER_SECONDS }
  }
}

/** Wraps whatever was thrown, so that every refusal has a code; a GatehouseError passes unchanged. */
export function toGatehouseError(thrown: unknown): GatehouseError {
  if (thrown instanceof GatehouseError) return thrown
  return new GatehouseError('internal', 'an unexpected failure', { cause: thrown })
}
