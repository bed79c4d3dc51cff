/**
 * The question before signing out, and the one form that does it.
 */
import type { Language } from './language.ts'
import { layout, type Page } from './layout.tsx'

/** The field is called as in La Suite, whose front ends post to the same address. */
export const CSRF_FIELD = 'csrfmiddlewaretoken'

export function SignOutForm({ action, csrfToken, label }: { action: string; csrfToken: string; label: string }) {
  return (
    <form method="post" action={action}>
      <input type="hidden" name={CSRF_FIELD} value={csrfToken} />
      <button class="action" type="submit">
        {label}
      </button>
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
      <SignOutForm action={view.logoutPath} csrfToken={view.csrfToken} label={messages.signOut} />
    </>,
  )
}
