/**
 * The second half of a sign-out, at the provider: a form that submits itself, with a button for browsers without scripts; or, while the
 * provider does not answer, a page that says so.
 */
import type { Language } from './language.ts'
import { layout, type Page } from './layout.tsx'

/**
 * One of the two scripts of Gatehouse (the other is in `external-home.tsx`). Without it, people would have to press a second button, and
 * those who close the page instead would stay signed in at the provider. It is allowed by its hash and on this page alone, so nothing
 * else can run here.
 */
const SUBMIT = 'document.forms[0].submit()'
export const SUBMIT_SOURCE = "'sha256-ePniVEkSivX/c7XWBGafqh8tSpiRrKiqYeqbG7N1TOE='"

export interface SignOutAtProviderView {
  readonly endpoint: string
  readonly parameters: Readonly<Record<string, string>>
}

export function signOutAtProviderPage(language: Language, { endpoint, parameters }: SignOutAtProviderView): Page {
  const { messages } = language
  return layout(
    language,
    messages.signedOut,
    <>
      <h1>{messages.signedOut}</h1>
      <p>{messages.signOutAtProviderHint}</p>
      <form method="post" action={endpoint}>
        {Object.entries(parameters).map(([name, value]) => (
          <input type="hidden" name={name} value={value} />
        ))}
        <button class="action" type="submit">
          {messages.goOn}
        </button>
      </form>
      <script>{SUBMIT}</script>
    </>,
  )
}

/** The provider does not answer, so it still knows the person. */
export function signedOutHerePage(language: Language, nextPath: string): Page {
  const { messages } = language
  return layout(
    language,
    messages.signedOutHere,
    <>
      <h1>{messages.signedOutHere}</h1>
      <p>{messages.signedOutHereHint}</p>
      <a class="action" href={nextPath}>
        {messages.goOn}
      </a>
    </>,
  )
}
