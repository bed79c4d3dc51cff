/**
 * Signatures held against the one key that the operator wrote down (OIDC_RP_IDP_SIGN_KEY), for a provider that shows none.
 */
import { type CompactJWSHeaderParameters, compactVerify, importJWK, importSPKI } from 'jose'
import type { PublicKey } from '../config/public-key.ts'
import { GatehouseError } from '../errors.ts'
import { readJwt, refuseOtherForm, type SignedJwt } from './jwks.ts'

/**
 * Verifies a compact JWS with a key that is known beforehand, whatever key the token names.
 *
 * @param algorithms the allowed algorithms, from the configuration, never from the token
 * @throws GatehouseError `token_invalid`
 */
export async function verifyWithKey(jwt: string, algorithms: readonly string[], key: PublicKey): Promise<SignedJwt> {
  refuseOtherForm(jwt)
  try {
    const options = { algorithms: [...algorithms] }
    // The algorithm has been judged by the time that the key is asked for.
    const keyFor = ({ alg }: CompactJWSHeaderParameters) => imported(key, alg)
    const { payload, protectedHeader } = await compactVerify(jwt, keyFor, options)
    return readJwt(protectedHeader, payload)
  } catch (error) {
    if (error instanceof GatehouseError) throw error
    throw new GatehouseError('token_invalid', 'the key of the settings does not fit the signature', {
      cause: error,
      detail: { hint: 'see OIDC_RP_IDP_SIGN_KEY; the provider may have changed its key' },
    })
  }
}

async function imported({ material }: PublicKey, algorithm: string) {
  return 'pem' in material ? importSPKI(material.pem, algorithm) : importJWK(material.jwk, algorithm)
}
