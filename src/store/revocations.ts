/**
 * The revocation feed in D1, always asked of the primary: a replica may be as late as it likes. Triggers write it.
 */
import type { D1PreparedStatement } from '@cloudflare/workers-types'
import * as v from 'valibot'
import { type Revocation, type RevocationStore, ROWS_MAX, type Snapshot } from '../sessions/revocations.ts'
import { type Database, roundTrip } from './d1.ts'

const PULL = `SELECT id, at, kind, name FROM revocations WHERE id >= ?1 ORDER BY id LIMIT ${ROWS_MAX + 1}`
const NEWEST = 'SELECT id, at, kind, name FROM revocations ORDER BY id DESC LIMIT 1'

const revocationRows = v.array(v.object({ id: v.number(), at: v.number(), kind: v.string(), name: v.string() }))

function pulling(db: Database, after: Revocation | null): D1PreparedStatement {
  return after === null ? db.prepare(NEWEST) : db.prepare(PULL).bind(after.id)
}

export function createRevocationStore(db: Database): RevocationStore {
  return {
    async pull(after) {
      const { results } = await roundTrip(() => pulling(db, after).all())
      return v.parse(revocationRows, results)
    },
  }
}

/** Asks something together with the feed: a batch is one transaction. @throws GatehouseError `store_unavailable` */
export async function snapshot(
  db: Database,
  after: Revocation | null,
  ...statements: readonly D1PreparedStatement[]
): Promise<Snapshot<readonly (readonly unknown[])[]>> {
  const [feed, ...asked] = await roundTrip(() => db.batch([pulling(db, after), ...statements]))
  return { found: asked.map(({ results }) => results), revocations: v.parse(revocationRows, feed?.results) }
}
