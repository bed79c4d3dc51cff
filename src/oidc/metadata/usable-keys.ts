/**
 * Which keys of a provider's key set can verify a signature, why the others cannot, and which algorithm ID tokens must have; calls no one
 * and logs nothing.
 */
import { base64url, createLocalJWKSet, type JWK, type LocalJWKSet } from 'jose'
import { objectOf, withoutEmpty } from '../../claims/claim-values.ts'
import type { ProviderConfig } from '../../config/model.ts'
import type { IdTokenAlgorithm } from '../../config/schema/provider.ts'
import { SIGNING_ALGORITHMS } from '../../config/values/algorithms.ts'
import { printable } from '../../log.ts'
import type { Metadata } from './metadata.ts'

export interface UsableKeys {
  /** Without the members that would keep the library from using them. */
  readonly usable: readonly JWK[]
  /** The keys that should verify and cannot. Keys for encryption are not among them. */
  readonly passedOver: readonly PassedOver[]
  /** Whether any of them is meant for signatures, usable or not: a key set without one is refused. */
  readonly isForSignatures: boolean
  /** How the library finds the key of a token among the usable ones. @param mayVerify leaves out keys; absent: each may verify the token */
  lookup(mayVerify?: (key: JWK) => boolean): LocalJWKSet
}

export interface PassedOver {
  /** `undefined`: it has none that is text. */
  readonly kid: string | undefined
  readonly fault: string
}

const KEYS_MAX = 100
/** @see RFC 7518 section 3.3 */
const RSA_BITS_MIN = 2048
const KEY_ID_SHOWN_CHARACTERS = 60

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth']
/** These do not matter here, and the library refuses keys because of some of their values. */
const LEFT_OUT = ['x5c', 'x5t', 'x5t#S256', 'x5u', 'key_ops', 'ext']
/** @see RFC 7518 sections 4.1 and 6.2.1, RFC 8037 section 2 */
const ENCRYPTION_ALGORITHMS = /^(?:RSA-OAEP|RSA1_5|ECDH-ES|A\d+(?:GCM)?KW|dir)/
const ENCRYPTION_CURVES = ['X25519', 'X448']
const ENCRYPTION_OPERATIONS = ['encrypt', 'decrypt', 'wrapKey', 'unwrapKey', 'deriveKey', 'deriveBits']
/** How many bytes a coordinate has. */
const EC_BYTES: ReadonlyMap<unknown, number> = new Map([
  ['P-256', 32],
  ['P-384', 48],
  ['P-521', 66],
])
const ED25519_BYTES = 32

/** The key is for encryption, so it is left out and not reported. */
const FOR_ENCRYPTION = Symbol('for encryption')

/**
 * Separates usable keys from others. A member of null or an empty text counts as absent.
 *
 * @see RFC 7517 sections 4 and 5: keys that are not understood, lack members or have odd values are ignored
 */
export function usableKeys(shown: readonly unknown[]): UsableKeys {
  const usable: JWK[] = []
  const passedOver: PassedOver[] = []
  let isForSignatures = false
  for (const key of shown) {
    const members = saidOf(key)
    const fault = members === null ? 'it is no object' : faultOf(members)
    isForSignatures ||= typeof members?.kty === 'string' && members.kty !== 'oct' && members.use !== 'enc'
    if (fault === FOR_ENCRYPTION) continue
    if (fault === null && members !== null && usable.length < KEYS_MAX) {
      usable.push(withoutExtras(members) as JWK) // what was just judged
    } else {
      const kid = typeof members?.kid === 'string' ? members.kid : undefined
      passedOver.push({ kid, fault: fault ?? `there are more than ${KEYS_MAX}` })
    }
  }
  return { usable, passedOver, isForSignatures, lookup: lookupIn(usable) }
}

/** Each selection is kept, because the library imports the keys of every set anew. Only a few come up: one for each issuer of keys. */
function lookupIn(usable: readonly JWK[]): UsableKeys['lookup'] {
  const selections = new Map<string, LocalJWKSet>()
  return (mayVerify = () => true) => {
    const choice = usable.map((key) => mayVerify(key))
    const name = choice.join()
    const selection = selections.get(name) ?? createLocalJWKSet({ keys: usable.filter((_, at) => choice[at]) })
    selections.set(name, selection)
    return selection
  }
}

type Members = Readonly<Record<string, unknown>>

function saidOf(key: unknown): Members | null {
  const members = objectOf(key)
  return members && withoutEmpty(members)
}

function withoutExtras(members: Members): Members {
  return Object.fromEntries(Object.entries(members).filter(([name]) => !LEFT_OUT.includes(name)))
}

