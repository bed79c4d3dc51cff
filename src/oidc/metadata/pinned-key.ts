/**
 * Signatures verified with a key that the settings have: the client secret (HS256, HS384, HS512), or the one key that the operator wrote
 * down (pinnedKey) for a provider that shows none.
 */

import { type CompactJWSHeaderParameters, type CompactVerifyGetKey, compactVerify, importJWK, importSPKI } from 'jose'
import { nameOf } from '../../config/names.ts'
import type { PublicKey } from '../../config/values/public-key.ts'
import { GatehouseError } from '../../errors.ts'
import { type JwtReader, readJwt, readUnverified } from '../unverified-jwt.ts'
import type { SignedJwt } from './jwks.ts'

/**
 * Verifies a compact JWS whose key is the client secret, for providers that can do no better and only when the settings say so.
 *
 * @param algorithms the allowed algorithms, from the configuration, never from the token
 * @throws GatehouseError `token_invalid`
 * @see OpenID Connect Core 1.0 section 10.1
 */
export async function verifyWithSecret(
  jwt: string,
  algorithms: readonly string[],
  secret: string,
  read?: JwtReader,
): Promise<SignedJwt> {
  return verifyWith(async () => new TextEncoder().encode(secret), jwt, algorithms, read, {
    refusal: 'the client secret does not fit the signature',
    hint: `see ${nameOf('idTokenAlgorithm')} and ${nameOf('clientSecret')}`,
  })
}

/**
 * Verifies a compact JWS with a key that is known beforehand, whatever key the token names.
 *
 * @param algorithms the allowed algorithms, from the configuration, never from the token
 * @throws GatehouseError `token_invalid`
 */
export async function verifyWithKey(
  jwt: string,
  algorithms: readonly string[],
  key: PublicKey,
  read?: JwtReader,
): Promise<SignedJwt> {
  // The algorithm has been judged by the time that the key is asked for.
  const keyFor = ({ alg }: CompactJWSHeaderParameters) => imported(key, alg)
  return verifyWith(keyFor, jwt, algorithms, read, {
    refusal: 'the key of the settings does not fit the signature',
    hint: `see ${nameOf('pinnedKey')}; the provider may have changed its key`,
  })
}

async function verifyWith(
  keyFor: CompactVerifyGetKey,
  jwt: string,
  algorithms: readonly string[],
  read: JwtReader = readJwt,
  { refusal, hint }: { readonly refusal: string; readonly hint: string },
): Promise<SignedJwt> {
  readUnverified(jwt, algorithms, read)
  try {
    const { payload, protectedHeader } = await compactVerify(jwt, keyFor, { algorithms: [...algorithms] })
    return read(protectedHeader, payload)
  } catch (error) {
    if (error instanceof GatehouseError) throw error
    throw new GatehouseError('token_invalid', 'no_matching_key', refusal, { cause: error, hint })
  }
}

async function imported({ material }: PublicKey, algorithm: string) {
  return 'pem' in material ? importSPKI(material.pem, algorithm) : importJWK(material.jwk, algorithm)
}
