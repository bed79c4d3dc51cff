/**
 * The apps that this isolate has authenticated, and the client ids that it has refused, for as long as the revocation feed says nothing else.
 */
import type { App, ClientAssertion, ClientCredential, ClientSecret, StoredApp } from '../accounts/apps.ts'
import { createBoundedMap } from '../bounded-map.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import { equalInConstantTime, sha256 } from '../crypto.ts'
import {
  type Moment,
  type Revocation,
  type Revocations,
  revocationName,
  type Snapshot,
} from '../sessions/revocations.ts'
import { assertionGoodUntil } from './client-assertion.ts'

export interface AppStore {
  /** `null`: there is surely no such app. @throws GatehouseError `store_unavailable` */
  find(clientId: string, after: Revocation | null): Promise<Snapshot<StoredApp | null>>
  /** The same by its name, in whatever letters. @throws GatehouseError `store_unavailable` */
  findByName(name: string, after: Revocation | null): Promise<Snapshot<StoredApp | null>>
}

export interface Apps {
  /** Whether an app that was authenticated before may go on without being looked up again; the feed must be fresh. @param app the very object */
  isKnown(app: App): boolean
  /**
   * `null`: no app has this credential; which half was wrong is not told.
   *
   * @param audiences what we may be called in an assertion: the issuer, and the endpoint that is asked
   * @throws GatehouseError `store_unavailable`
   */
  authenticate(credential: ClientCredential, audiences?: readonly string[]): Promise<App | null>
  /** The app of a name that needs no credential, because the operator has written it. `null`: there is none. @throws GatehouseError `store_unavailable` */
  named(name: string): Promise<App | null>
}

const REMEMBERED_MAX = 500
/** Ids of apps have 20 characters. A much longer one that was refused is not kept, because all of them together must fit in memory. */
const KEPT_CHARACTERS_MAX = 255
/** Compared with what an unknown app brings, so that it takes as long as a known one; the SHA-256 of nothing that can be sent. */
const NO_HASH = 'A'.repeat(43)

/**
 * Keeps the apps that were seen in the memory of the isolate, and the ids that no one has.
 *
 * How fast an answer comes must not tell whether there is an app of this id, nor whether it is in use. So only the right secret finds
 * what was kept of an app that brought it before; a wrong one goes the way of an unknown id: a memory of what was refused, then the store.
 */
export function createApps(store: AppStore, revocations: Revocations, clock: Clock): Apps {
  const proven = createMemory<{ readonly app: App; readonly secretHashes: readonly string[] }>(revocations)
  const refused = createMemory<StoredApp | null>(revocations)
  const byName = createMemory<App>(revocations)
  const withKeys = createMemory<StoredApp | null>(revocations)
  const asserted = createMemory<{ readonly app: App; readonly until: number }>(revocations)

  return {
    isKnown: (app) => proven.recall(app.clientId)?.found.app === app,

    async authenticate(credential, audiences = []) {
      await catchUp()
      return 'assertion' in credential ? byAssertion(credential, audiences) : bySecret(credential)
    },

    async named(name) {
      await catchUp()
      const known = byName.recall(name)
      if (known) return known.found
      const { found, asOf } = await revocations.read((after) => store.findByName(name, after))
      if (!found) return null
      const app = withoutCredentials(found)
      byName.keep(name, app, asOf, found.clientId)
      return app
    },
  }

  async function bySecret({ clientId, secret }: ClientSecret): Promise<App | null> {
    const hash = await sha256(secret)
    const known = proven.recall(clientId)
    if (isOneOf(known?.found.secretHashes, hash) && known) return known.found.app
    const before = refused.recall(clientId)
    const { found, asOf } = before ?? (await revocations.read((after) => store.find(clientId, after)))
    const isRight = isOneOf(found?.secretHashes, hash)
    if (found && isRight) {
      const app = withoutCredentials(found)
      proven.keep(clientId, { app, secretHashes: found.secretHashes }, asOf, clientId)
      return app
    }
    if (!before && clientId.length <= KEPT_CHARACTERS_MAX) refused.keep(clientId, found, asOf, clientId)
    return null
  }

  /** An app may send the same assertion again until it expires, and a new one each time. */
  async function byAssertion(
    { clientId, assertion }: ClientAssertion,
    audiences: readonly string[],
  ): Promise<App | null> {
    const key = await sha256(JSON.stringify([clientId, assertion, audiences]))
    const known = asserted.recall(key)?.found
    if (known && epochSeconds(clock) < known.until) return known.app
    const before = withKeys.recall(clientId)
    const { found, asOf } = before ?? (await revocations.read((after) => store.find(clientId, after)))
    if (!before && clientId.length <= KEPT_CHARACTERS_MAX) withKeys.keep(clientId, found, asOf, clientId)
    const until = found && (await assertionGoodUntil(assertion, found, audiences, clock))
    if (!found || until === null) return null
    const app = withoutCredentials(found)
    asserted.keep(key, { app, until }, asOf, clientId)
    return app
  }

  /** At first nothing is remembered, and the first read begins the feed. */
  async function catchUp(): Promise<void> {
    if (revocations.now() !== null) await revocations.catchUp()
  }
}

function withoutCredentials({ secretHashes: _, jwks: __, ...app }: StoredApp): App {
  return app
}

/** Always compares with two, so that the time tells nothing. */
function isOneOf(hashes: readonly string[] = [], hash: string): boolean {
  const [newest = NO_HASH, former = NO_HASH] = hashes
  const equal = [newest, former].map((one) => equalInConstantTime(one, hash))
  return equal.includes(true)
}

interface Kept<T> {
  readonly found: T
  readonly asOf: Moment
  readonly names: readonly string[]
}

/** A bounded memory that drops its oldest entry first, and what was revoked since it was kept. */
function createMemory<T>(revocations: Revocations) {
  const entries = createBoundedMap<Kept<T>>(REMEMBERED_MAX)
  return {
    recall(key: string): Kept<T> | undefined {
      const entry = entries.get(key)
      return entry && revocations.stands(entry.asOf, entry.names) ? entry : undefined
    },
    keep(key: string, found: T, asOf: Moment | null, clientId: string): void {
      if (asOf) entries.set(key, { found, asOf, names: [revocationName('app', clientId)] })
    },
  }
}
