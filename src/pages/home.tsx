/**
 * The start page: who am I, sign in, sign out.
 */
import type { Language } from './language.ts'
import { layout, type Page } from './layout.tsx'
import { SignOutEverywhereLink, SignOutForm } from './sign-out.tsx'

export interface HomeView {
  /** `null`: nobody is signed in. */
  readonly person: { readonly name: string | null; readonly email: string | null; readonly csrfToken: string } | null
  readonly loginPath: string
  /** Where to choose a provider; `null`: there is only one. */
  readonly choicePath: string | null
  readonly logoutPath: string
}

export function homePage(language: Language, { person, loginPath, choicePath, logoutPath }: HomeView): Page {
  const { messages } = language
  if (!person) {
    return layout(
      language,
      messages.signIn,
      <>
        <h1>{messages.signedOut}</h1>
        <p>{messages.signedOutHint}</p>
        <a class="action" href={loginPath}>
          {messages.signIn}
        </a>
        {choicePath === null ? null : (
          <p class="aside">
            <a href={choicePath}>{messages.signInOtherwise}</a>
          </p>
        )}
      </>,
    )
  }
  const title = messages.signedInAs(person.name ?? messages.unnamed)
  return layout(
    language,
    title,
    <>
      <h1>{title}</h1>
      {person.email === null ? null : <p>{person.email}</p>}
      <p>{messages.signedInHint}</p>
      <SignOutForm action={logoutPath} csrfToken={person.csrfToken} label={messages.signOut} />
      <SignOutEverywhereLink logoutPath={logoutPath} label={messages.signOutEverywhere} />
    </>,
  )
}
