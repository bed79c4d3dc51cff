/**
 * A public document of the provider (metadata, keys) in three places: memory of the isolate, then the shared cache, then the provider.
 *
 * Knows when to ask again and when not to; what the document means is decided by its `parse`.
 */
import type { Clock } from '../clock.ts'
import { GatehouseError, toGatehouseError } from '../errors.ts'
import { describeFailure, type Log } from '../log.ts'
import type { Send } from './http.ts'
import { createLease } from './lease.ts'

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
  /** When somebody last asked out of turn, so that all isolates together ask out of turn rarely. */
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

export interface Document<T> {
  /** The document: fresh, or stale for a day while the provider fails. @throws GatehouseError `provider_unreachable` or `provider_error` */
  read(send: Send): Promise<T>
  /**
   * Asks out of turn, because `seen` cannot be the newest. Gives back another document than `seen`, or `null` when there is none
   * or it is too early to ask again. @throws GatehouseError when the provider had to be asked and failed
   */
  newerThan(seen: T, send: Send): Promise<T | null>
}

const FRESH_SECONDS = 3600
const STALE_SECONDS = 86_400
const FORCED_PAUSE_SECONDS = 10
const BACK_OFF_FIRST_SECONDS = 10
const BACK_OFF_MAX_SECONDS = 300

interface Held<T> extends CachedEntry {
  readonly value: T
}

export function createDocument<T>(
  source: DocumentSource<T>,
  { cache, clock, log, timeoutSeconds }: DocumentPorts,
): Document<T> {
  let held: Held<T> | undefined
  let failures = 0
  let retryAt = 0
  let forcedAt = Number.NEGATIVE_INFINITY
  const lease = createLease(clock, timeoutSeconds)

  const ageSeconds = () => (held ? (clock.now() - held.fetchedAt) / 1000 : Number.POSITIVE_INFINITY)
  const isFresh = () => ageSeconds() < FRESH_SECONDS
  const isUsable = () => ageSeconds() < FRESH_SECONDS + STALE_SECONDS
  const isBackingOff = () => clock.now() < retryAt

  async function readShared(): Promise<void> {
    const entry = await cache.get(source.key).catch(cacheFailed)
    if (!isEntry(entry) || entry.fetchedAt > clock.now() || (held && entry.fetchedAt <= held.fetchedAt)) return
    try {
      held = { ...entry, value: source.parse(entry.body) }
      // Whatever stands there, nobody may be kept from asking for longer than the pause.
      forcedAt = Math.max(forcedAt, Math.min(entry.forcedAt, clock.now()))
    } catch {
      // An entry that cannot be used, for example of another version of Gatehouse, is as good as none.
    }
  }

  async function load(send: Send): Promise<Held<T>> {
    if (isBackingOff()) throw stillBackingOff()
    try {
      const body = await source.load(send)
      held = { value: source.parse(body), body, fetchedAt: clock.now(), forcedAt: Math.max(forcedAt, 0) }
    } catch (error) {
      failures += 1
      const pauseSeconds = isUsable() ? BACK_OFF_FIRST_SECONDS * 2 ** (failures - 1) : BACK_OFF_FIRST_SECONDS
      retryAt = clock.now() + Math.min(pauseSeconds, BACK_OFF_MAX_SECONDS) * 1000
      throw error
    }
    failures = 0
    retryAt = 0
    const { body, fetchedAt } = held
    await cache
      .put(source.key, { body, fetchedAt, forcedAt: held.forcedAt }, FRESH_SECONDS + STALE_SECONDS)
      .catch(cacheFailed)
    return held
  }

  function stillBackingOff(): GatehouseError {
    return new GatehouseError('provider_unreachable', 'the provider failed a moment ago and is not asked again yet', {
      retryAfterSeconds: Math.ceil((retryAt - clock.now()) / 1000),
    })
  }

  function cacheFailed(error: unknown): null {
    log({ level: 'warn', event: 'cache_unavailable', detail: describeFailure(toGatehouseError(error)) })
    return null
  }

  return {
    async read(send) {
      if (held && isFresh()) return held.value
      while (lease.isHeld()) await lease.pause()
      if (held && (isFresh() || (isUsable() && isBackingOff()))) return held.value
      return lease.hold(async () => {
        await readShared()
        if (held && isFresh()) return held.value
        try {
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

    async newerThan(seen, send) {
      while (lease.isHeld()) await lease.pause()
      if (held && held.value !== seen) return held.value
      if (isBackingOff()) throw stillBackingOff()
      if (clock.now() - forcedAt < FORCED_PAUSE_SECONDS * 1000) return null
      return lease.hold(async () => {
        await readShared()
        if (held && held.value !== seen) return held.value
        forcedAt = clock.now()
        return (await load(send)).value
      })
    },
  }
}

function isEntry(entry: unknown): entry is CachedEntry {
  if (typeof entry !== 'object' || entry === null) return false
  if (!('fetchedAt' in entry) || !('forcedAt' in entry) || !('body' in entry)) return false
  return Number.isFinite(entry.fetchedAt) && Number.isFinite(entry.forcedAt)
}
