/**
 * The account page of a person: where they are signed in, what is stored about them, and where it comes from.
 */
import type { Language } from './language.ts'
import { layout, type Page } from './layout.tsx'
import {
  ChangeButton,
  Data,
  type Datum,
  type Link,
  Navigation,
  type Posted,
  Sessions,
  type SessionsView,
  timeText,
} from './parts.tsx'

export interface AccountView {
  readonly name: string | null
  readonly links: readonly Link[]
  readonly sessions: SessionsView
  /** `null`: there are no others. */
  readonly endOthers: Posted | null
  readonly data: readonly Datum[]
  /** What people call the provider that the data come from. */
  readonly provider: string
  /** Seconds since the epoch. */
  readonly createdAt: number
  readonly lastLoginAt: number
  readonly downloadPath: string
}

export function accountPage(language: Language, view: AccountView): Page {
  const { account, sessions, data } = language.messages.people
  return layout(
    language,
    account.title,
    <>
      <Navigation links={view.links} label={account.title} />
      <h1>{view.name ?? account.title}</h1>
      <section>
        <h2>{sessions.title}</h2>
        <Sessions view={view.sessions} language={language} />
        {view.endOthers === null ? null : <ChangeButton {...view.endOthers} label={account.endOthers} />}
      </section>
      <section>
        <h2>{account.dataTitle}</h2>
        <p>{account.dataHint(view.provider)}</p>
        <Data data={view.data} language={language} />
        <p>
          {`${data.created}: ${timeText(view.createdAt, language)} · ${data.lastSignIn}: ${timeText(view.lastLoginAt, language)}`}
        </p>
        <p>
          <a href={view.downloadPath}>{account.download}</a>
        </p>
      </section>
    </>,
    'wide',
  )
}
