/**
 * A list of what the audit has, for administrators; a refused sign-in comes with what it means and what to do, in English.
 */
import type { AuditEntry } from '../../accounts/audit.ts'
import type { Explained } from '../../diagnosis/refusals.ts'
import type { Language } from '../language.ts'
import { Time } from '../parts.tsx'

export interface EventView {
  readonly entry: AuditEntry
  /** What a refused sign-in means; `null`: it is another event, or a newer one says the same. */
  readonly explained: Explained | null
}

export interface EventsView {
  readonly events: readonly EventView[]
  /** Whether it is about one person, whom no row needs to name. */
  readonly isOfOne: boolean
  /** How people are called, by our id; those who are missing were erased, or may not be seen. */
  readonly people: ReadonlyMap<string, string>
  userPath(id: string): string
}

export function Events({ view, language }: { readonly view: EventsView; readonly language: Language }) {
  const { audit: words } = language.messages.people
  if (view.events.length === 0) return <p>{words.none}</p>
  return (
    <section class="scroll" aria-label={language.messages.people.admin.audit} tabindex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{words.time}</th>
            <th scope="col">{words.event}</th>
            {view.isOfOne ? null : <th scope="col">{words.person}</th>}
            <th scope="col">{words.origin}</th>
            <th scope="col">{words.reference}</th>
          </tr>
        </thead>
        <tbody>
          {view.events.map((event) => (
            <EventRow event={event} view={view} language={language} />
          ))}
        </tbody>
      </table>
    </section>
  )
}

interface EventRowView {
  readonly event: EventView
  readonly view: EventsView
  readonly language: Language
}

function EventRow({ event, view, language }: EventRowView) {
  const { at, event: name, user_id, actor_id, provider, app, address, reason, reference } = event.entry
  const { audit } = language.messages.people
  const words: Readonly<Record<string, string>> = audit.events
  return (
    <tr>
      <td>
        <Time seconds={at} language={language} />
      </td>
      <td>
        {[words[name] ?? name, app].filter((part) => part !== null).join(' · ')}
        {reason === null ? null : (
          <>
            : <code>{reason}</code>
          </>
        )}
        {actor_id === null ? null : (
          <>
            {` ${audit.by} `}
            <Person id={actor_id} view={view} />
          </>
        )}
        <Explanation explained={event.explained} language={language} />
      </td>
      {view.isOfOne ? null : (
        <td>
          <Person id={user_id} view={view} />
        </td>
      )}
      <td>{[address, provider].filter((part) => part !== null).join(' · ')}</td>
      <td>
        <code>{reference}</code>
      </td>
    </tr>
  )
}

export function Explanation(view: { readonly explained: Explained | null; readonly language: Language }) {
  const { explained, language } = view
  if (explained === null) return null
  const { users } = language.messages.people
  return (
    <div class="explained" lang="en">
      <p>{explained.seen}</p>
      {explained.fix === '' ? null : (
        <p class="fix">
          <strong lang={language.tag}>{users.fix}</strong> {explained.fix}
        </p>
      )}
    </div>
  )
}

function Person({ id, view }: { readonly id: string | null; readonly view: EventsView }) {
  if (id === null) return null
  const name = view.people.get(id)
  return name === undefined ? <code>{id}</code> : <a href={view.userPath(id)}>{name}</a>
}
