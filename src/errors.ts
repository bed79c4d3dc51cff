/**
 * The refusals of Gatehouse, and what the outside is told of each; leaves sentences to `pages/` and logging to `log.ts`.
 */
import type { ErrorCode, Reason, ReasonOf } from './reasons.ts'

/** Where the provider answered; what its words mean depends on that. */
export type ProviderPlace = 'authorization' | 'callback' | 'token' | 'userinfo' | 'introspection' | 'revocation'

/** What the provider answered when it refused, or when its answer was refused; fit for a log, but the words are its own. */
export interface ProviderAnswer {
  readonly place?: ProviderPlace
  /** The HTTP status. */
  readonly status?: number
  /** The `error` member. @see RFC 6749 sections 4.1.2.1 and 5.2 */
  readonly error?: string
  /** The `error_description` member. */
  readonly description?: string
}

/** What the log may know beyond the code. Never a token, a secret or a claim of a person, and nothing that code decides by. */
export type LogDetail = Readonly<Record<string, string | number | boolean | null | readonly string[]>>

interface FailureOptions {
  readonly cause?: unknown
  readonly detail?: LogDetail
  readonly retryAfterSeconds?: number | undefined
  readonly publicMessage?: string
  readonly provider?: ProviderAnswer
  readonly missing?: readonly string[]
  readonly unreadable?: readonly string[]
  readonly hint?: string | undefined
}

/**
 * A refusal with its code and its reason. `message`, `hint` and `detail` are for the log only; the outside sees what {@link outside} says
 * of the code.
 */
export class GatehouseError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'GatehouseError'
  readonly code: Code
  readonly reason: ReasonOf<Code>
  readonly detail: LogDetail
  /** What the operator can do, or which settings to look at. */
  readonly hint: string | undefined
  /** Seconds after which asking again makes sense, where that is known. */
  readonly retryAfterSeconds: number | undefined
  /** A sentence that an app may be told instead of the general one of its code. */
  readonly publicMessage: string | undefined
  readonly provider: ProviderAnswer
  /** The claims that the provider did not send, or not in a form that can be used, by their names, which the outside may know. */
  readonly missing: readonly string[]
  /** Of those, the ones that are there: a sentence for each about what is wrong with it, which begins with the name. */
  readonly unreadable: readonly string[]

  constructor(code: Code, reason: ReasonOf<Code>, message: string, options: FailureOptions = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : undefined)
    this.code = code
    this.reason = reason
    this.detail = options.detail ?? {}
    this.hint = options.hint
    this.retryAfterSeconds = options.retryAfterSeconds
    this.publicMessage = options.publicMessage
    this.provider = options.provider ?? {}
    this.missing = options.missing ?? []
    this.unreadable = options.unreadable ?? []
  }

  /** The same refusal in another sentence, which knows more: with this one's code and reason, and what was found out before. */
  restated(message: string, options: FailureOptions = {}): GatehouseError<Code> {
    const { code, reason, provider, missing, unreadable, hint, publicMessage, retryAfterSeconds, cause } = this
    const known = { provider, missing, unreadable, hint, retryAfterSeconds, cause }
    const shown = publicMessage === undefined ? {} : { publicMessage }
    return new GatehouseError(code, reason, message, {
      ...known,
      ...shown,
      ...options,
      detail: { ...this.detail, ...options.detail },
    })
  }
}

const SET_UP_WRONG: readonly Reason[] = [
  'discovery_document_missing',
  'metadata_unusable',
  'issuer_mismatch',
  'pkce_without_s256',
  'insecure_endpoint',
]

/** Whether the provider answers, but not as one at these settings would: trying again does not help, and only the operator can. */
export function isSetUpWrong({ code, reason }: GatehouseError): boolean {
  return code === 'provider_error' && SET_UP_WRONG.includes(reason)
}

/** How the outside sees a refusal: the HTTP status, the OAuth error code, and whether trying again may help. */
export interface Outside {
  readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 429 | 500 | 502 | 503
  /** The `error` member of an answer to a machine. @see RFC 6749 section 5.2, RFC 6750 section 3.1 */
  readonly oauthError: string
  readonly retryAfterSeconds?: number
}

const RETRY_AFTER_SECONDS = 10
/** The period of the rate limits in wrangler.toml. */
const RATE_LIMIT_SECONDS = 60

/** Gives the outside view of a code; adding a code without deciding its view does not compile. */
export function outside(code: ErrorCode): Outside {
  switch (code) {
    case 'invalid_request':
    case 'login_ended':
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
    case 'account_disabled':
    case 'account_not_allowed':
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
    case 'conflict':
      return { status: 409, oauthError: 'invalid_request' }
    case 'payload_too_large':
      return { status: 413, oauthError: 'invalid_request' }
    case 'rate_limited':
      return { status: 429, oauthError: 'temporarily_unavailable', retryAfterSeconds: RATE_LIMIT_SECONDS }
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
    case 'temporarily_unavailable':
      return { status: 503, oauthError: 'temporarily_unavailable', retryAfterSeconds: RETRY_AFTER_SECONDS }
  }
}

/** Wraps whatever was thrown, so that every refusal has a code; a GatehouseError passes unchanged. */
export function toGatehouseError(thrown: unknown): GatehouseError {
  if (thrown instanceof GatehouseError) return thrown
  return new GatehouseError('internal', 'unexpected', 'an unexpected failure', { cause: thrown })
}
