/**
 * The page for every refusal: what happened, what to do next, and the reference number that finds the log line.
 */
import type { ErrorCode, Reason } from '../reasons.ts'
import type { Language } from './language.ts'
import { layout, type Page } from './layout.tsx'

export interface FailureView {
  readonly code: ErrorCode
  readonly reason: Reason
  /** Only the operator can help. */
  readonly isSetUpWrong?: boolean
  /** Claims that the provider did not send, for the operator. */
  readonly missing: readonly string[]
  readonly reference: string
  readonly loginPath: string
  readonly homePath: string
}

export function failurePage(language: Language, view: FailureView): Page {
  const { code, reason, isSetUpWrong = false, missing, reference, loginPath, homePath } = view
  const { messages } = language
  const known = reason === 'cancelled' || reason === 'not_allowed' ? messages.denials[reason] : messages.failures[code]
  const { title, text } = isSetUpWrong ? messages.setUpWrong : known
  const action = actionFor(code)
  return layout(
    language,
    title,
    <>
      <h1>{title}</h1>
      <p>{text}</p>
      {missing.length > 0 ? <p>{messages.missingClaims(missing.join(', '))}</p> : null}
      {action === 'sign_in' ? (
        <a class="action" href={loginPath}>
          {messages.signInAgain}
        </a>
      ) : null}
      {action === 'start' ? (
        <a class="action" href={homePath}>
          {messages.toStart}
        </a>
      ) : null}
      {language.brand?.supportUrl === undefined ? null : (
        <p class="aside">
          <a href={language.brand.supportUrl}>{messages.support}</a>
        </p>
      )}
      <p class="reference">{messages.reference(reference)}</p>
    </>,
  )
}

/** What the person can do next; nothing when only the operator can. */
function actionFor(code: ErrorCode): 'sign_in' | 'start' | 'none' {
  switch (code) {
    case 'access_denied':
    case 'account_disabled':
    case 'account_not_allowed':
    case 'account_unknown':
    case 'authentication_too_weak':
    case 'claims_missing':
    case 'clock_skew':
    case 'interaction_required':
    case 'login_ended':
    case 'login_expired':
    case 'login_required':
    case 'provider_error':
    case 'provider_unreachable':
    case 'state_unknown':
    case 'temporarily_unavailable':
    case 'token_invalid':
      return 'sign_in'
    case 'conflict':
    case 'csrf_refused':
    case 'internal':
    case 'invalid_request':
    case 'method_not_allowed':
    case 'not_found':
    case 'payload_too_large':
    case 'rate_limited':
    case 'store_unavailable':
      return 'start'
    case 'email_conflict':
    case 'invalid_client':
    case 'not_configured':
      return 'none'
  }
}
