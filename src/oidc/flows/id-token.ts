/**
 * What every ID token goes through, of a sign-in as of a refresh, beyond the library: decryption, signature, hash of the access token.
 */

import type { TokenEndpointResponse } from 'oauth4webapi'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import { faultOfClaims, kindOf } from '../claims.ts'
import { isEncrypted } from '../client/encryption.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import type { SignedJwt } from '../metadata/jwks.ts'
import { refuseWrongAtHash } from './at-hash.ts'

/** An ID token whose signature is good, without the encryption that may have been around it. */
export interface SignedIdToken extends SignedJwt {
  readonly text: string
}

/**
 * Verifies the ID token of a token answer. `null`: there is none.
 *
 * @throws GatehouseError `token_invalid`; `provider_unreachable` or `provider_error` when the provider's keys cannot be had
 * @see OpenID Connect Core 1.0 section 3.1.3.7, steps 1, 6 and 7, and section 3.1.3.8
 */
export async function verifyIdTokenOf(
  client: ProtocolClient,
  { id_token, access_token }: TokenEndpointResponse,
): Promise<SignedIdToken | null> {
  if (id_token === undefined) return null
  const text = await signedPart(client, id_token)
  const { header, claims } = await client.verifyJwt(text, [client.signingAlgorithm])
  // An access token or a logout token is not an ID token, no matter who signed it.
  if ((kindOf(header) ?? 'jwt') !== 'jwt') {
    throw new GatehouseError('token_invalid', 'wrong_token_type', 'the ID token says that it is another kind of token')
  }
  await refuseWrongAtHash(claims.at_hash, access_token, client.signingAlgorithm)
  return { text, header, claims }
}

/**
 * Judges the times of an ID token whose signature is good. Issuer, audience and expiry were judged by the library.
 *
 * @param ageMaxSeconds how long ago it may have been issued; absent: it does not matter
 * @throws GatehouseError `token_invalid`, or `clock_skew` when the times tell of the clocks and not of the token
 * @see OpenID Connect Core 1.0 section 3.1.3.7, step 10
 */
export function refuseOtherTimes(
  client: ProtocolClient,
  { header, claims }: SignedIdToken,
  ageMaxSeconds?: number,
): void {
  const rules = client.claimRules()
  const age = ageMaxSeconds === undefined ? {} : { ageMaxSeconds }
  const fault = faultOfClaims({ header, claims }, { ...rules, ...age, required: [] })
  if (!fault) return
  if (fault.reason !== 'issued_in_future' && fault.reason !== 'issued_too_long_ago') {
    throw new GatehouseError('token_invalid', fault.reason, `the ID token was refused: ${fault.message}`)
  }
  const detail = { id_token_age_seconds: Math.round(rules.now - (claims.iat ?? 0)) }
  throw new GatehouseError('clock_skew', fault.reason, 'the clock of the provider and ours differ too much', { detail })
}

async function signedPart(client: ProtocolClient, idToken: string): Promise<string> {
  if (isEncrypted(idToken)) return client.decryptJwe(idToken)
  if (!client.acceptance.requireEncryptedIdToken) return idToken
  throw new GatehouseError(
    'token_invalid',
    'not_encrypted',
    `the ID token is not encrypted, which ${nameOf('requireEncryptedIdToken')} demands`,
  )
}
