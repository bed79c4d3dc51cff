/**
 * The list of people for administrators, with a search that also takes the reference of an error page.
 */
import type { UserRecord } from '../../accounts/records.ts'
import { nameOf } from '../../accounts/users.ts'
import type { Explained } from '../../diagnosis/refusals.ts'
import type { Language } from '../language.ts'
import { layout, type Page } from '../layout.tsx'
import { type Link, Navigation, Time } from '../parts.tsx'
import { Explanation } from './events.tsx'

export interface UsersView {
  readonly links: readonly Link[]
  readonly path: string
  /** What was looked for. */
  readonly query: string
  readonly isDisabledOnly: boolean
  readonly records: readonly UserRecord[]
  /** `null`: this is the last page. */
  readonly nextPath: string | null
  userPath(id: string): string
  /** The refused sign-in whose reference was looked for. */
  readonly attempt: { readonly reference: string; readonly explained: Explained; readonly hasAccount: boolean } | null
}

export function usersPage(language: Language, view: UsersView): Page {
  const { users, admin } = language.messages.people
  return layout(
    language,
    admin.users,
    <>
      <Navigation links={view.links} label={admin.title} />
      <h1>{admin.users}</h1>
      <form class="filter" method="get" action={view.path}>
        <label class="grows">
          {users.searchHint}
          <input type="search" name="q" value={view.query} maxlength={100} />
        </label>
        <button class="small" type="submit">
          {users.search}
        </button>
      </form>
      <Navigation
        label={admin.users}
        links={[
          { href: view.path, label: users.all, isCurrent: !view.isDisabledOnly && view.query === '' },
          { href: `${view.path}?disabled=1`, label: users.disabledOnly, isCurrent: view.isDisabledOnly },
        ]}
      />
      {view.attempt === null ? null : (
        <section>
          <h2>{users.attemptOf(view.attempt.reference)}</h2>
          <Explanation explained={view.attempt.explained} language={language} />
          {view.attempt.hasAccount ? null : <p>{users.attemptWithoutAccount}</p>}
        </section>
      )}
      {view.records.length === 0 ? (
        view.attempt === null ? (
          <p>{users.none}</p>
        ) : null
      ) : (
        <UserRows view={view} language={language} />
      )}
      {view.nextPath === null ? null : (
        <p>
          <a href={view.nextPath} rel="next">
            {users.next}
          </a>
        </p>
      )}
    </>,
    'wide',
  )
}

function UserRows({ view, language }: { readonly view: UsersView; readonly language: Language }) {
  const { users, data } = language.messages.people
  return (
    <ul class="rows">
      {view.records.map(({ user, lastLoginAt, disabledAt }) => (
        <li>
          <div>
            <a href={view.userPath(user.id)}>
              <strong>{nameOf(user)}</strong>
            </a>
            {disabledAt === null ? null : <span class="mark bad">{users.disabled}</span>}
            <p>
              {user.email === null || user.full_name === null ? null : `${user.email} · `}
              {data.lastSignIn} <Time seconds={lastLoginAt} language={language} />
            </p>
          </div>
        </li>
      ))}
    </ul>
  )
}
