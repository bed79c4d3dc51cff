/**
 * Looks whether D1 and KV are as they must be; what follows from that is told by `diagnosis/`.
 */
import type { D1Database, KVNamespace } from '@cloudflare/workers-types'
import { type Clock, epochSeconds } from '../clock.ts'
import type { StorageProbe } from '../diagnosis/own.ts'
import { roundTrip } from './d1.ts'

/** For each migration a question that only a database can answer that has had it. A test compares the names with the files. */
export const MIGRATIONS: Readonly<Record<string, string>> = {
  '0001_users_sessions_apps.sql': 'SELECT token_hash FROM sessions LIMIT 0',
  '0002_providers.sql': 'SELECT provider FROM sessions LIMIT 0',
  '0003_names.sql': 'SELECT full_name FROM users LIMIT 0',
  '0004_subjects.sql': 'SELECT sub_hash FROM sessions LIMIT 0',
  '0005_refusals.sql': 'SELECT reference FROM refusals LIMIT 0',
  '0006_search_text.sql': 'SELECT search_text FROM users LIMIT 0',
  '0007_matched_sessions.sql': 'SELECT by_email FROM sessions LIMIT 0',
}

const NOT_MIGRATED = /no such (?:table|column)/i

const CACHE_KEY = 'diagnosis/1'
/** KV refuses shorter lives. */
const CACHE_LIFE_SECONDS = 60

export function createStorageProbe(db: D1Database, kv: KVNamespace, clock: Clock): StorageProbe {
  async function isMissing(question: string): Promise<boolean> {
    try {
      await db.prepare(question).all()
      return false
    } catch (error) {
      if (error instanceof Error && NOT_MIGRATED.test(error.message)) return true
      throw error
    }
  }

  return {
    async missingMigrations() {
      const missing = await roundTrip(() => Promise.all(Object.values(MIGRATIONS).map(isMissing)))
      return Object.keys(MIGRATIONS).filter((_, index) => missing[index])
    },

    async writeDatabase() {
      const row = 'diagnosis'
      await roundTrip(() =>
        db.batch([
          db
            .prepare('INSERT INTO spent_logins (state_hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING')
            .bind(row, epochSeconds(clock)),
          db.prepare('DELETE FROM spent_logins WHERE state_hash = ?').bind(row),
        ]),
      )
    },

    async writeCache() {
      const value = String(clock.now())
      await kv.put(CACHE_KEY, value, { expirationTtl: CACHE_LIFE_SECONDS })
      return (await kv.get(CACHE_KEY)) !== null
    },
  }
}
