/**
 * The signed form of an answer about a token; what the answer says is decided in `tokens/`.
 */
import { SignJWT } from 'jose'
import type { App } from '../accounts/apps.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Config } from '../config/model.ts'
import type { TokenAnswer } from '../tokens/access-token.ts'
import type { SigningKeys } from './signing-keys.ts'

export const INTROSPECTION_RESPONSE_TYPE = 'token-introspection+jwt'

export interface ResponsePorts {
  readonly config: Pick<Config, 'baseUrl'>
  readonly clock: Clock
  readonly signingKeys: SigningKeys
}

/**
 * Signs an answer for the app that asked. It has neither `sub` nor `exp` of its own, so that no one takes it for an access token.
 *
 * @throws GatehouseError as {@link SigningKeys.current}
 * @see RFC 9701 section 5
 */
export async function signedResponse(answer: TokenAnswer, app: App, ports: ResponsePorts): Promise<string> {
  const { config, clock, signingKeys } = ports
  const alg = app.introspectionSignedResponseAlg
  const { kid, key } = await signingKeys.current(alg)
  return new SignJWT({ token_introspection: answer })
    .setProtectedHeader({ alg, kid, typ: INTROSPECTION_RESPONSE_TYPE })
    .setIssuer(config.baseUrl)
    .setAudience(app.clientId)
    .setIssuedAt(epochSeconds(clock))
    .sign(key)
}
