/**
 * Makes the signing keys of the embedded provider; publishes and keeps nothing.
 */
import { generateKeyPair, randomBytes } from 'node:crypto'
import { promisify } from 'node:util'
import type { JWK } from 'jose'

const RSA_BITS = 2048

/** A private key that can be named. */
export type SigningKey = JWK & { readonly kid: string }

/** A private RS256 key as JWK. Without `keyId` the key gets a random one. */
export async function newSigningKey(keyId?: string): Promise<SigningKey> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: RSA_BITS })
  const jwk = privateKey.export({ format: 'jwk' })
  return { ...jwk, kty: 'RSA', kid: keyId ?? randomBytes(12).toString('base64url'), alg: 'RS256', use: 'sig' }
}

/** The public half, to check with. */
export function publicPart({ d, p, q, dp, dq, qi, ...rest }: JWK): JWK {
  return rest
}
