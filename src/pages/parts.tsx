/**
 * What the account page and the pages for administrators share: times, buttons that change something, lists of sessions and of claims.
 */
import type { Child } from 'hono/jsx'
import type { Identity } from '../accounts/person.ts'
import type { SessionRecord } from '../accounts/records.ts'
import { isoTime } from '../clock.ts'
import type { Language } from './language.ts'
import { CSRF_FIELD } from './sign-out.tsx'

/** Where a form posts to, with the token by which we know our own page. */
export interface FormTarget {
  readonly action: string
  readonly csrfToken: string
}

/** What is posted, and where to. */
export interface Posted extends FormTarget {
  readonly fields: Readonly<Record<string, string>>
}

interface PostFormView extends Posted {
  readonly class: string
  readonly children?: Child
}

/** A form that changes something. */
export function PostForm({ class: name, action, csrfToken, fields, children }: PostFormView) {
  return (
    <form class={name} method="post" action={action}>
      <input type="hidden" name={CSRF_FIELD} value={csrfToken} />
      {Object.entries(fields).map(([field, value]) => (
        <input type="hidden" name={field} value={value} />
      ))}
      {children}
    </form>
  )
}

/** A button that posts. */
export interface ChangeView extends Posted {
  readonly label: string
  /** Asked for in a box that must be ticked first; absent: nothing is. */
  readonly confirm?: string
  /** For those who hear the page: what it is about, where the label alone does not say. */
  readonly about?: string
}

/** The field of the box. */
export const CONFIRM_FIELD = 'confirm'

export function ChangeButton({ label, confirm, about, ...form }: ChangeView) {
  return (
    <PostForm class="change" {...form}>
      {confirm === undefined ? null : (
        <label>
          <input type="checkbox" name={CONFIRM_FIELD} value="yes" required /> {confirm}
        </label>
      )}
      <button class={confirm === undefined ? 'small' : 'small danger'} type="submit" aria-label={about}>
        {label}
      </button>
    </PostForm>
  )
}

interface TimeView {
  /** Since the epoch. */
  readonly seconds: number
  readonly language: Language
}

export function Time({ seconds, language }: TimeView) {
  return <time datetime={isoTime(seconds)}>{timeText(seconds, language)}</time>
}

export function timeText(seconds: number, { tag }: Language): string {
  // Of the English ways to write a time, the one that no one takes for another day.
  const format = new Intl.DateTimeFormat(tag === 'en' ? 'en-GB' : tag, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: 'UTC',
  })
  return `${format.format(new Date(seconds * 1000))} UTC`
}

export interface Link {
  readonly href: string
  readonly label: string
  readonly isCurrent?: boolean
}

export function Navigation({ links, label }: { readonly links: readonly Link[]; readonly label: string }) {
  return (
    <nav aria-label={label}>
      {links.map(({ href, label: name, isCurrent = false }) => (
        <a href={href} aria-current={isCurrent ? 'page' : undefined}>
          {name}
        </a>
      ))}
    </nav>
  )
}

export interface SessionsView {
  readonly sessions: readonly SessionRecord[]
  /** More than are shown here. */
  readonly isCut: boolean
  /** Of the browser that asks. */
  readonly currentHash: string | null
  /** What people call each provider, by its id. */
  readonly names: ReadonlyMap<string, string>
  /** Whether the use of a session is noted. */
  readonly hasLastUse: boolean
  /** How one is ended. */
  end(session: SessionRecord): Posted
}

export function Sessions({ view, language }: { readonly view: SessionsView; readonly language: Language }) {
  const { sessions: words } = language.messages.people
  if (view.sessions.length === 0) return <p>{words.none}</p>
  return (
    <>
      <ul class="rows">
        {view.sessions.map((session) => (
          <SessionRow session={session} view={view} language={language} />
        ))}
      </ul>
      {view.isCut ? <p>{words.cut(view.sessions.length)}</p> : null}
    </>
  )
}

interface SessionRowView {
  readonly session: SessionRecord
  readonly view: SessionsView
  readonly language: Language
}

function SessionRow({ session, view, language }: SessionRowView) {
  const { sessions: words } = language.messages.people
  const { tokenHash, providerId, createdAt, lastSeenAt, address, country, device } = session
  const isCurrent = tokenHash === view.currentHash
  const name = device ?? words.unknownDevice
  const place = [address, country === null ? null : countryName(country, language)].filter((part) => part !== null)
  return (
    <li>
      <div>
        <strong>{name}</strong>
        {isCurrent ? <span class="mark">{words.thisBrowser}</span> : null}
        <p>
          {words.began} <Time seconds={createdAt} language={language} />
          {view.hasLastUse ? (
            <>
              , {words.lastUsed} <Time seconds={lastSeenAt} language={language} />
            </>
          ) : null}
          {[...place, view.names.get(providerId) ?? providerId].map((part) => ` · ${part}`)}
        </p>
      </div>
      {isCurrent ? null : <ChangeButton {...view.end(session)} label={words.end} about={`${words.end}: ${name}`} />}
    </li>
  )
}

function countryName(code: string, { tag }: Language): string {
  return new Intl.DisplayNames([tag], { type: 'region' }).of(code) ?? code
}

/** A claim that is kept, and the names of the claims that it comes from. */
export interface Datum {
  readonly member: keyof Identity
  readonly value: Identity[keyof Identity]
  readonly claims: string
}

export function Data({ data, language }: { readonly data: readonly Datum[]; readonly language: Language }) {
  const { data: words } = language.messages.people
  const shown = (value: Datum['value']): string => {
    if (typeof value === 'boolean') return value ? words.yes : words.no
    const text = typeof value === 'string' ? value : (value?.join(', ') ?? '')
    return text === '' ? words.none : text
  }
  return (
    <dl class="data">
      {data.map(({ member, value, claims }) => (
        <div>
          <dt>{words.members[member]}</dt>
          <dd>
            {shown(value)} <code>{claims}</code>
          </dd>
        </div>
      ))}
    </dl>
  )
}
