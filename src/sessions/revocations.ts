/**
 * The revocation feed as one isolate sees it: whether what it remembers still stands, without asking the database each time. What is
 * remembered is known elsewhere; here are only its names, and the moment at which it was read.
 */
import type { Clock } from '../clock.ts'
import { GatehouseError } from '../errors.ts'
import { createLease } from '../oidc/transport/lease.ts'

/** A row of the feed. */
export interface Revocation {
  /** Rises, and is never given out twice. */
  readonly id: number
  /** For the purge only. */
  readonly at: number
  /** `start` and `all` are about nothing in particular; with `all` everything is to be forgotten. */
  readonly kind: string
  readonly name: string
}

/** More rows than this at once, and everything is forgotten instead. */
export const ROWS_MAX = 500

export interface RevocationStore {
  /**
   * The row `after` and those that came later, in their order, one more than ROWS_MAX at most; with `null`, the newest row alone.
   *
   * @throws GatehouseError `store_unavailable`
   */
  pull(after: Revocation | null): Promise<readonly Revocation[]>
}

/** What was found in the store, and the feed at the very same moment. @see RevocationStore.pull */
export interface Snapshot<T> {
  readonly found: T
  readonly revocations: readonly Revocation[]
}

/** When something was read: the last row of the feed at that time. */
export interface Moment {
  /** Which stretch of the feed, because another database may give out the same ids. */
  readonly stretch: object
  readonly id: number
}

export interface Revocations {
  /** Whether the feed was asked less than `lagSeconds` ago, so that what stands may be answered. Says when it is time to ask again. */
  isFresh(): boolean
  /** Makes the feed fresh, if it is not. @throws GatehouseError `store_unavailable`: no one knows what still stands */
  catchUp(): Promise<void>
  /** Whether it is time to ask the feed in the background, so that no request has to wait for it. */
  isPullDue(): boolean
  /** Asks the feed when that is due; never fails. */
  pullIfDue(): Promise<void>
  /**
   * Reads something together with the feed.
   *
   * @returns what was found, and when; `null`: it must not be remembered
   * @throws GatehouseError `store_unavailable`
   */
  read<T>(query: (after: Revocation | null) => Promise<Snapshot<T>>): Promise<{ found: T; asOf: Moment | null }>
  /** As of now, as far as this isolate has seen; `null`: it has seen nothing yet. */
  now(): Moment | null
  /** Whether nothing of these names has been revoked since. Only of use when the feed is fresh. @see revocationName */
  stands(asOf: Moment, names: readonly string[]): boolean
}

/** What was known when a question was sent. */
interface Sent {
  readonly after: Revocation | null
  readonly stretch: object
  /** In milliseconds since the epoch. */
  readonly at: number
  readonly number: number
}

/** What a row of the feed is about, as one name. */
export function revocationName(kind: 'session' | 'user' | 'app' | 'token', name: string): string {
  return nameOf({ kind, name })
}

function nameOf({ kind, name }: Pick<Revocation, 'kind' | 'name'>): string {
  return `${kind} ${name}`
}

/** The feed is asked so long before it would be too old. */
const AHEAD_MILLISECONDS = 2000
const PAUSE_MILLISECONDS = 1000
/** How many names an isolate remembers. What was read before the oldest of them is read again. */
const NAMES_MAX = 10_000
/** How often a request asks, and how long it waits for another one that is asking. */
const PULLS_MAX = 3
const WAIT_SECONDS = 2

/**
 * Begins with an empty memory, for one isolate.
 *
 * A moment is later than every change that its snapshot shows, and the names that were revoked after it are all known. So it makes no
 * difference in which order snapshots arrive: one that is older than the feed as it is known was overtaken by the names.
 *
 * @param lagSeconds how late a revocation may be seen, beside one round trip; 0: the feed is asked each time
 */
