/**
 * The first page of administration: the way to the others, and who is an administrator.
 */
import type { Language } from '../language.ts'
import { layout, type Page } from '../layout.tsx'
import { type Link, Navigation } from '../parts.tsx'

export interface OverviewView {
  readonly links: readonly Link[]
  /** As the settings name them. */
  readonly entries: readonly string[]
  /** The names of those settings. */
  readonly settings: string
}

export function overviewPage(language: Language, { links, entries, settings }: OverviewView): Page {
  const { admin } = language.messages.people
  return layout(
    language,
    admin.title,
    <>
      <Navigation links={links} label={admin.title} />
      <h1>{admin.title}</h1>
      <h2>{admin.administrators}</h2>
      <p>{admin.administratorsHint(settings)}</p>
      <ul class="rows">
        {entries.map((entry) => (
          <li>
            <code>{entry}</code>
          </li>
        ))}
      </ul>
    </>,
    'wide',
  )
}
