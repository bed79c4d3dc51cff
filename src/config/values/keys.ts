/**
 * Private keys as operators write them (JWK, JWK set, PKCS#8 PEM), judged as far as that goes without using them; importing is for `oidc/`.
 */
import type { JWK } from 'jose'
import * as v from 'valibot'
import type { Kind } from './kinds.ts'

/** What a key is for decides which types of key will do. */
export type KeyUse = 'sig' | 'enc'

export type KeyType = 'RSA' | 'P-256' | 'P-384' | 'P-521' | 'Ed25519'

export interface PrivateKey {
  readonly type: KeyType
  /** The name that a JWK has already; the provider may know it by that. */
  readonly keyId: string | undefined
  readonly material: { readonly jwk: JWK } | { readonly pem: string }
  /** The one algorithm that a JWK allows itself to be used with. @see RFC 7517 section 4.4 */
  readonly algorithm: string | undefined
}

/** Algorithms to sign with, by type of key; the first is the default. RS256 is the one that every provider knows. */
export const SIGNING_BY_KEY: Readonly<Partial<Record<KeyType, readonly string[]>>> = {
  RSA: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  'P-256': ['ES256'],
  Ed25519: ['EdDSA', 'Ed25519'],
}

const HS256_MIN_BYTES = 32

/** A secret that serves as a key for HMAC must be as long as the hash. @see RFC 7518 section 3.2, RFC 8725 section 3.5 */
export const SECRET_MIN_BYTES: Readonly<Record<string, number>> = { HS256: HS256_MIN_BYTES, HS384: 48, HS512: 64 }

/** client_secret_jwt signs with HS256. */
export const CLIENT_SECRET_JWT_MIN_BYTES = HS256_MIN_BYTES

const AGREEMENT = ['ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW']

/** Algorithms that a provider may encrypt with. Not RSA1_5, which leaks by its errors, and no password. @see RFC 8725 section 3.2 */
export const ENCRYPTION_BY_KEY: Readonly<Partial<Record<KeyType, readonly string[]>>> = {
  RSA: ['RSA-OAEP-256'],
  'P-256': AGREEMENT,
  'P-384': AGREEMENT,
  'P-521': AGREEMENT,
}

/** One private key or, as a JWK set, several: the first signs, all decrypt, all are shown (their public halves). */
export function privateKeys(use: KeyUse): Kind<readonly PrivateKey[]> {
  return {
    label: 'private key (JWK, JWK set or PKCS#8 PEM)',
    schema: v.pipe(
      v.string('must be text'),
      v.rawTransform(({ dataset, addIssue, NEVER }) => {
        const read = readKeys(dataset.value.trim(), use)
        if (typeof read !== 'string') return read
        addIssue({ message: read })
        return NEVER
      }),
      v.readonly(),
    ),
  }
}

/** The keys, or a sentence that says what is wrong and repeats nothing of the text. */
function readKeys(text: string, use: KeyUse): PrivateKey[] | string {
  const read = text.startsWith('{') ? readJwks(text, use) : [readPem(text)]
  if (typeof read === 'string') return read
  for (const key of read) {
    if (typeof key === 'string') return key
    const problem = unfit(key, use)
    if (problem) return problem
  }
  return read.filter((key) => typeof key !== 'string')
}

const jwkSchema = v.looseObject({
  kty: v.string(),
  crv: v.optional(v.string()),
  alg: v.optional(v.string()),
  use: v.optional(v.string()),
  kid: v.optional(v.string()),
})

type WrittenJwk = v.InferOutput<typeof jwkSchema>

const jwksSchema = v.union([
  v.pipe(
    v.object({ keys: v.pipe(v.array(jwkSchema), v.minLength(1)) }),
    v.transform(({ keys }) => keys),
  ),
  v.pipe(
    jwkSchema,
    v.transform((jwk) => [jwk]),
  ),
])

function readJwks(text: string, use: KeyUse): (PrivateKey | string)[] | string {
  const parsed = v.safeParse(jwksSchema, parseJson(text))
  if (!parsed.success) return 'is neither a JWK nor a JWK set'
  return parsed.output.map((jwk) => readJwk(jwk, use))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // without its cause, which quotes the text
  }
}

const RSA_MIN_BYTES = 256
const FIELD_BYTES: Readonly<Record<string, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66, Ed25519: 32 }

function readJwk(jwk: WrittenJwk, use: KeyUse): PrivateKey | string {
  if (jwk.use !== undefined && jwk.use !== use) return `has a key whose "use" is not "${use}"`
  if (jwk.d === undefined) return 'has a key without "d": that is a public key, and the private one is needed'
  if (jwk.kty === 'RSA') {
    const missing = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'].filter((name) => bytesOf(jwk[name]) === 0)
    if (missing.length > 0) return `has an RSA key without ${missing.join(', ')}`
    if (bytesOf(jwk.n) < RSA_MIN_BYTES) return 'has an RSA key of fewer than 2048 bits'
    return keyOf('RSA', jwk)
  }
  const type = typeOfCurve(jwk.kty, jwk.crv)
  if (type === undefined) return 'has a key of a type that Gatehouse does not use'
  const wrong = (type === 'Ed25519' ? ['x', 'd'] : ['x', 'y', 'd']).filter(
    (name) => bytesOf(jwk[name]) !== FIELD_BYTES[type],
  )
  if (wrong.length > 0) return `has a key whose ${wrong.join(', ')} is not of the length of its curve`
  return keyOf(type, jwk)
}

