/**
 * `at_hash`: whether the access token is the one that the ID token was issued with.
 */
import { base64url } from 'jose'
import { isEmpty } from '../../claims/values.ts'
import { GatehouseError } from '../../errors.ts'

/**
 * Checks the hash, if there is one: providers may leave it out of ID tokens from the token endpoint.
 *
 * @param algorithm of the ID token's signature, which decides the hash
 * @throws GatehouseError `token_invalid` when it is the hash of something else
 * @see OpenID Connect Core 1.0 section 3.1.3.8
 */
export async function refuseWrongAtHash(atHash: unknown, accessToken: string, algorithm: string): Promise<void> {
  if (isEmpty(atHash)) return
  const digest = await crypto.subtle.digest(hashOf(algorithm), new TextEncoder().encode(accessToken))
  if (atHash !== base64url.encode(new Uint8Array(digest, 0, digest.byteLength / 2))) {
    throw new GatehouseError(
      'token_invalid',
      'at_hash_mismatch',
      'the ID token was issued with another access token (at_hash)',
    )
  }
}

/** EdDSA is over Ed25519, which hashes with SHA-512; the others have the hash in their name. */
function hashOf(algorithm: string): string {
  return algorithm.startsWith('Ed') ? 'SHA-512' : `SHA-${algorithm.slice(-3)}`
}
