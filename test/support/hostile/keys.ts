/**
 * The keys of the hostile provider: two that sign of each kind, and all those beside them that no relying party may ever use.
 */
import { base64url, exportJWK, generateKeyPair, type JWK } from 'jose'
import { type Signer, type SigningAlgorithm, withKey } from './jws.ts'

export type KeyKind = 'RSA' | 'EC' | 'OKP'

export interface ProviderKey {
  readonly kid: string
  readonly kind: KeyKind
  readonly use: 'sig' | 'enc'
  readonly privateKey: JWK
}

/** All keys of one time; rotation makes another set. */
export type KeySet = readonly ProviderKey[]

const KINDS: readonly KeyKind[] = ['RSA', 'RSA', 'EC', 'EC', 'OKP']
const ALGORITHM = { RSA: 'RS256', EC: 'ES256', OKP: 'EdDSA' } as const satisfies Record<KeyKind, SigningAlgorithm>
const ENCRYPTION = { RSA: 'RSA-OAEP-256', EC: 'ECDH-ES', OKP: 'ECDH-ES' } as const

/**
 * Makes the keys of a provider.
 *
 * @param generation another generation has other keys
 * @param kidGeneration whose key ids they have: another one than `generation` when new keys come under the old ids
 */
export async function createKeySet(issuer: string, generation: number, kidGeneration = generation): Promise<KeySet> {
  const signing = KINDS.map((kind, place) => ({ kind, use: 'sig' as const, place }))
  const encryption = (['RSA', 'EC'] as const).map((kind, place) => ({ kind, use: 'enc' as const, place }))
  return Promise.all(
    [...signing, ...encryption].map(async ({ kind, use, place }) => ({
      kid: `${kind.toLowerCase()}-${use}-${kidGeneration}-${place}`,
      kind,
      use,
      privateKey: await privateKey(kind, `${issuer} ${generation} ${use} ${place}`),
    })),
  )
}

/** The key that signs with an algorithm. */
export function signingKey(keys: KeySet, algorithm: SigningAlgorithm): ProviderKey {
  const kind = algorithm === 'ES256' ? 'EC' : algorithm === 'EdDSA' ? 'OKP' : 'RSA'
  return firstOf(keys, kind, 'sig')
}

export function firstOf(keys: KeySet, kind: KeyKind, use: ProviderKey['use']): ProviderKey {
  const key = keys.find((candidate) => candidate.kind === kind && candidate.use === use)
  if (!key) throw new Error(`no ${kind} key for ${use}`)
  return key
}

export function signerOf(keys: KeySet, algorithm: SigningAlgorithm): Signer {
  return withKey(signingKey(keys, algorithm).privateKey, algorithm)
}

/** A key that was never published. */
export async function strangerKey(): Promise<JWK> {
  return privateKey('RSA', 'a stranger')
}

/** @param signing the algorithm of the provider, which its RSA keys are published for */
export function publicJwk({ kid, kind, use, privateKey }: ProviderKey, signing: SigningAlgorithm = 'RS256'): JWK {
  const { kty, crv, n, e, x, y } = privateKey
  const forSigning = kind === 'RSA' && signing === 'PS256' ? signing : ALGORITHM[kind]
  const alg = use === 'sig' ? forSigning : ENCRYPTION[kind]
  return { ...JSON.parse(JSON.stringify({ kty, crv, n, e, x, y })), kid, use, alg }
}

/** What is published beside the keys that can be used: honest providers do it too. @see RFC 7517 section 5 */
export const ODD_KEYS: readonly JWK[] = [
  {
    kty: 'EC',
    crv: 'secp256k1',
    x: base64url.encode(new Uint8Array(32).fill(7)),
    y: base64url.encode(new Uint8Array(32).fill(9)),
    kid: 'secp256k1',
    use: 'sig',
    alg: 'ES256K',
  },
  { kty: 'AKP', alg: 'ML-DSA-44', pub: base64url.encode(new Uint8Array(64)), kid: 'of-tomorrow', use: 'sig' },
]

/** Making RSA keys is slow, so the tests of a file share them; each issuer and each generation has its own. */
const made = new Map<string, Promise<JWK>>()

function privateKey(kind: KeyKind, name: string): Promise<JWK> {
  const known = made.get(name)
  if (known) return known
  const key = generateKeyPair(ALGORITHM[kind], { extractable: true }).then((pair) => exportJWK(pair.privateKey))
  made.set(name, key)
  return key
}
