/**
 * A revocation feed in memory, as the database would answer it, and the stores that are read together with it.
 */
import { GatehouseError } from '../../src/errors.ts'
import type { CutOff, CutOffStore } from '../../src/sessions/cut-offs.ts'
import { type Revocation, type RevocationStore, ROWS_MAX, type Snapshot } from '../../src/sessions/revocations.ts'

export interface FakeFeed extends RevocationStore {
  /** Every pull and every snapshot so far. */
  readonly pulls: (Revocation | null)[]
  readonly rows: Revocation[]
  revoke(kind: string, name: string): void
  /** Whether the database does not answer. */
  fails(isDown: boolean): void
  /** What a store found, together with the feed. */
  snapshot<T>(found: T, after: Revocation | null): Snapshot<T>
}

export function createFakeFeed(): FakeFeed {
  const rows: Revocation[] = [{ id: 1, at: 0, kind: 'start', name: '' }]
  const pulls: (Revocation | null)[] = []
  let isDown = false
  const answer = (after: Revocation | null) => {
    if (isDown) throw new GatehouseError('store_unavailable', 'database_failed', 'no database')
    pulls.push(after)
    return after === null ? rows.slice(-1) : rows.filter(({ id }) => id >= after.id).slice(0, ROWS_MAX + 1)
  }
  return {
    pulls,
    rows,
    revoke: (kind, name) => void rows.push({ id: (rows.at(-1)?.id ?? 0) + 1, at: 0, kind, name }),
    fails: (now) => {
      isDown = now
    },
    snapshot: (found, after) => ({ found, revocations: answer(after) }),
    pull: async (after) => answer(after),
  }
}

/** A logout token has arrived. */
export function cutOffStore(feed: FakeFeed): CutOffStore & { add(cutOff: CutOff): void } {
  const cutOffs = new Map<string, CutOff>()
  return {
    add(cutOff) {
      cutOffs.set(cutOff.name, cutOff)
      feed.revoke('token', cutOff.name)
    },
    find: async (names, after) =>
      feed.snapshot(
        [...cutOffs.values()].filter(({ name }) => names.includes(name)),
        after,
      ),
  }
}
