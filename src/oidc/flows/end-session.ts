/**
 * The request with which the browser also signs out at the provider; ends nothing itself.
 */

import { isText } from '../../claims/values.ts'
import type { ProviderConfig } from '../../config/model.ts'
import { unverifiedClaims } from '../claims.ts'
import type { Metadata } from '../metadata/metadata.ts'
import { quirksOf } from '../quirks.ts'

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
 * the provider accepts no form. `null`: the provider has no end-session endpoint.
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
  if (!endpoint) return null
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
