/**
 * Reads the audit for administrators, and for people what concerns themselves: by person, event, app and time, the newest first.
 */
import { type AuditFilter, type AuditList, type Cursor, FIRST_PAGE } from '../../accounts/records.ts'
import { AUDIT_COLUMNS, auditFromRows } from '../audit.ts'
import { type Database, roundTrip } from '../d1.ts'
import { pageOf } from './paging.ts'

const COLUMNS = AUDIT_COLUMNS.join(', ')

const REFUSAL = `SELECT ${COLUMNS} FROM audit WHERE reference = ?1 AND event = 'sign_in_refused' LIMIT 1`

const MEMBERS = ['userId', 'event', 'app'] as const satisfies readonly (keyof AuditFilter)[]

/**
 * A condition for each member of a filter, as SQL after which a value comes. Of one person there are few rows, so their index is the one to
 * follow; a plus before a column keeps SQLite from another.
 */
const CONDITIONS: Readonly<Record<(typeof MEMBERS)[number], string>> = {
  userId: 'user_id =',
  event: 'event =',
  app: 'app =',
}

export function createAuditList(db: Database): AuditList {
  return {
    async list(filter, before, size) {
      const given = MEMBERS.flatMap((member) =>
        filter[member] === undefined ? [] : [[member, filter[member]] as const],
      )
      const plus = filter.userId === undefined ? '' : '+'
      const conditions = given
        .map(([member], index) => `${member === 'userId' ? '' : plus}${CONDITIONS[member]} ?${index + 5} AND `)
        .join('')
      const sql = `SELECT ${COLUMNS} FROM audit WHERE ${conditions}at >= ?4 AND (at, id) < (?1, ?2) ORDER BY at DESC, id DESC LIMIT ?3`
      const values = [filter.from ?? 0, ...given.map(([, value]) => value)]
      return pageOf(
        // With a condition of its own, SQLite would begin there on every page.
        beginningOf(filter, before),
        async ({ at, position }, limit) => {
          const { results } = await roundTrip(() =>
            db
              .prepare(sql)
              .bind(at, position, limit, ...values)
              .all(),
          )
          return auditFromRows(results).map((entry) => ({ entry, cursor: { at: entry.at, position: entry.id } }))
        },
        size,
      )
    },

    async refusalOf(reference) {
      const row = await roundTrip(() => db.prepare(REFUSAL).bind(reference).first())
      return row === null ? null : (auditFromRows([row])[0] ?? null)
    },
  }
}

/** Where to begin: at the place, or at the latest time if that is earlier. */
function beginningOf({ to }: AuditFilter, before: Cursor | null): Cursor | null {
  return to === undefined || (before !== null && before.at <= to) ? before : { ...FIRST_PAGE, at: to }
}
