/**
 * The revocation feed and the cut-offs of access tokens in D1, always asked of the primary: a replica may be as late as it likes. Triggers write
 * the feed.
 */
import type { D1Database, D1PreparedStatement } from '@cloudflare/workers-types'
import * as v from 'valibot'
import type { CutOffStore } from '../sessions/cut-offs.ts'
import { type Revocation, type RevocationStore, ROWS_MAX, type Snapshot } from '../sessions/revocations.ts'
import { roundTrip } from './d1.ts'

const PULL = `SELECT id, at, kind, name FROM revocations WHERE id >= ?1 ORDER BY id LIMIT ${ROWS_MAX + 1}`
const NEWEST = 'SELECT id, at, kind, name FROM revocations ORDER BY id DESC LIMIT 1'

const revocationRows = v.array(v.object({ id: v.number(), at: v.number(), kind: v.string(), name: v.string() }))

function pulling(db: D1Database, after: Revocation | null): D1PreparedStatement {
  return after === null ? db.prepare(NEWEST) : db.prepare(PULL).bind(after.id)
}

export function createRevocationStore(db: D1Database): RevocationStore {
  return {
    async pull(after) {
      const { results } = await roundTrip(() => pulling(db, after).all())
      return v.parse(revocationRows, results)
    },
  }
}

/** Asks something together with the feed: a batch is one transaction. @throws GatehouseError `store_unavailable` */
export async function snapshot(
  db: D1Database,
  after: Revocation | null,
  statement: D1PreparedStatement,
): Promise<Snapshot<readonly unknown[]>> {
  const [feed, asked] = await roundTrip(() => db.batch([pulling(db, after), statement]))
  return { found: asked?.results ?? [], revocations: v.parse(revocationRows, feed?.results) }
}

const FIND_CUT_OFFS = 'SELECT name, issued_at FROM cut_offs WHERE name IN (SELECT value FROM json_each(?1))'

const cutOffRows = v.array(v.object({ name: v.string(), issued_at: v.nullable(v.number()) }))

export function createCutOffStore(db: D1Database): CutOffStore {
  return {
    async find(names, after) {
      const asking = db.prepare(FIND_CUT_OFFS).bind(JSON.stringify(names))
      const { found, revocations } = await snapshot(db, after, asking)
      const cutOffs = v.parse(cutOffRows, found)
      return { found: cutOffs.map(({ name, issued_at }) => ({ name, issuedAt: issued_at })), revocations }
    },
  }
}
