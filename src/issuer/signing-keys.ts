/**
 * Gatehouse's own signing keys, with which it signs what it says to apps: when one is made, which one signs, and how long it is shown. Where they
 * are kept is behind a port.
 */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type JWK } from 'jose'
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '../accounts/apps.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import { nameOf } from '../config/names.ts'
import type { Sealer } from '../crypto.ts'
import { GatehouseError } from '../errors.ts'

export interface StoredSigningKey {
  /** The thumbprint of the public half. @see RFC 7638 */
  readonly kid: string
  readonly algorithm: SigningAlgorithm
  readonly publicJwk: JWK
  /** The private half as a JWK, sealed under the `kid`. */
  readonly sealedPrivateJwk: string
  /** Seconds since the epoch. */
  readonly createdAt: number
}

/** Each throws GatehouseError `store_unavailable`. */
export interface SigningKeyStore {
  /** All keys, the newest first. */
  all(): Promise<readonly StoredSigningKey[]>
  /** Adds a key, unless there is one of its algorithm that was made after this time: another isolate was quicker. */
  add(key: StoredSigningKey, unlessMadeAfter: number): Promise<void>
  /** Removes the keys that were made before this time. */
  removeMadeBefore(time: number): Promise<void>
}

export interface SigningKey {
  readonly kid: string
  readonly key: CryptoKey
}

export interface SigningKeys {
  /**
   * The key that signs now.
   *
   * @throws GatehouseError `store_unavailable`; `not_configured` when no key opens under the secrets of the settings
   */
  current(algorithm: SigningAlgorithm): Promise<SigningKey>
  /** The public halves of all keys, as apps may see them. @see RFC 7517 section 5 */
  publicKeys(): Promise<{ readonly keys: readonly JWK[] }>
  /** Makes the keys that are due, and removes those that no one needs any more; for the cron trigger. */
  rotate(): Promise<void>
}

const ROTATED_AFTER_SECONDS = 30 * 86_400
/** Apps keep the key set for an hour (`Cache-Control`), and isolates their list for a minute. */
const SHOWN_BEFORE_SECONDS = 2 * 3600
/** What a key has signed can be verified for so long after the next one has taken over. */
const SHOWN_AFTER_SECONDS = 30 * 86_400
const REMEMBERED_SECONDS = 60
/** Another isolate may be making the first key at the same time. */
const PAUSE_SECONDS = 60
/** @see RFC 7518 section 3.3 */
const RSA_BITS = 2048

/** @param sealer for private keys alone */
export function createSigningKeys(store: SigningKeyStore, sealer: Sealer, clock: Clock): SigningKeys {
  let remembered: { readonly keys: readonly StoredSigningKey[]; readonly until: number } | null = null
  /** Only of keys that are remembered. */
  let opened = new Map<string, CryptoKey>()

  async function load(): Promise<readonly StoredSigningKey[]> {
    const keys = await store.all()
    remembered = { keys, until: epochSeconds(clock) + REMEMBERED_SECONDS }
    opened = new Map([...opened].filter(([kid]) => keys.some((key) => key.kid === kid)))
    return keys
  }

  async function atHand(): Promise<readonly StoredSigningKey[]> {
    return remembered !== null && epochSeconds(clock) < remembered.until ? remembered.keys : load()
  }

  /** Makes keys of the algorithms that have none. */
  async function complete(keys: readonly StoredSigningKey[]): Promise<readonly StoredSigningKey[]> {
    const lacking = SIGNING_ALGORITHMS.filter((algorithm) => !keys.some((key) => key.algorithm === algorithm))
    if (lacking.length === 0) return keys
    for (const algorithm of lacking) await make(algorithm)
    return load()
  }

  async function make(algorithm: SigningAlgorithm): Promise<void> {
    const pair = await generateKeyPair(algorithm, { extractable: true, modulusLength: RSA_BITS })
    const publicJwk = await exportJWK(pair.publicKey)
    const kid = await calculateJwkThumbprint(publicJwk)
    const sealedPrivateJwk = await sealer.seal(JSON.stringify(await exportJWK(pair.privateKey)), kid)
    const createdAt = epochSeconds(clock)
    await store.add({ kid, algorithm, publicJwk, sealedPrivateJwk, createdAt }, createdAt - PAUSE_SECONDS)
  }

  /** `null`: sealed under a secret that is gone. */
  async function open({ kid, algorithm, sealedPrivateJwk }: StoredSigningKey): Promise<SigningKey | null> {
    const known = opened.get(kid)
    if (known) return { kid, key: known }
    const jwk = await sealer.open(sealedPrivateJwk, kid)
    if (jwk === null) return null
    const key = await importJWK(JSON.parse(jwk), algorithm)
    if (key instanceof Uint8Array) throw new TypeError('a JWK without "k" is no shared secret')
    opened.set(kid, key)
    return { kid, key }
  }

  async function firstThatOpens(keys: readonly StoredSigningKey[]): Promise<SigningKey | null> {
    for (const key of keys) {
      const signing = await open(key)
      if (signing) return signing
    }
    return null
  }

  return {
    async current(algorithm) {
      const keys = await complete(await atHand())
      const found = await firstThatOpens(inOrder(keys, algorithm, epochSeconds(clock)))
      if (found) return found
      await make(algorithm)
      const made = await firstThatOpens(inOrder(await load(), algorithm, epochSeconds(clock)))
      if (made) return made
      throw new GatehouseError(
        'not_configured',
        'signing_key_missing',
        `no signing key opens under ${nameOf('sealingSecrets')}`,
      )
    },

    async publicKeys() {
      const keys = await complete(await atHand())
      return { keys: keys.map(({ kid, algorithm, publicJwk }) => ({ ...publicJwk, kid, alg: algorithm, use: 'sig' })) }
    },

    async rotate() {
      const now = epochSeconds(clock)
      const keys = await load()
      const isNew = (key: StoredSigningKey) => key.createdAt > now - ROTATED_AFTER_SECONDS
      await complete(keys.filter(isNew))
      await store.removeMadeBefore(now - ROTATED_AFTER_SECONDS - SHOWN_BEFORE_SECONDS - SHOWN_AFTER_SECONDS)
    },
  }
}

/**
 * The keys of an algorithm in the order in which they should sign: the newest that apps can know by now, older ones, and only then those that
 * are too new, the oldest of them first.
 */
function inOrder(
  keys: readonly StoredSigningKey[],
  algorithm: SigningAlgorithm,
  now: number,
): readonly StoredSigningKey[] {
  const own = keys.filter((key) => key.algorithm === algorithm)
  const isShown = ({ createdAt }: StoredSigningKey) => createdAt <= now - SHOWN_BEFORE_SECONDS
  return [...own.filter(isShown), ...own.filter((key) => !isShown(key)).reverse()]
}
