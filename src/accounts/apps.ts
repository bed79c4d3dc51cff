/**
 * The applications that may ask about tokens: reads the credential of one, and finds the app; what it may learn is decided in `tokens/`.
 */

import { createBoundedMap } from '../bounded-map.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import { equalInConstantTime, STRICT_UTF_8, sha256 } from '../crypto.ts'
import { GatehouseError } from '../errors.ts'

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
  /** Whether an app that was authenticated a moment ago may go on without being looked up again. @param app the very object */
  isKnown(app: App): boolean
  /** `null`: no app has this credential; which half was wrong is not told. @throws GatehouseError `store_unavailable` */
  authenticate(credential: { clientId: string; secret: string }): Promise<App | null>
}

/** How long a removed app may go on in an isolate that knows it, and how long a new one that asked too early may go on being refused. */
const REMEMBERED_SECONDS = 5
const REMEMBERED_MAX = 500
/** Ids of apps have 20 characters. A much longer one that was refused is not kept, because all of them together must fit in memory. */
const KEPT_CHARACTERS_MAX = 255
/** Compared with what an unknown app brings, so that it takes as long as a known one; the SHA-256 of nothing that can be sent. */
const NO_HASH = 'A'.repeat(43)

/**
 * Keeps the apps that were just seen in the memory of the isolate, and the ids that no one has.
 *
 * How fast an answer comes must not tell whether there is an app of this id, nor whether it is in use. So only the right secret finds
 * what was kept of an app that brought it before; a wrong one goes the way of an unknown id: a memory of what was refused, then the store.
 */
export function createApps(store: AppStore, clock: Clock): Apps {
  const proven = createMemory<{ readonly app: App; readonly secretHash: string }>(clock)
  const refused = createMemory<StoredApp | null>(clock)

  return {
    isKnown: (app) => proven.recall(app.clientId)?.value.app === app,

    async authenticate({ clientId, secret }) {
      const hash = await sha256(secret)
      const known = proven.recall(clientId)
      if (equalInConstantTime(known?.value.secretHash ?? NO_HASH, hash) && known) return known.value.app
      const before = refused.recall(clientId)
      const found = before ? before.value : await store.find(clientId)
      const isRight = equalInConstantTime(found?.secretHash ?? NO_HASH, hash)
      if (found && isRight) {
        const { secretHash, ...app } = found
        proven.keep(clientId, { app, secretHash }, before?.until)
        return app
      }
      if (!before && clientId.length <= KEPT_CHARACTERS_MAX) refused.keep(clientId, found)
      return null
    },
  }
}

interface Kept<T> {
  readonly value: T
  /** Seconds since the epoch. */
  readonly until: number
}

/** A bounded memory that drops its oldest entry first. */
function createMemory<T>(clock: Clock) {
  const entries = createBoundedMap<Kept<T>>(REMEMBERED_MAX)
  return {
    recall(key: string): Kept<T> | undefined {
      const entry = entries.get(key)
      return entry && epochSeconds(clock) < entry.until ? entry : undefined
    },
    keep(key: string, value: T, until = epochSeconds(clock) + REMEMBERED_SECONDS): void {
      entries.set(key, { value, until })
    },
  }
}

export interface ClientCredential {
  readonly clientId: string
  readonly secret: string
}

/**
 * Takes client_secret_basic or client_secret_post. `null`: there is none, or it cannot be read.
 *
 * @throws GatehouseError `invalid_request` when there are two, of which none can be preferred
 * @see RFC 6749 section 2.3.1
 */
export function clientCredential(authorization: string | undefined, form: URLSearchParams): ClientCredential | null {
  const clientId = form.get('client_id')
  const secret = form.get('client_secret')
  if (authorization === undefined) return clientId !== null && secret !== null ? { clientId, secret } : null
  if (secret !== null) {
    throw new GatehouseError('invalid_request', 'credential_repeated', 'two ways of authentication at once', {
      publicMessage: 'Authenticate in the header or in the form, not in both',
    })
  }
  const basic = fromBasic(authorization)
  return basic && (clientId === null || clientId === basic.clientId) ? basic : null
}

/**
 * The same where an app may send one and the same credential in both ways, as Apache APISIX does at introspection; there it only asks, and
 * nothing is given to it.
 *
 * @throws GatehouseError `invalid_request` when the two differ
 * @see https://apisix.apache.org/docs/apisix/plugins/openid-connect/
 */
export function repeatableCredential(
  authorization: string | undefined,
  form: URLSearchParams,
): ClientCredential | null {
  const inForm = clientCredential(undefined, form)
  if (inForm === null || authorization === undefined) return clientCredential(authorization, form)
  const inHeader = fromBasic(authorization)
  const isSame = inForm.clientId === inHeader?.clientId && inForm.secret === inHeader.secret
  return isSame ? inForm : clientCredential(authorization, form)
}

function fromBasic(authorization: string): ClientCredential | null {
  const [, encoded] = /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(authorization) ?? []
  if (encoded === undefined) return null
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0))
    const pair = STRICT_UTF_8.decode(bytes)
    const colon = pair.indexOf(':')
    if (colon < 1) return null
    return { clientId: formDecode(pair.slice(0, colon)), secret: formDecode(pair.slice(colon + 1)) }
  } catch {
    return null // not base64, not UTF-8 or not percent-encoding: no credential of ours
  }
}

/** Both halves are form-encoded before they are joined. */
function formDecode(text: string): string {
  return decodeURIComponent(text.replaceAll('+', ' '))
}
