/**
 * Removes what has expired, a bounded number of rows each time; called by the cron trigger.
 */
import type { D1Database } from '@cloudflare/workers-types'
import { type Clock, epochSeconds } from '../clock.ts'
import { roundTrip } from './d1.ts'

const ROWS_MAX = 5000
/** More than strangers can make in the time between two calls. */
const ROUNDS_MAX = 20

/** Which rows go: those whose time in `column` lies `keptSeconds` or more in the past. */
const RULES = [
  { table: 'sessions', column: 'expires_at', keptSeconds: 0 },
  { table: 'spent_logins', column: 'expires_at', keptSeconds: 0 },
  { table: 'spent_logout_tokens', column: 'expires_at', keptSeconds: 0 },
  { table: 'refusals', column: 'at', keptSeconds: 30 * 86_400 },
  { table: 'audit', column: 'at', keptSeconds: 365 * 86_400 },
] as const

/** @returns how many rows went, by table. @throws GatehouseError `store_unavailable` */
export async function purgeExpired(db: D1Database, clock: Clock): Promise<Readonly<Record<string, number>>> {
  const statements = RULES.map(({ table, column, keptSeconds }) =>
    db
      .prepare(
        `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${column} <= ?1 LIMIT ${ROWS_MAX})`,
      )
      .bind(epochSeconds(clock) - keptSeconds),
  )
  const gone = RULES.map(() => 0)
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const changes = (await roundTrip(() => db.batch(statements))).map(({ meta }) => meta.changes)
    for (const [index, rows] of changes.entries()) gone[index] = (gone[index] ?? 0) + rows
    if (changes.every((rows) => rows < ROWS_MAX)) break
  }
  return Object.fromEntries(RULES.map(({ table }, index) => [table, gone[index] ?? 0]))
}
