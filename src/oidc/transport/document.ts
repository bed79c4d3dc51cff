/**
 * A public document of the provider (metadata, keys) in three places: memory of the isolate, then the shared cache, then the provider.
 *
 * Knows when to ask again and when not to; what the document means is decided by its `parse`.
 */
import type { Clock } from '../../clock.ts'
import { GatehouseError, toGatehouseError } from '../../errors.ts'
import { describeFailure, type Log } from '../../log.ts'
import { createBucket } from './bucket.ts'
import type { Send } from './http.ts'
import { createLease, POLL_MILLISECONDS } from './lease.ts'

/** The shared cache behind the memory of the isolate. It may lag, lose entries or fail; nothing depends on it but the number of calls. */
export interface DocumentCache {
  /** `null`: there is no entry. */
  get(key: string): Promise<unknown>
  put(key: string, entry: CachedEntry, lifeSeconds: number): Promise<void>
}

/** What the shared cache holds of a document. Times are milliseconds since the epoch. */
export interface CachedEntry {
  readonly body: unknown
  readonly fetchedAt: number
  /** When it was last asked for out of turn: a hint, by which other isolates hold back. */
  readonly forcedAt: number
}

export interface DocumentSource<T> {
  /** The cache key; it must name all that the content depends on. */
  readonly key: string
  load(send: Send): Promise<unknown>
  /** @throws GatehouseError when the content cannot be used */
  parse(body: unknown): T
}

export interface DocumentPorts {
  readonly cache: DocumentCache
  readonly clock: Clock
  readonly log: Log
  /** The longest that a load may take. */
  readonly timeoutSeconds: number
}

/**
 * Who needs a newer document: a sign-in or a refresh, whose token came from the provider, or a request that anyone can send. Each has a
 * bucket of its own, so that no flood of such requests can keep people from signing in.
 */
export type Asker = 'sign_in' | 'untrusted'

/** An untrusted request for what a recent look has missed: served from a full bucket only, so that it uses up no one else's calls. */
export const AGAIN = 'untrusted_again'

/** Where a document came from. */
export interface Origin {
  /** The number of the load that it came from, counted in this isolate; 0: it came from the shared cache. */
  readonly load: number
  /** When that load began. Milliseconds since the epoch. */
  readonly askedAt: number
}

export interface Document<T> {
  /** What is in memory, of whatever age; asks no one. `null`: nothing. */
  atHand(): T | null
  /** The same while it is fresh, so that `read` would give it back without asking. */
  freshAtHand(): T | null
  /**
   * The document: fresh, or stale for a day while the provider fails.
   *
   * @param asker a sign-in asks although the provider failed a moment ago, if nothing else can be used: an untrusted request may have asked before
   * @throws GatehouseError `provider_unreachable` or `provider_error`
   */
  read(send: Send, asker?: Asker): Promise<T>
  /**
   * Asks out of turn, because `seen` cannot be the newest. A sign-in waits until it may ask; an untrusted request does not.
   *
   * @returns another document than `seen`; `null`: it is too early to ask again
   * @throws GatehouseError when the provider had to be asked and failed; `temporarily_unavailable` when a sign-in waited in vain
   */
  newerThan(seen: T, send: Send, asker?: Asker | typeof AGAIN): Promise<T | null>
  /** Asks for it to see whether the provider answers, and keeps what comes. A failure changes nothing here, and is thrown. */
  look(send: Send): Promise<void>
  /** How many loads have begun in this isolate: a document of a later one shows what was there after this moment. */
  mark(): number
  originOf(value: T): Origin
  /** How long until an untrusted request may ask out of turn; whole seconds, at least one. */
  secondsUntilNext(): number
}

const FRESH_SECONDS = 3600
const STALE_SECONDS = 86_400
/** How long other isolates heed the hint that it was asked for out of turn, and how long the shared cache is not given the same again. */
const HINT_SECONDS = 10
/** Several kinds of key may be replaced at once, and a person who waits has a few seconds. */
const SIGN_IN_LOOKS = { burst: 5, secondsPerCall: 1 }
/** A flood of made-up tokens makes no more calls than these, which are enough for a provider that changes its keys every five seconds. */
const UNTRUSTED_LOOKS = { burst: 5, secondsPerCall: 2 }
const BACK_OFF_FIRST_SECONDS = 10
const BACK_OFF_MAX_SECONDS = 300

