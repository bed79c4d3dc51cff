/**
 * Looks whether D1 and KV are as they must be; what follows from that is told by `diagnosis/`.
 */
import type { KVNamespace } from '@cloudflare/workers-types'
import * as v from 'valibot'
import { type Clock, epochSeconds } from '../clock.ts'
import type { StorageProbe } from '../diagnosis/checks/own.ts'
import { type Database, roundTrip } from './d1.ts'
import { PARTS, TABLES } from './schema.ts'

/** Where wrangler notes the migrations that it has applied. @see https://developers.cloudflare.com/d1/reference/migrations/ */
const LISTED = 'SELECT name FROM d1_migrations'
const NO_LIST = /no such table/i

const named = v.object({ name: v.string() })

const CACHE_KEY = 'diagnosis/1'
/** KV refuses shorter lives. */
const CACHE_LIFE_SECONDS = 60

export function createStorageProbe(db: Database, kv: KVNamespace, clock: Clock): StorageProbe {
  /** What the database's own list says was applied; none, when there is no list. */
  async function listed(): Promise<readonly string[]> {
    try {
      return namesIn((await db.prepare(LISTED).all()).results)
    } catch (error) {
      if (error instanceof Error && NO_LIST.test(error.message)) return []
      throw error
    }
  }

  return {
    async missing() {
      const [tables, applied] = await roundTrip(() =>
        Promise.all([db.batch(TABLES.map((table) => db.prepare(`PRAGMA table_info(${table})`))), listed()]),
      )
      const columns = new Map(TABLES.map((table, index) => [table, namesIn(tables[index]?.results)]))
      return PARTS.filter(({ table, column }) => !columns.get(table)?.includes(column)).map((part) => ({
        name: columns.get(part.table)?.length === 0 ? part.table : `${part.table}.${part.column}`,
        migration: part.migration,
        isListed: applied.includes(part.migration),
      }))
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

function namesIn(rows: unknown): readonly string[] {
  return v.parse(v.array(named), rows).map(({ name }) => name)
}
