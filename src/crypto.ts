/**
 * Random tokens, hashes, constant-time comparison and sealing with key rotation, and the forms in which values travel (compact JWS and JWE,
 * form encoding, media types); knows nothing of what is sealed or sent.
 */
import { base64url, CompactEncrypt, compactDecrypt, errors } from 'jose'

const ENCODER = new TextEncoder()
/** Refuses what is not UTF-8, and takes nothing away. Made once, because making it costs more than using it. */
export const STRICT_UTF_8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const TOKEN_BYTES = 32
const REFERENCE_CHARACTERS = 10
/** Crockford's base 32: no letter that is taken for a digit, for a reference is read aloud on the phone. */
const REFERENCE_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/** 256 random bits as base64url. */
export function randomToken(): string {
  return base64url.encode(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)))
}

/** A reference number that joins what a person sees with a line in the log. Not a secret. */
export function randomReference(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(REFERENCE_CHARACTERS))
  return Array.from(bytes, (byte) => REFERENCE_ALPHABET.charAt(byte & 31)).join('')
}

/** SHA-256 of the UTF-8 text, as base64url without padding. */
export async function sha256(text: string): Promise<string> {
  return base64url.encode(await digestOf(text))
}

/** SHA-256 of the UTF-8 text, in hexadecimal, for others who want it so. */
export async function sha256Hex(text: string): Promise<string> {
  return Array.from(await digestOf(text), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

async function digestOf(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', ENCODER.encode(text)))
}

/** Compares two texts in a time that tells nothing of where they differ. Both should be hashes: the length does show. */
export function equalInConstantTime(left: string, right: string): boolean {
  const a = ENCODER.encode(left)
  const b = ENCODER.encode(right)
  let difference = a.length ^ b.length
  for (let index = 0; index < a.length; index++) difference |= (a[index] ?? 0) ^ (b[index] ?? 0)
  return difference === 0
}

export interface KeyName {
  readonly kid: string
  readonly header: string
}

/** Seals and opens short texts for one purpose. What one purpose sealed, no other opens. */
export interface Sealer {
  /** Seals under the first secret, bound to `context` (for example the cookie's name): it opens under the same context only. */
  seal(text: string, context: string): Promise<string>
  /** Opens what any of the secrets sealed. `null`: not sealed by us, for this purpose, in this context. */
  open(sealed: string, context: string): Promise<string | null>
  /** How the keys are named in what it sealed: each id, and the header as it begins the text. */
  keyNames(): Promise<readonly KeyName[]>
}

interface SealingKey extends KeyName {
  readonly bytes: Uint8Array
}

/**
 * Makes the sealer of a purpose: AES-256-GCM as compact JWE, one key per secret, named by a key id in the header.
 *
 * @param secrets the first seals, all open
 * @param purpose keeps the keys of one use apart from those of another
 * @see RFC 7516 for the form, RFC 5869 for the derivation of the keys
 */
export function createSealer(secrets: readonly string[], purpose: string): Sealer {
  let keys: readonly SealingKey[] | undefined
  const loadKeys = async () => {
    keys ??= await Promise.all(secrets.map((secret) => deriveKey(secret, purpose)))
    return keys
  }
  return {
    async keyNames() {
      return (await loadKeys()).map(({ kid, header }) => ({ kid, header }))
    },
    async seal(text, context) {
      const [first] = await loadKeys()
      if (!first) throw new TypeError('a sealer needs at least one secret')
      const payload = ENCODER.encode(JSON.stringify([context, text]))
      return new CompactEncrypt(payload).setProtectedHeader(headerOf(first.kid)).encrypt(first.bytes)
    },
    async open(sealed, context) {
      const known = await loadKeys()
      if (!isCanonical(sealed)) return null
      try {
        const { plaintext } = await compactDecrypt(
          sealed,
          ({ kid }) => {
            const key = known.find((candidate) => candidate.kid === kid)
            if (!key) throw new errors.JWEDecryptionFailed()
            return key.bytes
          },
          { keyManagementAlgorithms: ['dir'], contentEncryptionAlgorithms: ['A256GCM'] },
        )
        const payload: unknown = JSON.parse(new TextDecoder().decode(plaintext))
        if (!Array.isArray(payload) || payload[0] !== context || typeof payload[1] !== 'string') return null
        return payload[1]
      } catch (error) {
        if (error instanceof errors.JOSEError) return null
        throw error
      }
    },
  }
}

/** @see RFC 7516 section 4.1 */
const headerOf = (kid: string) => ({ alg: 'dir', enc: 'A256GCM', kid })

/** Base64url has several spellings of some bytes; only the one that we write is accepted, so that every changed bit is noticed. */
function isCanonical(sealed: string): boolean {
  try {
    return sealed.split('.').every((part) => base64url.encode(base64url.decode(part)) === part)
  } catch {
    return false
  }
}

async function deriveKey(secret: string, purpose: string): Promise<SealingKey> {
  const material = await crypto.subtle.importKey('raw', ENCODER.encode(secret), 'HKDF', false, ['deriveBits'])
  const derive = async (info: string, bits: number) =>
    new Uint8Array(
      await crypto.subtle.deriveBits(
        { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info: ENCODER.encode(`gatehouse ${info}`) },
        material,
        bits,
      ),
    )
  const kid = base64url.encode(await derive(`key id of ${purpose}`, 64))
  return { kid, header: base64url.encode(JSON.stringify(headerOf(kid))), bytes: await derive(purpose, 256) }
}

/** Three parts of base64url without padding, and nothing else, which the library would be lenient about. @see RFC 7515 section 7.1 */
export const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/
/** The same without a signature. @see RFC 7519 section 6.1 */
export const UNSIGNED_JWT = /^[\w-]+\.[\w-]+\.$/
/** Five parts, of which the key and the text may be empty, which the library would be lenient about, too. @see RFC 7516 section 7.1 */
export const COMPACT_JWE = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]*\.[\w-]+$/

/** The media type in a Content-Type, without its parameters, in small letters; `undefined`: there is none. */
export function mediaTypeIn(contentType: string | null | undefined): string | undefined {
  return contentType?.split(';')[0]?.trim().toLowerCase()
}

/** A value as a form has it. @see RFC 6749 appendix B */
export function formEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+')
}
