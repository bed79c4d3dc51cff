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
  const proven = createMemory<{ readonly app: App; readonly secretHash: string }>(revocations)
  const refused = createMemory<StoredApp | null>(revocations)
  const byName = createMemory<App>(revocations)

  return {
    isKnown: (app) => proven.recall(app.clientId)?.found.app === app,

    async authenticate({ clientId, secret }) {
      const hash = await sha256(secret)
      await catchUp()
      const known = proven.recall(clientId)
      if (equalInConstantTime(known?.found.secretHash ?? NO_HASH, hash) && known) return known.found.app
      const before = refused.recall(clientId)
      const { found, asOf } = before ?? (await revocations.read((after) => store.find(clientId, after)))
      const isRight = equalInConstantTime(found?.secretHash ?? NO_HASH, hash)
      if (found && isRight) {
        const app = withoutSecret(found)
        proven.keep(clientId, { app, secretHash: found.secretHash }, asOf, clientId)
        return app
      }
      if (!before && clientId.length <= KEPT_CHARACTERS_MAX) refused.keep(clientId, found, asOf, clientId)
      return null
    },

    async named(name) {
      await catchUp()
      const known = byName.recall(name)
      if (known) return known.found
      const { found, asOf } = await revocations.read((after) => store.findByName(name, after))
      if (!found) return null
      const app = withoutSecret(found)
      byName.keep(name, app, asOf, found.clientId)
      return app
    },
  }

  /** At first nothing is remembered, and the first read begins the feed. */
  async function catchUp(): Promise<void> {
    if (revocations.now() !== null) await revocations.catchUp()
  }
}

function withoutSecret({ secretHash: _, ...app }: StoredApp): App {
  return app
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
