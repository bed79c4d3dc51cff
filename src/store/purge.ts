/**
 * Removes what has expired, a bounded number of rows each time; called by the cron trigger.
 */
import { type Clock, epochSeconds } from '../clock.ts'
import { roundTrip } from './d1.ts'

const ROWS_MAX = 5000
const AUDIT_KEPT_SECONDS = 365 * 86_400

/** @returns how many rows went, by table. @throws GatehouseError `store_unavailable` */
export async function purgeExpired(
  db: D1Database,
  clock: Clock,
): Promise<Record<'sessions' | 'spent_logins' | 'audit', number>> {
  const now = epochSeconds(clock)
  const remove = (table: string, column: string, before: number) =>
    db
      .prepare(
        `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${column} <= ?1 LIMIT ${ROWS_MAX})`,
      )
      .bind(before)
  const [sessions, spent, audit] = await roundTrip(() =>
    db.batch([
      remove('sessions', 'expires_at', now),
      remove('spent_logins', 'expires_at', now),
      remove('audit', 'at', now - AUDIT_KEPT_SECONDS),
    ]),
  )
  return {
    sessions: sessions?.meta.changes ?? 0,
    spent_logins: spent?.meta.changes ?? 0,
    audit: audit?.meta.changes ?? 0,
  }
}
