/**
 * What the addresses of the pages for administrators say: which person, from which place of a list, and which rows of the audit.
 */
import type { Context } from 'hono'
import { type AuditFilter, type Cursor, cursorIn } from '../../accounts/records.ts'
import { GatehouseError } from '../../errors.ts'
import type { AuditFields } from '../../pages/admin/audit.tsx'
import { PATHS } from '../paths.ts'

export function userPath(id: string): string {
  return `${PATHS.adminUser}?${new URLSearchParams({ id })}`
}

/** Where a page of a list begins; `null`: it is the first. @throws GatehouseError `invalid_request` */
export function cursorOf(c: Context): Cursor | null {
  const written = c.req.query('before')
  if (written === undefined || written === '') return null
  return cursorIn(written) ?? refuse('before')
}

/** The fields of the form, without blanks around them. */
export function auditFieldsOf(c: Context): AuditFields {
  const field = (name: string) => (c.req.query(name) ?? '').trim().slice(0, 100)
  return { person: field('person'), event: field('event'), app: field('app'), from: field('from'), to: field('to') }
}

/** @throws GatehouseError `invalid_request` for a day that is none */
export function auditFilterOf({ person, event, app, from, to }: AuditFields): AuditFilter {
  return {
    ...(person === '' ? {} : { userId: person }),
    ...(event === '' ? {} : { event }),
    ...(app === '' ? {} : { app }),
    ...(from === '' ? {} : { from: dayIn(from, 'from') }),
    ...(to === '' ? {} : { to: dayIn(to, 'to') + 86_399 }),
  }
}

/** The first second of a day in UTC. */
function dayIn(text: string, field: string): number {
  const milliseconds = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  return Number.isNaN(milliseconds) ? refuse(field) : milliseconds / 1000
}

function refuse(field: string): never {
  throw new GatehouseError('invalid_request', 'request_unreadable', `the parameter ${field} cannot be read`, {
    publicMessage: `The parameter "${field}" cannot be read`,
  })
}