const KEY_MEMBERS = ['kty', 'crv', 'x', 'y', 'n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi']

/** Only what makes the key: what it may be used for is decided here and not by the library once more. */
function keyOf(type: KeyType, { kid, alg, ...members }: WrittenJwk): PrivateKey {
  const jwk: JWK = Object.fromEntries(Object.entries(members).filter(([name]) => KEY_MEMBERS.includes(name)))
  return { type, keyId: kid, material: { jwk }, algorithm: alg }
}

/** The type of a JWK that is no RSA key; `undefined`: none that is known. */
export function typeOfCurve(kty: string, crv: string | undefined): KeyType | undefined {
  if (kty === 'EC' && (crv === 'P-256' || crv === 'P-384' || crv === 'P-521')) return crv
  return kty === 'OKP' && crv === 'Ed25519' ? crv : undefined
}

/** The length of a base64url member; 0 for whatever is none. */
function bytesOf(member: unknown): number {
  if (typeof member !== 'string' || !/^[\w-]+$/.test(member)) return 0
  return Math.floor((member.length * 3) / 4)
}

/** What the head of a PKCS#8 or SPKI key says of its type, as DER in hexadecimal. @see RFC 5958 section 2, RFC 5480, RFC 8410 */
const OBJECT_IDENTIFIERS: readonly (readonly [string, KeyType])[] = [
  ['06092a864886f70d010101', 'RSA'],
  ['06072a8648ce3d020106082a8648ce3d030107', 'P-256'],
  ['06072a8648ce3d020106052b81040022', 'P-384'],
  ['06072a8648ce3d020106052b81040023', 'P-521'],
  ['06032b6570', 'Ed25519'],
]
const PEM_HEAD_BYTES = 40
/** An RSA key of 2048 bits takes 1190 bytes and more, one of 1536 bits 920. */
const RSA_PEM_MIN_BYTES = 1100

function readPem(text: string): PrivateKey | string {
  const { pem, der } = pemOf(text, 'PRIVATE KEY')
  if (der === null) {
    const isOther = /-----BEGIN (?:RSA|EC|ENCRYPTED) PRIVATE KEY-----/.test(pem)
    return isOther
      ? 'is a private key, but not PKCS#8 without a password; convert it with: openssl pkcs8 -topk8 -nocrypt'
      : 'is neither a JWK, nor a JWK set, nor a PKCS#8 PEM that begins with -----BEGIN PRIVATE KEY-----'
  }
  const type = typeOfDer(der)
  if (type === undefined) return 'is a PEM of a type of key that Gatehouse does not use'
  if (type === 'RSA' && der.length < RSA_PEM_MIN_BYTES) return 'has an RSA key of fewer than 2048 bits'
  return { type, keyId: undefined, material: { pem }, algorithm: undefined }
}

export function typeOfDer(der: Uint8Array): KeyType | undefined {
  const head = Array.from(der.slice(0, PEM_HEAD_BYTES), (byte) => byte.toString(16).padStart(2, '0')).join('')
  return OBJECT_IDENTIFIERS.find(([identifier]) => head.includes(identifier))?.[1]
}

/**
 * A PEM with its lines, which dashboards and .env files keep on one line, with \n written out, and the bytes in it.
 *
 * @returns `der` is `null` when it is no PEM of this label
 */
export function pemOf(text: string, label: 'PRIVATE KEY' | 'PUBLIC KEY'): { pem: string; der: Uint8Array | null } {
  const pem = text.replaceAll('\\n', '\n').trim()
  const [, begun, body, ended] = PEM.exec(pem) ?? []
  return { pem, der: body === undefined || begun !== label || ended !== label ? null : derOf(body) }
}

const PEM = /^-----BEGIN ([A-Z ]+)-----([A-Za-z0-9+/=\s]+)-----END ([A-Z ]+)-----$/

/** None when it is not base64. */
function derOf(body: string): Uint8Array {
  try {
    return Uint8Array.from(atob(body), (character) => character.charCodeAt(0))
  } catch {
    return new Uint8Array() // not base64: of no type that is known
  }
}

function unfit({ type, algorithm }: PrivateKey, use: KeyUse): string | undefined {
  const fitting = (use === 'sig' ? SIGNING_BY_KEY : ENCRYPTION_BY_KEY)[type]
  const purpose = use === 'sig' ? 'signing' : 'decryption'
  if (fitting === undefined) return `has a key of type ${type}, which Gatehouse does not use for ${purpose}`
  if (algorithm !== undefined && !fitting.includes(algorithm)) {
    return `has a ${type} key whose "alg" is none of ${fitting.join(', ')}`
  }
  return undefined
}
