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
  /** What the second button says; absent: there is none. */
  readonly everywhereLabel?: string
}

export function SignOutForm({ action, csrfToken, label, everywhereLabel }: SignOutFormView) {
  return (
    <form method="post" action={action}>
      <input type="hidden" name={CSRF_FIELD} value={csrfToken} />
      <button class="action" type="submit">
        {label}
      </button>
      {everywhereLabel === undefined ? null : (
        <button class="action quiet" type="submit" name={EVERYWHERE_FIELD} value="1">
          {everywhereLabel}
        </button>
      )}
    </form>
  )
}

export function signOutPage(language: Language, view: { csrfToken: string; logoutPath: string }): Page {
  const { messages } = language
  return layout(
    language,
    messages.signOut,
    <>
      <h1>{messages.signOutQuestion}</h1>
      <p>{messages.signOutHint}</p>
      <SignOutForm
        action={view.logoutPath}
        csrfToken={view.csrfToken}
        label={messages.signOut}
        everywhereLabel={messages.signOutEverywhere}
      />
    </>,
  )
}
