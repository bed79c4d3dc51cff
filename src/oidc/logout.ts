/**
 * The address where the browser also signs out at the provider; ends nothing itself.
 */
import type { Config } from '../config/env.ts'
import type { Metadata } from './discovery.ts'

export interface LogoutRequest {
  /** The ID token of the session that ends, when it could still be read. */
  readonly idToken: string | null
  readonly postLogoutRedirectUri: string
}

/**
 * Makes the RP-initiated logout request. `null`: the provider has no end-session endpoint.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0 section 2
 */
export function endSessionUrl(
  config: Config,
  metadata: Metadata,
  { idToken, postLogoutRedirectUri }: LogoutRequest,
): URL | null {
  if (!metadata.end_session_endpoint) return null
  const url = new URL(metadata.end_session_endpoint)
  if (idToken) url.searchParams.set('id_token_hint', idToken)
  url.searchParams.set('client_id', config.OIDC_RP_CLIENT_ID)
  url.searchParams.set('post_logout_redirect_uri', postLogoutRedirectUri)
  return url
}
