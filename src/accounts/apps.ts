/**
 * The applications that may ask about tokens: finds one by its credential; what it may learn is decided in `tokens/`.
 */
import { type Clock, epochSeconds } from '../clock.ts'
import { equalInConstantTime, sha256 } from '../crypto.ts'

export interface App {
  readonly clientId: string
  readonly name: string
  /** Tokens with one of these audiences are good for this app. */
  readonly audiences: readonly string[]
  /** So are tokens issued to one of these clients, for providers that put no audience into a token. */
  readonly clients: readonly string[]
}

/** An app as it is stored: with the SHA-256 of its secret (256 random bits, so a slow hash would add nothing). */
export interface StoredApp extends App {
  readonly secretHash: string
}

export interface AppStore {
  /** `null`: there is surely no such app. */
  find(clientId: string): Promise<StoredApp | null>
}

export interface Apps {
  /** `null`: no app has this credential; which half was wrong is not told. @throws GatehouseError `store_unavailable` */
  authenticate(credential: { clientId: string; secret: string }): Promise<App | null>
}

/** How long an app that was removed may go on in an isolate that knows it. */
const REMEMBERED_SECONDS = 5
const REMEMBERED_MAX = 500

/** Keeps the apps that were just seen in the memory of the isolate; an unknown client id is looked up each time and never kept. */
export function createApps(store: AppStore, clock: Clock): Apps {
  const remembered = new Map<string, { app: StoredApp; untilSeconds: number }>()

  async function find(clientId: string): Promise<StoredApp | null> {
    const known = remembered.get(clientId)
    if (known && epochSeconds(clock) < known.untilSeconds) return known.app
    remembered.delete(clientId)
    const app = await store.find(clientId)
    if (!app) return null
    if (remembered.size >= REMEMBERED_MAX) remembered.clear()
    remembered.set(clientId, { app, untilSeconds: epochSeconds(clock) + REMEMBERED_SECONDS })
    return app
  }

  return {
    async authenticate({ clientId, secret }) {
      const [stored, hash] = await Promise.all([find(clientId), sha256(secret)])
      if (!stored || !equalInConstantTime(stored.secretHash, hash)) return null
      const { secretHash: _, ...app } = stored
      return app
    },
  }
}
