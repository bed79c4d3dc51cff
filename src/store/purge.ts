/**
 * Removes what has expired, until nothing is left of it; called by the cron trigger.
 */
import type { D1PreparedStatement } from '@cloudflare/workers-types'
import { type Clock, epochSeconds } from '../clock.ts'
import { type Database, roundTrip } from './d1.ts'

/** How many rows one statement removes, so that none keeps others waiting for long. */
const ROWS_MAX = 5000
/** Less than the time between two calls, so that two never run at once. */
const TIME_SECONDS = 600
/** Some 1 GB with their indexes. People can make rows by signing in again and again. */
const AUDIT_ROWS_MAX = 5_000_000

/** An isolate that has not asked for so long forgets everything. */
const FEED_SECONDS = 3600

/** Which rows go: those whose time in `column` lies `keptSeconds` or more in the past. */
interface Rule {
  readonly table: string
  readonly column: string
  readonly keptSeconds: number
}

const RULES: readonly Rule[] = [
  { table: 'sessions', column: 'expires_at', keptSeconds: 0 },
  { table: 'spent_logins', column: 'expires_at', keptSeconds: 0 },
  { table: 'spent_logout_tokens', column: 'expires_at', keptSeconds: 0 },
  { table: 'recent_endings', column: 'expires_at', keptSeconds: 0 },
  { table: 'cut_offs', column: 'expires_at', keptSeconds: 0 },
  { table: 'refusals', column: 'at', keptSeconds: 30 * 86_400 },
]

interface Work {
  readonly table: string
  readonly statement: D1PreparedStatement
}

/**
 * Removes in rounds of one batch each. A table that had less than a full round has nothing left and is left out of the next.
 *
 * @param auditRetentionDays how long the audit is kept
 * @returns how many rows went, by table
 * @throws GatehouseError `store_unavailable`; what the rounds before have removed is gone
 */
export async function purgeExpired(
  db: Database,
  clock: Clock,
  auditRetentionDays: number,
): Promise<Readonly<Record<string, number>>> {
  const endAt = clock.now() + TIME_SECONDS * 1000
  const rules = [...RULES, { table: 'audit', column: 'at', keptSeconds: auditRetentionDays * 86_400 }]
  const gone = new Map<string, number>(rules.map(({ table }) => [table, 0]))
  let left: readonly Work[] = workFor(db, epochSeconds(clock), rules)
  while (left.length > 0 && clock.now() < endAt) {
    const statements = left.map(({ statement }) => statement)
    // `meta.changes` counts what triggers write, too.
    const changes = (await roundTrip(() => db.batch(statements))).map(({ results }) => results.length)
    for (const [index, { table }] of left.entries()) gone.set(table, (gone.get(table) ?? 0) + (changes[index] ?? 0))
    left = left.filter((_, index) => (changes[index] ?? 0) >= ROWS_MAX)
  }
  return Object.fromEntries(gone)
}

function workFor(db: Database, now: number, rules: readonly Rule[]): readonly Work[] {
  const removing = (table: string, condition: string) =>
    `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${condition} LIMIT ${ROWS_MAX}) RETURNING 1`
  const expired = rules.map(({ table, column, keptSeconds }) => ({
    table,
    statement: db.prepare(removing(table, `${column} <= ?1`)).bind(now - keptSeconds),
  }))
  // The oldest are found first. The newest row stays: an isolate that has seen it must find it again.
  const seen = `at <= ?1 AND id < (SELECT MAX(id) FROM revocations) ORDER BY id`
  const tooMany = `id <= (SELECT MAX(id) FROM audit) - ${AUDIT_ROWS_MAX}`
  return [
    ...expired,
    { table: 'revocations', statement: db.prepare(removing('revocations', seen)).bind(now - FEED_SECONDS) },
    { table: 'audit', statement: db.prepare(removing('audit', tooMany)) },
  ]
}
