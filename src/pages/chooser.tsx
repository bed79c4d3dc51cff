/**
 * The page that asks with which provider to sign in; which ones there are is decided in `routes/`.
 */
import type { Language } from './language.ts'
import { layout, type Page } from './layout.tsx'

export interface Choice {
  readonly name: string
  readonly href: string
}

export function chooserPage(language: Language, choices: readonly Choice[]): Page {
  const { messages } = language
  return layout(
    language,
    messages.signIn,
    <>
      <h1>{messages.chooseProvider}</h1>
      <ul class="choices">
        {choices.map(({ name, href }) => (
          <li>
            <a class="action" href={href}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </>,
  )
}
