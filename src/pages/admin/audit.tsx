/**
 * The audit, for administrators: a form to filter it, a page of rows, and the way to the same as CSV.
 */
import { AUDIT_EVENTS } from '../../accounts/audit.ts'
import type { Language } from '../language.ts'
import { layout, type Page } from '../layout.tsx'
import { type Link, Navigation } from '../parts.tsx'
import { Events, type EventsView } from './events.tsx'

/** The fields of the form, as they were sent. */
export interface AuditFields {
  readonly person: string
  readonly event: string
  readonly app: string
  readonly from: string
  readonly to: string
}

export interface AuditView {
  readonly links: readonly Link[]
  readonly path: string
  readonly fields: AuditFields
  /** `null`: a person must be chosen first. */
  readonly events: EventsView | null
  readonly csvPath: string
  /** `null`: this is the last page. */
  readonly nextPath: string | null
}

export function auditPage(language: Language, view: AuditView): Page {
  const { admin, audit, users } = language.messages.people
  return layout(
    language,
    admin.audit,
    <>
      <Navigation links={view.links} label={admin.title} />
      <h1>{admin.audit}</h1>
      <Filter view={view} language={language} />
      {view.events === null ? (
        <p>{audit.choosePerson}</p>
      ) : (
        <>
          <Events view={view.events} language={language} />
          <p>
            {view.nextPath === null ? null : (
              <>
                <a href={view.nextPath} rel="next">
                  {users.next}
                </a>
                {' · '}
              </>
            )}
            <a href={view.csvPath}>{audit.csv}</a>
          </p>
        </>
      )}
    </>,
    'wide',
  )
}

function Filter({ view, language }: { readonly view: AuditView; readonly language: Language }) {
  const { audit } = language.messages.people
  const { person, event, app, from, to } = view.fields
  return (
    <form class="filter" method="get" action={view.path}>
      <label class="grows">
        {audit.person}
        <input name="person" value={person} maxlength={36} />
      </label>
      <label>
        {audit.event}
        <select name="event">
          <option value="">{audit.anyEvent}</option>
          {AUDIT_EVENTS.map((name) => (
            <option value={name} selected={name === event}>
              {audit.events[name]}
            </option>
          ))}
        </select>
      </label>
      <label>
        {audit.app}
        <input name="app" value={app} maxlength={100} />
      </label>
      <label>
        {audit.from}
        <input type="date" name="from" value={from} />
      </label>
      <label>
        {audit.to}
        <input type="date" name="to" value={to} />
      </label>
      <button class="small" type="submit">
        {audit.filter}
      </button>
    </form>
  )
}