export function createRevocations(store: RevocationStore, clock: Clock, lagSeconds: number): Revocations {
  const lagMilliseconds = lagSeconds * 1000
  const dueMilliseconds = Math.max(PAUSE_MILLISECONDS, lagMilliseconds - AHEAD_MILLISECONDS)
  const lease = createLease(clock, 2 * WAIT_SECONDS)
  const revoked = new Map<string, number>()
  let stretch = {}
  let newest: Revocation | null = null
  /** What was read before this row is no longer known to stand. */
  let floor = 0
  /** When the pull was sent that was answered last. What the database said then is at least as new. */
  let freshAt = Number.NEGATIVE_INFINITY
  let triedAt = Number.NEGATIVE_INFINITY
  let isDue = false
  /** How many questions were sent, and the number of the newest one that was answered. */
  let sentCount = 0
  let answeredNumber = 0

  function forget(): void {
    stretch = {}
    newest = null
    floor = 0
    freshAt = Number.NEGATIVE_INFINITY
    revoked.clear()
  }

  function note(row: Revocation): void {
    const { id } = row
    if (row.kind === 'all') floor = Math.max(floor, id)
    const key = nameOf(row)
    if ((revoked.get(key) ?? 0) >= id) return
    revoked.delete(key)
    revoked.set(key, id)
    for (const [oldest, at] of revoked) {
      if (revoked.size <= NAMES_MAX) break
      revoked.delete(oldest)
      floor = Math.max(floor, at)
    }
  }

  /** Takes in what the feed said. Nothing may be awaited in here. @returns the moment of the snapshot; `null`: nothing follows from it */
  function take(rows: readonly Revocation[], sent: Sent): Moment | null {
    const last = rows.at(-1)
    if (sent.stretch !== stretch || last === undefined) return null
    if (sent.after === null) {
      // Another request was quicker, and what lies between the two is not known.
      if (newest !== null) return null
      newest = last
    } else if (rows.length > ROWS_MAX || !isSame(rows[0], sent.after)) {
      forget()
      return null
    }
    for (const row of rows.slice(1)) note(row)
    if (newest === null || last.id > newest.id) newest = last
    freshAt = Math.max(freshAt, sent.at)
    answeredNumber = Math.max(answeredNumber, sent.number)
    return { stretch, id: last.id }
  }

  async function read<T>(query: (after: Revocation | null) => Promise<Snapshot<T>>) {
    sentCount += 1
    const sent = { after: newest, stretch, at: clock.now(), number: sentCount }
    const { found, revocations } = await query(sent.after)
    return { found, asOf: take(revocations, sent) }
  }

  async function pull(): Promise<void> {
    triedAt = clock.now()
    await read(async (after) => ({ found: null, revocations: await store.pull(after) }))
  }

  function isFresh(): boolean {
    const age = clock.now() - freshAt
    if (age >= dueMilliseconds && age < lagMilliseconds) isDue = true
    return age >= 0 && age < lagMilliseconds
  }

  function isPullDue(): boolean {
    return isDue && !lease.isHeld() && clock.now() - triedAt >= PAUSE_MILLISECONDS
  }

  return {
    isFresh,
    read,
    now: () => newest && { stretch, id: newest.id },

    async catchUp() {
      const needed = sentCount + 1
      const endsAt = clock.now() + WAIT_SECONDS * 1000
      let pulls = 0
      // A pull may have to begin anew, when the database was set back.
      while (!isFresh() && answeredNumber < needed) {
        if (pulls >= PULLS_MAX || clock.now() > endsAt) {
          throw new GatehouseError('store_unavailable', 'database_failed', 'the revocation feed did not answer in time')
        }
        if (lease.isHeld()) await lease.pause()
        else {
          pulls += 1
          await lease.hold(pull)
        }
      }
    },

    isPullDue,

    async pullIfDue() {
      if (!isPullDue()) return
      isDue = false
      // What is remembered stands until it is too old; then a request asks, and is told that the database fails.
      await lease.hold(pull).catch(() => undefined)
    },

    stands: (asOf, names) =>
      asOf.stretch === stretch && asOf.id >= floor && names.every((name) => (revoked.get(name) ?? 0) <= asOf.id),
  }
}

function isSame(a: Revocation | undefined, b: Revocation): boolean {
  return a?.id === b.id && a.at === b.at && a.kind === b.kind && a.name === b.name
}
