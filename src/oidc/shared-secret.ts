/**
 * Signatures made with the client secret (HS256, HS384, HS512), for providers that can do no better and only when the settings say so.
 */
import { compactVerify } from 'jose'
import { GatehouseError } from '../errors.ts'
import { readJwt, refuseOtherForm, type SignedJwt } from './jwks.ts'

export function isSecretAlgorithm(algorithm: string): boolean {
  return algorithm.startsWith('HS')
}

/**
 * Verifies a compact JWS whose key is the client secret.
 *
 * @param algorithms the allowed algorithms, from the configuration, never from the token
 * @throws GatehouseError `token_invalid`
 * @see OpenID Connect Core 1.0 section 10.1
 */
export async function verifyWithSecret(jwt: string, algorithms: readonly string[], secret: string): Promise<SignedJwt> {
  refuseOtherForm(jwt)
  try {
    const key = new TextEncoder().encode(secret)
    const { payload, protectedHeader } = await compactVerify(jwt, key, { algorithms: [...algorithms] })
    return readJwt(protectedHeader, payload)
  } catch (error) {
    if (error instanceof GatehouseError) throw error
    throw new GatehouseError('token_invalid', 'the client secret does not fit the signature', {
      cause: error,
      detail: { hint: 'see OIDC_RP_SIGN_ALGO and OIDC_RP_CLIENT_SECRET' },
    })
  }
}
