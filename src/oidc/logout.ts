/**
 * The request with which the browser also signs out at the provider; ends nothing itself.
 */
import type { ProviderConfig } from '../config/env.ts'
import { unverifiedClaims } from './claims.ts'
import type { Metadata } from './metadata.ts'
import { quirksOf } from './quirks.ts'

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
}

/**
 * Makes the RP-initiated logout request. `null`: the provider has no end-session endpoint.
 *
 * @see OpenID Connect RP-Initiated Logout 1.0 section 2
 */
export function endSessionRequest(
  config: ProviderConfig,
  metadata: Metadata,
  { idToken, postLogoutRedirectUri, state }: LogoutRequest,
): EndSessionRequest | null {
  const { OIDC_RP_CLIENT_ID: clientId } = config
  const quirks = quirksOf(config)
  if (!metadata.end_session_endpoint) return quirks.unlistedSignOut(metadata.issuer, clientId, postLogoutRedirectUri)
  const usual = {
    ...(idToken === null ? {} : { id_token_hint: idToken }),
    client_id: clientId,
    post_logout_redirect_uri: postLogoutRedirectUri,
    state,
  }
  // It was verified when it was stored.
  const claims = idToken === null ? {} : unverifiedClaims(idToken)
  return { endpoint: metadata.end_session_endpoint, parameters: quirks.signOutParameters(usual, claims) }
}

/** The request as an address; what the endpoint has in its query stays. */
export function endSessionUrl({ endpoint, parameters }: EndSessionRequest): URL {
  const url = new URL(endpoint)
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value)
  return url
}
