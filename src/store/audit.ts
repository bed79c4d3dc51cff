/**
 * Rows of the audit as other statements write them, and the log line that each becomes, for systems that collect logs; lists of them are
 * read in `store/people/`.
 */
import * as v from 'valibot'
import type { AuditContext, AuditEntry } from '../accounts/audit.ts'
import { isoTime } from '../clock.ts'
import type { Log } from '../log.ts'
import { nullableText } from './d1.ts'

const auditRow = v.object({
  id: v.number(),
  at: v.number(),
  event: v.string(),
  user_id: nullableText,
  actor_id: nullableText,
  provider: nullableText,
  app: nullableText,
  address: nullableText,
  reason: nullableText,
  reference: v.string(),
})

/** The columns of `audit` that make an AuditEntry. */
export const AUDIT_COLUMNS: readonly string[] = Object.keys(auditRow.entries)

/** The end of every statement that adds to the audit. */
export const RETURNING_AUDIT = `RETURNING ${AUDIT_COLUMNS.join(', ')}`

/** Rows of `audit`. @throws ValiError when they are of another table */
export function auditFromRows(rows: unknown): readonly AuditEntry[] {
  return v.parse(v.array(auditRow), rows)
}

/** The values that a statement needs of a context: reference, address, actor. */
export function contextValues({ reference, address, actorId }: AuditContext) {
  return [reference, address ?? null, actorId ?? null] as const
}

/** Writes a log line for each row that was added. @param rows what RETURNING_AUDIT gave back */
export function logAudit(log: Log, rows: readonly unknown[] = []): void {
  for (const { id: _, reference, ...entry } of auditFromRows(rows)) {
    const { event, at, ...who } = entry
    const known = Object.entries(who).filter(([, value]) => value !== null)
    const detail = { audit_event: event, at: isoTime(at), ...Object.fromEntries(known) }
    log({ level: 'info', event: 'audit', ref: reference, detail })
  }
}
