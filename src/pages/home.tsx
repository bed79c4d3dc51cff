/**
 * The start page: who am I, sign in, sign out.
 */
import { ExternalHome } from './external-home.tsx'
import type { Language } from './language.ts'
import { layout, type Page } from './layout.tsx'
import { SignInButton } from './sign-in-button.tsx'
import { SignOutEverywhereLink, SignOutForm } from './sign-out.tsx'

export interface SignedIn {
  readonly name: string | null
  readonly email: string | null
  readonly csrfToken: string
  readonly accountPath: string
  /** `null`: the person is no administrator. */
  readonly adminPath: string | null
}

export interface HomeView {
  /** `null`: no one is signed in. */
  readonly person: SignedIn | null
  /** Whether someone was signed in in this browser before; it counts only where no one is now. */
  readonly hasSignedOut: boolean
  /** `null`: the visitor came with the wish not to see the button. */
  readonly loginPath: string | null
  /** Where to choose a provider; `null`: there is only one. */
  readonly choicePath: string | null
  readonly isProConnect: boolean
  /** Where to go instead, if it can be reached; `null`: nowhere. */
  readonly externalHome: string | null
  readonly logoutPath: string
}

export function homePage(language: Language, view: HomeView): Page {
  const { messages } = language
  const { person, hasSignedOut, loginPath, choicePath, isProConnect, externalHome, logoutPath } = view
  if (!person) {
    return layout(
      language,
      messages.signIn,
      <>
        <h1>{hasSignedOut ? messages.signedOut : messages.notSignedIn}</h1>
        <p>{messages.signedOutHint}</p>
        {loginPath === null ? null : (
          <SignInButton href={loginPath} label={messages.signIn} isProConnect={isProConnect} messages={messages} />
        )}
        {choicePath === null || loginPath === null ? null : (
          <p class="aside">
            <a href={choicePath}>{messages.signInOtherwise}</a>
          </p>
        )}
        {externalHome === null ? null : <ExternalHome url={externalHome} />}
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
      <p class="aside">
        <a href={person.accountPath}>{messages.people.account.title}</a>
        {person.adminPath === null ? null : (
          <>
            {' · '}
            <a href={person.adminPath}>{messages.people.admin.title}</a>
          </>
        )}
      </p>
    </>,
  )
}
