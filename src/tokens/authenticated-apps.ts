/**
 * The apps that this isolate has authenticated, and the client ids that it has refused, for as long as the revocation feed says nothing else.
 */
import type { App, ClientCredential, StoredApp } from '../accounts/apps.ts'
import { createBoundedMap } from '../bounded-map.ts'
import { equalInConstantTime, sha256 } from '../crypto.ts'
import {
  type Moment,
  type Revocation,
  type Revocations,
  revocationName,
  type Snapshot,
} from '../sessions/revocations.ts'

export interface AppStore {
  /** `null`: there is surely no such app. @throws GatehouseError `store_unavailable` */
  find(clientId: string, after: Revocation | null): Promise<Snapshot<StoredApp | null>>
  /** The same by its name, in whatever letters. @throws GatehouseError `store_unavailable` */
  findByName(name: string, after: Revocation | null): Promise<Snapshot<StoredApp | null>>
}

export interface Apps {
  /** Whether an app that was authenticated before may go on without being looked up again; the feed must be fresh. @param app the very object */
  isKnown(app: App): boolean
  /** `null`: no app has this credential; which half was wrong is not told. @throws GatehouseError `store_unavailable` */
  authenticate(credential: ClientCredential): Promise<App | null>
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
export function createApps(store: AppStore, revocations: Revocations): Apps {
  const proven = createMemory<{ readonly app: App; readonly secretHash: string }>(stands)
  const refused = createMemory<StoredApp | null>(stands)
  const byName = createBoundedMap<Kept<App>>(REMEMBERED_MAX)

  return {
    isKnown: (app) => proven.recall(app.clientId)?.value.app === app,

    async authenticate({ clientId, secret }) {
      const hash = await sha256(secret)
      // At first nothing is remembered, and the read below begins the feed.
      if (revocations.now() !== null) await revocations.catchUp()
      const known = proven.recall(clientId)
      if (equalInConstantTime(known?.value.secretHash ?? NO_HASH, hash) && known) return known.value.app
      const before = refused.recall(clientId)
      const { value: found, asOf } = before ?? (await read(clientId))
      const isRight = equalInConstantTime(found?.secretHash ?? NO_HASH, hash)
      if (found && isRight) {
        const { secretHash, ...app } = found
        if (asOf) proven.keep(clientId, { value: { app, secretHash }, asOf })
        return app
      }
      if (!before && asOf && clientId.length <= KEPT_CHARACTERS_MAX) refused.keep(clientId, { value: found, asOf })
      return null
    },

    async named(name) {
      if (revocations.now() !== null) await revocations.catchUp()
      const known = byName.get(name)
      if (known && stands(known, known.value.clientId)) return known.value
      const { found, asOf } = await revocations.read((after) => store.findByName(name, after))
      if (!found) return null
      const { secretHash: _, ...app } = found
      if (asOf) byName.set(name, { value: app, asOf })
      return app
    },
  }

  function stands({ asOf }: Kept<unknown>, clientId: string): boolean {
    return revocations.stands(asOf, [revocationName('app', clientId)])
  }

  async function read(clientId: string) {
    const { found, asOf } = await revocations.read((after) => store.find(clientId, after))
    return { value: found, asOf }
  }
}

interface Kept<T> {
  readonly value: T
  readonly asOf: Moment
}

/** A bounded memory that drops its oldest entry first. */
function createMemory<T>(stands: (entry: Kept<T>, clientId: string) => boolean) {
  const entries = createBoundedMap<Kept<T>>(REMEMBERED_MAX)
  return {
    recall(clientId: string): Kept<T> | undefined {
      const entry = entries.get(clientId)
      return entry && stands(entry, clientId) ? entry : undefined
    },
    keep(clientId: string, entry: Kept<T>): void {
      entries.set(clientId, entry)
    },
  }
}
