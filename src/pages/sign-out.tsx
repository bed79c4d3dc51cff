/**
 * The question before signing out, and the one form that does it.
 */
import type { Language } from './language.ts'
import { layout, type Page } from './layout.tsx'

/** The field is called as in La Suite, whose front ends post to the same address. */
export const CSRF_FIELD = 'csrfmiddlewaretoken'
/** With the value `1`: all sessions of the person end, not this browser's alone. */
export const EVERYWHERE_FIELD = 'everywhere'

interface SignOutFormView {
  readonly action: string
  readonly csrfToken: string
  readonly label: string
  readonly isEverywhere?: boolean
}

export function SignOutForm({ action, csrfToken, label, isEverywhere = false }: SignOutFormView) {
  return (
    <form method="post" action={action}>
      <input type="hidden" name={CSRF_FIELD} value={csrfToken} />
      {isEverywhere ? <input type="hidden" name={EVERYWHERE_FIELD} value="1" /> : null}
      <button class="action" type="submit">
        {label}
      </button>
    </form>
  )
}

export function SignOutEverywhereLink({ logoutPath, label }: { readonly logoutPath: string; readonly label: string }) {
  return (
    <p class="aside">
      <a href={`${logoutPath}?${EVERYWHERE_FIELD}=1`}>{label}</a>
    </p>
  )
}

export interface SignOutView {
  readonly csrfToken: string
  readonly logoutPath: string
  /** Where to go instead. */
  readonly homePath: string
  /** All sessions of the person, not this browser's alone. */
  readonly isEverywhere: boolean
}

/** One question, one button, and a way back; the other question is a link away. */
export function signOutPage(language: Language, { csrfToken, logoutPath, homePath, isEverywhere }: SignOutView): Page {
  const { messages } = language
  const label = isEverywhere ? messages.signOutEverywhere : messages.signOut
  return layout(
    language,
    label,
    <>
      <h1>{isEverywhere ? messages.signOutEverywhereQuestion : messages.signOutQuestion}</h1>
      <p>{isEverywhere ? messages.signOutEverywhereHint : messages.signOutHint}</p>
      <SignOutForm action={logoutPath} csrfToken={csrfToken} label={label} isEverywhere={isEverywhere} />
      <a class="action quiet" href={homePath}>
        {messages.cancel}
      </a>
      {isEverywhere ? null : <SignOutEverywhereLink logoutPath={logoutPath} label={messages.signOutEverywhere} />}
    </>,
  )
}
