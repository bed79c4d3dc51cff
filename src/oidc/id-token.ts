/**
 * What every ID token goes through, of a sign-in as of a refresh, beyond the library: decryption, signature, hash of the access token.
 */
import type { TokenEndpointResponse } from 'oauth4webapi'
import { GatehouseError } from '../errors.ts'
import { refuseWrongAtHash } from './at-hash.ts'
import type { ProtocolClient } from './client.ts'
import { isEncrypted } from './encryption.ts'
import { type SignedJwt, saysOtherKind } from './jwks.ts'

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
  // An access token or a logout token is not an ID token, whoever signed it.
  if (saysOtherKind(header)) {
    throw new GatehouseError('token_invalid', 'the ID token says that it is another kind of token')
  }
  await refuseWrongAtHash(claims.at_hash, access_token, client.signingAlgorithm)
  return { text, header, claims }
}

async function signedPart(client: ProtocolClient, idToken: string): Promise<string> {
  if (isEncrypted(idToken)) return client.decryptJwe(idToken)
  if (!client.acceptance.OIDC_RP_ID_TOKEN_ENCRYPTED) return idToken
  throw new GatehouseError('token_invalid', 'the ID token is not encrypted, which OIDC_RP_ID_TOKEN_ENCRYPTED demands')
}
