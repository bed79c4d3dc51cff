/**
 * Gives tokens back to the provider when a session has ended; whether that works changes nothing here.
 */
import * as oauth from 'oauth4webapi'
import { describeFailure, type Log } from '../../log.ts'
import { unverifiedClaims } from '../claims.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import { toProtocolFailure } from './failures.ts'
import type { ProviderTokens } from './provider-tokens.ts'

/** A Worker may make 50 calls for a request on the smallest plan. */
const REVOCATIONS_MAX = 20

/**
 * Revokes the refresh token of each session, with which providers end the access token too, or else the access token. Failures are
 * logged and otherwise passed over: the sessions have ended already, and no one here has the tokens any more.
 *
 * @see RFC 7009 section 2.1
 */
export async function revokeTokens(
  client: ProtocolClient,
  ended: readonly Pick<ProviderTokens, 'idToken' | 'accessToken' | 'refreshToken'>[],
  log: Log,
): Promise<void> {
  if (!client.metadata.revocation_endpoint) return
  const wanted = ended.flatMap(({ idToken, accessToken, refreshToken }) => {
    // What another issuer gave is not for this one, whichever provider has the id of its settings now.
    if (!client.isFrom(unverifiedClaims(idToken))) return []
    if (refreshToken !== null) return [{ token: refreshToken, hint: 'refresh_token' }]
    return accessToken === null ? [] : [{ token: accessToken, hint: 'access_token' }]
  })
  if (wanted.length > REVOCATIONS_MAX) {
    const detail = { reason: 'too many at once', left_out: wanted.length - REVOCATIONS_MAX }
    log({ level: 'warn', event: 'revocation_failed', detail })
  }
  const { metadata, relyingParty, clientAuthentication, requestOptions } = client
  const revoke = async ({ token, hint }: { token: string; hint: string }) => {
    try {
      const response = await oauth.revocationRequest(metadata, relyingParty, clientAuthentication, token, {
        ...requestOptions,
        additionalParameters: { token_type_hint: hint },
      } as oauth.RevocationRequestOptions) // the options of all requests, whose method is wider than the one of this request
      await oauth.processRevocationResponse(response)
    } catch (error) {
      const failure = toProtocolFailure(error, 'the provider did not revoke a token', 'revocation', client.secrets)
      log({ level: 'warn', event: 'revocation_failed', detail: describeFailure(failure) })
    }
  }
  await Promise.all(wanted.slice(0, REVOCATIONS_MAX).map(revoke))
}