function faultOf(key: Members): string | typeof FOR_ENCRYPTION | null {
  const { kty, kid, use, alg, key_ops: operations } = key
  if (typeof kty !== 'string') return 'it does not say of which type it is (kty)'
  if (kty === 'oct') return 'a shared secret has no place among public keys (oct)'
  if (isForEncryption(key)) return FOR_ENCRYPTION
  if (kid !== undefined && typeof kid !== 'string') return 'its key id is no text (kid)'
  if (use !== undefined && use !== 'sig') return 'it is for something else than signatures (use)'
  if (operations !== undefined && !(Array.isArray(operations) && operations.includes('verify'))) {
    return 'it is not for verifying (key_ops)'
  }
  if (alg !== undefined && !SIGNING_ALGORITHMS.some((known) => known === alg)) {
    return `it is for an algorithm that is not accepted (alg); accepted are ${SIGNING_ALGORITHMS.join(', ')}`
  }
  if (PRIVATE.some((name) => key[name] !== undefined)) return 'it is a private key, which no one may show'
  return faultOfMaterial(kty, key)
}

function isForEncryption({ use, alg, crv, key_ops: operations }: Members): boolean {
  if (use === 'enc' || ENCRYPTION_CURVES.some((known) => known === crv)) return true
  if (typeof alg === 'string' && ENCRYPTION_ALGORITHMS.test(alg)) return true
  return (
    Array.isArray(operations) &&
    operations.length > 0 &&
    operations.every((operation) => ENCRYPTION_OPERATIONS.some((known) => known === operation))
  )
}

function faultOfMaterial(kty: string, { n, e, crv, x, y, x5c }: Members): string | null {
  if (kty === 'RSA') {
    if (n === undefined && e === undefined && x5c !== undefined)
      return 'it is a certificate alone (x5c), without n and e'
    const [modulus, exponent] = [bytesOf(n), bytesOf(e)]
    if (modulus === null || exponent === null) return 'n and e are not there in base64url'
    const bits = bitsOf(modulus)
    return bits < RSA_BITS_MIN ? `RSA of ${bits} bits, and fewer than ${RSA_BITS_MIN} are too weak` : null
  }
  if (kty === 'EC') {
    if (crv === undefined && x5c !== undefined) return 'it is a certificate alone (x5c), without crv, x and y'
    const length = EC_BYTES.get(crv)
    if (length === undefined)
      return `its curve is not supported (crv); supported are ${[...EC_BYTES.keys()].join(', ')}`
    const isPoint = bytesOf(x)?.length === length && bytesOf(y)?.length === length
    return isPoint ? null : 'x and y are no point of its curve'
  }
  if (kty === 'OKP') {
    if (crv !== 'Ed25519') return 'its curve is not supported (crv); supported is Ed25519'
    return bytesOf(x)?.length === ED25519_BYTES ? null : 'x is no point of its curve'
  }
  return 'its type is not supported (kty); supported are RSA, EC and OKP'
}

function bytesOf(value: unknown): Uint8Array | null {
  if (typeof value !== 'string' || !/^[\w-]+$/.test(value)) return null
  try {
    return base64url.decode(value)
  } catch {
    return null
  }
}

/** Some providers write a leading zero, which does not make a key stronger. */
function bitsOf(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte !== 0)
  return first === -1 ? 0 : (bytes.length - first - 1) * 8 + (32 - Math.clz32(bytes[first] ?? 0))
}

/** A key that was passed over, in a line for people: its key id, and why. */
export function lineOf({ kid, fault }: PassedOver): string {
  const name = kid === undefined ? 'a key without a key id' : printable(kid).slice(0, KEY_ID_SHOWN_CHARACTERS)
  return `${name}: ${fault}`
}

type Settings = Pick<ProviderConfig, 'idTokenAlgorithm' | 'pinnedKey' | 'isSignAlgoSet'>

/**
 * The algorithm that ID tokens, signed userinfo, logout tokens and JARM responses must have.
 *
 * Without idTokenAlgorithm it is RS256, which every provider must know; where a provider does not list it, and lists exactly one other
 * algorithm with a public key, it is that one. If it lists several, Gatehouse does not choose, and it never uses `none` or an algorithm
 * that is keyed with the client secret because a provider lists it.
 *
 * @see OpenID Connect Core 1.0 section 3.1.3.7, step 7; OpenID Connect Discovery 1.0 section 3; RFC 8725 section 3.1
 */
export function idTokenAlgorithm(
  { idTokenAlgorithm: algorithm, pinnedKey: pinned, isSignAlgoSet }: Settings,
  { id_token_signing_alg_values_supported: listed }: Pick<Metadata, 'id_token_signing_alg_values_supported'>,
): IdTokenAlgorithm {
  if (isSignAlgoSet || pinned !== undefined || listed === undefined || listed.includes(algorithm)) return algorithm
  const [only, ...others] = verifiableAmong(listed)
  return only !== undefined && others.length === 0 ? only : algorithm
}

/** The algorithms of a list that Gatehouse verifies with a public key. */
export function verifiableAmong(listed: readonly string[]): readonly IdTokenAlgorithm[] {
  return SIGNING_ALGORITHMS.filter((algorithm) => listed.includes(algorithm))
}
