/**
 * Gatehouse's own keys: the one that signs, those that decrypt, and the public halves as anyone may see them.
 */

import { calculateJwkThumbprint, exportJWK, importJWK, importPKCS8, type JWK } from 'jose'
import type { ProviderConfig } from '../../config/model.ts'
import type { SettingKey } from '../../config/names.ts'
import { nameOf } from '../../config/names.ts'
import { ENCRYPTION_BY_KEY, type KeyUse, type PrivateKey, SIGNING_BY_KEY } from '../../config/values/keys.ts'
import { GatehouseError } from '../../errors.ts'

export interface OwnSigningKey {
  readonly key: CryptoKey
  readonly kid: string
  readonly algorithm: string
}

export interface OwnDecryptionKey {
  readonly jwk: JWK
  readonly kid: string
  /** The algorithms that it may be used with. */
  readonly algorithms: readonly string[]
}

/** @see RFC 7517 section 5 */
export interface PublicKeys {
  readonly keys: readonly JWK[]
}

/** All of them throw GatehouseError `not_configured` when a key cannot be used after all. */
export interface OwnKeys {
  /** @throws GatehouseError `not_configured` also when there is none */
  signingKey(): Promise<OwnSigningKey>
  decryptionKeys(): Promise<readonly OwnDecryptionKey[]>
  publicKeys(): Promise<PublicKeys>
}

interface LoadedKey {
  readonly jwk: JWK
  readonly kid: string
  readonly algorithm: string | undefined
  readonly algorithms: readonly string[]
}

/** Keys are made ready when they are first needed, and then kept for the isolate. */
export function createOwnKeys(config: ProviderConfig): OwnKeys {
  const decryptionName = config.decryptionKeys ? 'decryptionKeys' : 'introspectionDecryptionKeys'
  const loadSigning = keptOnce(() => loadAll(config.signingKeys ?? [], 'sig', 'signingKeys'))
  const loadDecryption = keptOnce(() => loadAll(config[decryptionName] ?? [], 'enc', decryptionName))

  /** The key that signs may be given another algorithm; the others are only shown. */
  function algorithmOf(key: LoadedKey, index: number): string {
    const chosen = index === 0 ? config.signingKeyAlgorithm : undefined
    return chosen ?? key.algorithms[0] ?? ''
  }

  const importSigning = keptOnce(async (): Promise<OwnSigningKey> => {
    const [first] = await loadSigning()
    if (!first)
      throw new GatehouseError(
        'not_configured',
        'signing_key_missing',
        `${nameOf('signingKeys')} is not set, and the provider asks for it`,
      )
    const algorithm = algorithmOf(first, 0)
    const key = await usable('signingKeys', () => importJWK(first.jwk, algorithm))
    if (key instanceof Uint8Array) throw new TypeError('a JWK without "k" is no shared secret')
    return { key, kid: first.kid, algorithm }
  })

  return {
    signingKey: importSigning,

    async decryptionKeys() {
      return loadDecryption()
    },

    async publicKeys() {
      const signing = (await loadSigning()).map((key, index) => ({
        ...publicPart(key.jwk),
        kid: key.kid,
        use: 'sig',
        alg: algorithmOf(key, index),
      }))
      const encryption = (await loadDecryption()).map(({ jwk, kid, algorithm }) => ({
        ...publicPart(jwk),
        kid,
        use: 'enc',
        // One EC key serves several algorithms, and a provider would not look further than the one that is named.
        ...(algorithm === undefined ? {} : { alg: algorithm }),
      }))
      return { keys: [...signing, ...encryption] }
    },
  }
}

async function loadAll(keys: readonly PrivateKey[], use: KeyUse, setting: SettingKey): Promise<readonly LoadedKey[]> {
  return Promise.all(
    keys.map(async ({ type, keyId, material, algorithm }) => {
      const possible = (use === 'sig' ? SIGNING_BY_KEY : ENCRYPTION_BY_KEY)[type] ?? []
      const algorithms = algorithm === undefined ? possible : [algorithm]
      const jwk = 'jwk' in material ? material.jwk : await jwkOfPem(material.pem, possible[0] ?? '', setting)
      return { jwk, kid: keyId ?? (await calculateJwkThumbprint(publicPart(jwk))), algorithm, algorithms }
    }),
  )
}

async function jwkOfPem(pem: string, algorithm: string, setting: SettingKey): Promise<JWK> {
  return usable(setting, async () => exportJWK(await importPKCS8(pem, algorithm, { extractable: true })))
}

/** What only the using shows, such as a point that is not on its curve. The library's own message may quote the key. */
async function usable<T>(setting: SettingKey, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch {
    throw new GatehouseError('not_configured', 'own_key_unusable', `${nameOf(setting)} is no key that can be used`)
  }
}

/** A list of what is public, so that a private member never gets out, whatever else a key has. */
function publicPart({ kty, crv, x, y, n, e }: JWK): JWK {
  return JSON.parse(JSON.stringify({ kty, crv, x, y, n, e })) as JWK // a copy without the undefined members
}

/** Keeps the result, not the promise: what one request began is cancelled with it. */
function keptOnce<T>(work: () => Promise<T>): () => Promise<T> {
  let kept: { readonly value: T } | undefined
  return async () => {
    kept ??= { value: await work() }
    return kept.value
  }
}
