/**
 * What the provider is told when a session ends: the request with which the browser signs out there, too, and the tokens that are given
 * back to it. Ends nothing itself.
 */
import * as oauth from 'oauth4webapi'
import { isText } from '../../claims/claim-values.ts'
import type { ProviderConfig } from '../../config/model.ts'
import { describeFailure, type Log } from '../../log.ts'
import { quirksOf } from '../../vendors/vendors.ts'
import { unverifiedClaims } from '../claims.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import type { Metadata } from '../metadata/metadata.ts'
import { toProtocolFailure } from './failures.ts'
import type { ProviderTokens } from './token-answer.ts'

export interface LogoutRequest {
  /** The ID token of the session that ends, when it could still be read. */
  readonly idToken: string | null
  readonly postLogoutRedirectUri: string
  /** Comes back with the browser. */
  readonly state: string
}

/** What the browser takes to the provider, in the address or in a form. */
export interface EndSessionRequest {
  readonly endpoint: string
  readonly parameters: Readonly<Record<string, string>>
  readonly isByForm: boolean
}

/**
 * Makes the RP-initiated logout request. If the ID token would make the address too long, it is sent by form, or left out where
 * the provider accepts no form. `null`: the provider has no end-session endpoint, or would refuse the request.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0 section 2
 */
export function endSessionRequest(
  config: ProviderConfig,
  metadata: Metadata,
  { idToken, postLogoutRedirectUri, state }: LogoutRequest,
): EndSessionRequest | null {
  const { clientId, logoutByPost: isByForm, addressCharactersMax: max } = config
  const quirks = quirksOf(config)
  const own = quirks.ownSignOut(metadata, clientId, postLogoutRedirectUri)
  if (own !== null) return { ...own, isByForm: false }
  const { end_session_endpoint: endpoint } = metadata
  if (!endpoint || (idToken === null && quirks.needsHintAtSignOut)) return null
  // It was verified when it was stored.
  const claims = idToken === null ? {} : unverifiedClaims(idToken)
  const unhinted = { client_id: clientId, post_logout_redirect_uri: postLogoutRedirectUri, state }
  const hinted = idToken === null ? unhinted : { id_token_hint: idToken, ...unhinted }
  const request = { endpoint, parameters: quirks.signOutParameters(hinted, claims), isByForm }
  if (idToken === null || isByForm || endSessionUrl(request).href.length <= max) return request
  if (quirks.takesSignOutForm) return { ...request, isByForm: true }
  const hint = quirks.logoutHintOf?.(claims)
  const named = isText(hint) ? { ...unhinted, logout_hint: hint } : unhinted
  const shorter = { ...request, parameters: quirks.signOutParameters(named, claims) }
  if (endSessionUrl(shorter).href.length <= max) return shorter
  return { ...request, parameters: quirks.signOutParameters(unhinted, {}) }
}

/** The request as an address; what the endpoint has in its query stays. */
export function endSessionUrl({ endpoint, parameters }: Omit<EndSessionRequest, 'isByForm'>): URL {
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url
}

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
