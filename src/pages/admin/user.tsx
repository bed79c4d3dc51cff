/**
 * One person, for administrators: whether they would get in, what happened, where they are signed in, what is known, and what can be done.
 */
import type { UserRecord } from '../../accounts/records.ts'
import type { PushedUser } from '../../accounts/scim/resources.ts'
import { nameOf } from '../../accounts/users.ts'
import type { Explained } from '../../diagnosis/refusals.ts'
import type { Language } from '../language.ts'
import { layout, type Page } from '../layout.tsx'
import {
  ChangeButton,
  Data,
  type Datum,
  type FormTarget,
  type Link,
  Navigation,
  type Posted,
  Sessions,
  type SessionsView,
  timeText,
} from '../parts.tsx'
import { Events, type EventsView, Explanation } from './events.tsx'

export interface UserView {
  readonly links: readonly Link[]
  readonly record: UserRecord
  /** What the provider has pushed of them; `null`: nothing. */
  readonly pushed: PushedUser | null
  /** What would keep the person out now; `null`: nothing that is known here. */
  readonly obstacle: Explained | null
  readonly events: EventsView
  readonly eventsPath: string
  readonly sessions: SessionsView
  readonly data: readonly Datum[]
  /** Whether it is the administrator who looks. */
  readonly isOwn: boolean
  readonly change: FormTarget
}

/** What can be done, as the field `do` of the forms says it. */
export const USER_ACTIONS = ['disable', 'enable', 'end_sessions', 'end_session', 'delete'] as const

export function userPage(language: Language, view: UserView): Page {
  const { people } = language.messages
  const { users, data, sessions } = people
  const { user, createdAt, lastLoginAt, disabledAt } = view.record
  const title = nameOf(user)
  return layout(
    language,
    title,
    <>
      <Navigation links={view.links} label={people.admin.title} />
      <h1>{title}</h1>
      <p>
        {user.email === null ? '' : `${user.email} · `}
        {`${data.created} ${timeText(createdAt, language)} · ${data.lastSignIn} ${timeText(lastLoginAt, language)}`}
      </p>
      {disabledAt === null ? null : <p class="mark bad">{users.disabledSince(timeText(disabledAt, language))}</p>}
      <section>
        <h2>{users.nowTitle}</h2>
        {view.obstacle === null ? (
          <p>{users.nowGood}</p>
        ) : (
          <Explanation explained={view.obstacle} language={language} />
        )}
      </section>
      <section>
        <h2>{users.eventsTitle}</h2>
        <Events view={view.events} language={language} />
        <p>
          <a href={view.eventsPath}>{users.allEvents}</a>
        </p>
      </section>
      <section>
        <h2>{sessions.title}</h2>
        <Sessions view={view.sessions} language={language} />
      </section>
      <Changes view={view} language={language} />
      <section>
        <h2>{users.dataTitle}</h2>
        <p>
          <code>{user.issuer}</code> · <code>{user.subject}</code> · <code>{user.id}</code>
        </p>
        {view.pushed === null ? null : <p>{users.pushed(view.pushed.attributes)}</p>}
        <Data data={view.data} language={language} />
      </section>
    </>,
    'wide',
  )
}

function Changes({ view, language }: { readonly view: UserView; readonly language: Language }) {
  const { users } = language.messages.people
  const { record, isOwn, change, sessions } = view
  const doing = (what: (typeof USER_ACTIONS)[number]) => ({ ...change, fields: { id: record.user.id, do: what } })
  const end =
    sessions.sessions.length === 0 ? null : <ChangeButton {...doing('end_sessions')} label={users.endSessions} />
  return (
    <section>
      <h2>{users.changeTitle}</h2>
      {end}
      {isOwn ? <p>{users.own}</p> : <Others view={view} language={language} doing={doing} />}
    </section>
  )
}

interface OthersView {
  readonly view: UserView
  readonly language: Language
  doing(what: (typeof USER_ACTIONS)[number]): Posted
}

function Others({ view, language, doing }: OthersView) {
  const { users } = language.messages.people
  const isDisabled = view.record.disabledAt !== null
  return (
    <>
      <div class="option">
        <p>{isDisabled ? users.enableHint : users.disableHint}</p>
        {isDisabled ? (
          <ChangeButton {...doing('enable')} label={users.enable} />
        ) : (
          <ChangeButton {...doing('disable')} label={users.disable} />
        )}
      </div>
      <div class="option">
        <p>{users.deleteHint}</p>
        <ChangeButton {...doing('delete')} label={users.delete} confirm={users.deleteConfirm} />
      </div>
    </>
  )
}