interface Held<T> extends Omit<CachedEntry, 'forcedAt'>, Origin {
  readonly value: T
}

export function createDocument<T extends object>(
  source: DocumentSource<T>,
  { cache, clock, log, timeoutSeconds }: DocumentPorts,
): Document<T> {
  let held: Held<T> | undefined
  /** What is in the shared cache, as far as is known. */
  let shared: { readonly text: string; readonly fetchedAt: number } | undefined
  let loads = 0
  let failures = 0
  let retryAt = 0
  /** Why the last load failed. */
  let lastFailure: GatehouseError | undefined
  let forcedAt = 0
  const origins = new WeakMap<T, Origin>()
  const lease = createLease(clock, timeoutSeconds)
  const untrusted = createBucket(clock, UNTRUSTED_LOOKS)
  const buckets = { sign_in: createBucket(clock, SIGN_IN_LOOKS), untrusted, [AGAIN]: untrusted }

  const ageSeconds = () => (held ? (clock.now() - held.fetchedAt) / 1000 : Number.POSITIVE_INFINITY)
  const isFresh = () => ageSeconds() < FRESH_SECONDS
  const isUsable = () => ageSeconds() < FRESH_SECONDS + STALE_SECONDS
  const isBackingOff = () => clock.now() < retryAt

  async function readShared(): Promise<void> {
    const entry = await cache.get(source.key).catch(cacheFailed)
    if (!isEntry(entry) || entry.fetchedAt > clock.now() || (held && entry.fetchedAt <= held.fetchedAt)) return
    try {
      hold({ ...entry, value: source.parse(entry.body), load: 0, askedAt: entry.fetchedAt })
    } catch {
      // An entry that cannot be used, for example of another version of Gatehouse, is as good as none.
      return
    }
    shared = { text: JSON.stringify(entry.body), fetchedAt: entry.fetchedAt }
    takeHint(entry.forcedAt)
  }

  /** Another isolate asked out of turn a moment ago, perhaps because of a flood, so this one begins no burst of its own. */
  function takeHint(otherForcedAt: number): void {
    const isNews = otherForcedAt > forcedAt && otherForcedAt <= clock.now()
    if (isNews && clock.now() - otherForcedAt < HINT_SECONDS * 1000) untrusted.keepAtMost(1)
  }

  function hold(next: Held<T>): void {
    held = next
    origins.set(next.value, { load: next.load, askedAt: next.askedAt })
  }

  /** Loads it and keeps it, in memory and in the shared cache, unless a load that began later was faster. */
  async function loadNow(send: Send): Promise<Held<T>> {
    loads += 1
    const origin = { load: loads, askedAt: clock.now() }
    const body = await source.load(send)
    const next = { value: source.parse(body), body, fetchedAt: clock.now(), ...origin }
    failures = 0
    retryAt = 0
    if (held && held.load > origin.load) return held
    hold(next)
    return next
  }

  /** @param ageMaxSeconds how old the same body may be there */
  async function share({ body, fetchedAt }: Held<T>, ageMaxSeconds: number): Promise<void> {
    const text = JSON.stringify(body)
    if (shared?.text === text && fetchedAt - shared.fetchedAt < ageMaxSeconds * 1000) return
    shared = { text, fetchedAt }
    try {
      await cache.put(source.key, { body, fetchedAt, forcedAt }, FRESH_SECONDS + STALE_SECONDS)
    } catch (error) {
      shared = undefined
      cacheFailed(error)
    }
  }

  async function load(send: Send): Promise<Held<T>> {
    try {
      const loaded = await loadNow(send)
      await share(loaded, HINT_SECONDS)
      return loaded
    } catch (error) {
      // The provider was not asked, because there was no time left.
      if (error instanceof GatehouseError && error.code === 'temporarily_unavailable') throw error
      lastFailure = toGatehouseError(error)
      failures += 1
      const pauseSeconds = isUsable() ? BACK_OFF_FIRST_SECONDS * 2 ** (failures - 1) : BACK_OFF_FIRST_SECONDS
      retryAt = clock.now() + Math.min(pauseSeconds, BACK_OFF_MAX_SECONDS) * 1000
      throw error
    }
  }

  /** Says as much as the failure that it comes from, so that a later request learns as much as the first. */
  function stillBackingOff(): GatehouseError {
    const message = 'the provider failed a moment ago and is not asked again yet'
    const retryAfterSeconds = Math.ceil((retryAt - clock.now()) / 1000)
    const failure = lastFailure ?? new GatehouseError('provider_unreachable', 'no_answer', message)
    return failure.restated(message, { cause: lastFailure, retryAfterSeconds })
  }

  function cacheFailed(error: unknown): null {
    log({ level: 'warn', event: 'cache_unavailable', detail: describeFailure(toGatehouseError(error)) })
    return null
  }

  /** Called under the lease, when the bucket has a call. What another isolate has loaded costs none. */
  async function loadOutOfTurn(seen: T, send: Send, asker: keyof typeof buckets): Promise<T> {
    await readShared()
    if (held && held.value !== seen) return held.value
    buckets[asker].take()
    forcedAt = clock.now()
    return (await load(send)).value
  }

  return {
    atHand: () => held?.value ?? null,
    freshAtHand: () => (held && isFresh() ? held.value : null),

    async read(send, asker = 'untrusted') {
      if (held && isFresh()) return held.value
      while (lease.isHeld()) await lease.pause()
      if (held && (isFresh() || (isUsable() && isBackingOff()))) return held.value
      return lease.hold(async () => {
        await readShared()
        if (held && isFresh()) return held.value
        try {
          if (isBackingOff()) {
            if (asker !== 'sign_in' || isUsable() || !buckets.sign_in.has()) throw stillBackingOff()
            buckets.sign_in.take()
          }
          return (await load(send)).value
        } catch (error) {
          if (!held || !isUsable()) throw error
          log({
            level: 'warn',
            event: 'served_stale',
            detail: { document: source.key, ...describeFailure(toGatehouseError(error)) },
          })
          return held.value
        }
      })
    },

    async newerThan(seen, send, asker = 'untrusted') {
      // Counted, not timed: whatever the clock does, this comes to an end.
      for (let waited = 0; waited <= timeoutSeconds * 1000; waited += POLL_MILLISECONDS) {
        while (lease.isHeld()) await lease.pause()
        if (held && held.value !== seen) return held.value
        // A person who signs in comes from the provider, so it works, even if a look for an untrusted request has just failed.
        if (asker !== 'sign_in' && isBackingOff()) throw stillBackingOff()
        if (buckets[asker].has(callsNeeded(asker))) return lease.hold(() => loadOutOfTurn(seen, send, asker))
        if (asker !== 'sign_in') return null
        await lease.pause()
      }
      throw new GatehouseError(
        'temporarily_unavailable',
        'jwks_too_recent',
        'the provider was asked for its keys too often to be asked again in time',
        { retryAfterSeconds: Math.ceil(SIGN_IN_LOOKS.secondsPerCall) },
      )
    },

    async look(send) {
      if (!held) await readShared()
      await share(await loadNow(send), FRESH_SECONDS)
    },

    mark: () => loads,
    originOf: (value) => origins.get(value) ?? { load: 0, askedAt: 0 },
    secondsUntilNext: () => Math.max(1, Math.ceil(untrusted.secondsUntilNext())),
  }
}

function callsNeeded(asker: Asker | typeof AGAIN): number {
  return asker === AGAIN ? UNTRUSTED_LOOKS.burst : 1
}

function isEntry(entry: unknown): entry is CachedEntry {
  if (typeof entry !== 'object' || entry === null) return false
  if (!('fetchedAt' in entry) || !('forcedAt' in entry) || !('body' in entry)) return false
  return Number.isFinite(entry.fetchedAt) && Number.isFinite(entry.forcedAt)
}
