/**
 * Makes compact JWS with any header, any payload and any signature; refuses nothing, which is why no library is asked.
 */
import { base64url, type JWK } from 'jose'

/** Gives the signature of a signing input. */
export type Signer = (input: BufferSource) => Promise<Uint8Array>

export type Members = Readonly<Record<string, unknown>>

export type SigningAlgorithm = 'RS256' | 'PS256' | 'ES256' | 'EdDSA'

/** A JWS that is not signed yet. Members that are `undefined` are left out. */
export interface Draft {
  readonly header: Members
  readonly claims: Members
  readonly sign: Signer
}

/** @see RFC 7515 section 3.1 */
export async function compactJws({ header, claims, sign }: Draft): Promise<string> {
  const input = `${encode(header)}.${encode(claims)}`
  const signature = await sign(Uint8Array.from(new TextEncoder().encode(input)))
  return `${input}.${base64url.encode(signature)}`
}

const WEB_CRYPTO = {
  RS256: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  PS256: { name: 'RSA-PSS', hash: 'SHA-256', saltLength: 32 },
  ES256: { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  EdDSA: { name: 'Ed25519' },
} as const satisfies Record<SigningAlgorithm, object>

/** An honest signature. */
export function withKey(privateKey: JWK, algorithm: SigningAlgorithm): Signer {
  const parameters = WEB_CRYPTO[algorithm]
  return async (input) => {
    const { kty = '', crv, n, e, d, p, q, dp, dq, qi, x, y } = privateKey
    const bare = JSON.parse(JSON.stringify({ kty, crv, n, e, d, p, q, dp, dq, qi, x, y }))
    const key = await crypto.subtle.importKey('jwk', bare, parameters, false, ['sign'])
    return new Uint8Array(await crypto.subtle.sign(parameters, key, input))
  }
}

/** HS256 with a secret that the other side knows, or should not take for one. */
export function withSecret(secret: string): Signer {
  return async (input) => {
    const bytes = new TextEncoder().encode(secret)
    const key = await crypto.subtle.importKey('raw', bytes, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
    return new Uint8Array(await crypto.subtle.sign('HMAC', key, input))
  }
}

/** Every byte of an honest signature changed, as the conformance suite of the OpenID Foundation does it. */
export function corrupted(sign: Signer): Signer {
  return async (input) => (await sign(input)).map((byte) => byte ^ 0x5a)
}

/** The empty signature of `alg: none`. */
export const unsigned: Signer = async () => new Uint8Array()

function encode(members: Members): string {
  return base64url.encode(JSON.stringify(members))
}
