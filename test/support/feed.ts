/**
 * A revocation feed in memory, as the database would answer it, and the stores that are read together with it.
 */
import { GatehouseError } from '../../src/errors.ts'
import type { CutOff } from '../../src/sessions/cut-offs.ts'
import { type Revocation, type RevocationStore, ROWS_MAX, type Snapshot } from '../../src/sessions/revocations.ts'
import { subHashOf } from '../../src/sessions/vault.ts'
import type { TokenRecords } from '../../src/tokens/records.ts'

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

/** What is on record of access tokens: cut-offs and accounts, which change as the database would let them. */
export function fakeRecords(feed: FakeFeed) {
  const cutOffs = new Map<string, CutOff>()
  const accounts = new Map<string, string>()
  const disabled = new Set<string>()
  const records: TokenRecords = {
    find: async ({ cutOffNames, issuer, subject }, after) =>
      feed.snapshot(
        {
          cutOffs: [...cutOffs.values()].filter(({ name }) => cutOffNames.includes(name)),
          userId: accounts.get(`${issuer} ${subject}`) ?? null,
          isDisabled: disabled.has(`${issuer} ${subject}`),
        },
        after,
      ),
  }
  return {
    ...records,
    /** A logout token has arrived. */
    cutOff(cutOff: CutOff) {
      cutOffs.set(cutOff.name, cutOff)
      feed.revoke('token', cutOff.name)
    },
    /** A person has signed in for the first time. */
    async addAccount(issuer: string, subject: string, userId: string) {
      accounts.set(`${issuer} ${subject}`, userId)
      feed.revoke('token', `sub ${await subHashOf(issuer, subject)}`)
    },
    /** An account is disabled, or enabled again. */
    setDisabled(issuer: string, subject: string, isDisabled: boolean) {
      if (isDisabled) disabled.add(`${issuer} ${subject}`)
      else disabled.delete(`${issuer} ${subject}`)
      feed.revoke('user', accounts.get(`${issuer} ${subject}`) ?? '')
    },
    /** A person is erased. */
    removeAccount(issuer: string, subject: string) {
      accounts.delete(`${issuer} ${subject}`)
      feed.revoke('all', '')
    },
  }
}
