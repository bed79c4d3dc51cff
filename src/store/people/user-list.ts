/**
 * Lists of people for administrators, the newest account first, and the record of one; who may see whom is decided in `accounts/`.
 */
import * as v from 'valibot'
import type { Circle } from '../../accounts/directory.ts'
import type { Cursor, UserList, UserRecord } from '../../accounts/records.ts'
import { type Database, roundTrip, USER_COLUMNS, userFromRow } from '../d1.ts'
import { pageOf } from './paging.ts'

const RECORD_COLUMNS = [
  ...USER_COLUMNS,
  'users.created_at',
  'users.last_login_at',
  'users.disabled_at',
  'users.disabled_by',
]

const recordRow = v.object({
  created_at: v.number(),
  last_login_at: v.number(),
  disabled_at: v.nullable(v.number()),
  disabled_by: v.nullable(v.string()),
})

function recordFromRow(row: unknown): UserRecord {
  const { created_at, last_login_at, disabled_at, disabled_by } = v.parse(recordRow, row)
  return {
    user: userFromRow(row),
    createdAt: created_at,
    lastLoginAt: last_login_at,
    disabledAt: disabled_at,
    isDisabledByProvider: disabled_by === 'provider',
  }
}

const RECORD = `SELECT ${RECORD_COLUMNS.join(', ')} FROM users WHERE users.id = ?1`

const RECORDS = `SELECT ${RECORD_COLUMNS.join(', ')} FROM users WHERE users.id IN (SELECT value FROM json_each(?1))`

/** Each of them follows an index: none sorts, and none reads further than the page. */
function listOf({ tenant }: Circle, isDisabledOnly: boolean): string {
  const [position, order] = isDisabledOnly
    ? [
        'users.disabled_at IS NOT NULL AND (users.disabled_at, users.rowid) < (?1, ?2)',
        'users.disabled_at DESC, users.rowid DESC',
      ]
    : ['users.rowid < ?2 AND ?1 IS NOT NULL', 'users.rowid DESC']
  const circle = tenant === null ? '' : 'users.issuer = ?4 AND users.tenant_id = ?5 AND '
  return `SELECT ${RECORD_COLUMNS.join(', ')}, users.rowid AS position FROM users
  WHERE ${circle}${position} ORDER BY ${order} LIMIT ?3`
}

export function createUserList(db: Database): UserList {
  return {
    async list(circle, isDisabledOnly, before) {
      const values = circle.tenant === null ? [] : [circle.issuer, circle.tenant]
      return pageOf(before, async ({ at, position }, limit) => {
        const { results } = await roundTrip(() =>
          db
            .prepare(listOf(circle, isDisabledOnly))
            .bind(at, position, limit, ...values)
            .all(),
        )
        return results.map((row) => ({ entry: recordFromRow(row), cursor: cursorOf(row, isDisabledOnly) }))
      })
    },

    async record(id) {
      const row = await roundTrip(() => db.prepare(RECORD).bind(id).first())
      return row && recordFromRow(row)
    },

    async records(ids) {
      const { results } = await roundTrip(() => db.prepare(RECORDS).bind(JSON.stringify(ids)).all())
      return results.map(recordFromRow)
    },
  }
}

function cursorOf(row: unknown, isDisabledOnly: boolean): Cursor {
  const { position, disabled_at } = v.parse(
    v.object({ position: v.number(), disabled_at: v.nullable(v.number()) }),
    row,
  )
  return { at: isDisabledOnly ? (disabled_at ?? 0) : 0, position }
}
