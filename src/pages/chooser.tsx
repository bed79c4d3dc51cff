/**
 * The page that asks with which provider to sign in; which ones there are is decided in `routes/`.
 */
import type { Language } from './language.ts'
import { layout, type Page } from './layout.tsx'
import { SignInButton } from './sign-in-button.tsx'

export interface Choice {
  readonly name: string
  readonly href: string
  /** Whether its button is the one of ProConnect. */
  readonly isProConnect: boolean
}

export function chooserPage(language: Language, choices: readonly Choice[]): Page {
  const { messages } = language
  return layout(
    language,
    messages.signIn,
    <>
      <h1>{messages.chooseProvider}</h1>
      <ul class="choices">
        {choices.map(({ name, href, isProConnect }) => (
          <li>
            <SignInButton href={href} label={name} isProConnect={isProConnect} messages={messages} />
          </li>
        ))}
      </ul>
    </>,
  )
}
