/**
 * Dex (up to 2.45, and its main branch).
 *
 * @see https://github.com/dexidp/dex, `server/oauth2.go`, `server/handlers.go` and docs/providers/dex.md
 */

import { base64url } from 'jose'
import { firstText, STANDARD, standardPrincipal } from './standard/standard.ts'
import { OTHER_REDIRECT_URI, PKCE_LOST } from './standard/standard-refusals.ts'
import type { Principal, RefusalPattern, TokenFacts, Vendor } from './vendor.ts'

const CONSOLE = 'the client in `staticClients:` of config.yaml (restart Dex)'

/** How it refuses, and where in its console each is set right. */
const refusals: readonly RefusalPattern[] = [
  {
    where: ['discovery'],
    status: [404],
    cause: 'Nothing answers for this issuer: a proxy strips the path, or the issuer of Dex is another.',
    fix: 'Make {issuer} (or {providerBaseUrl}) exactly the `issuer:` of config.yaml; a proxy before Dex must pass the whole path on.',
  },
  {
    where: ['authorization'],
    says: /Invalid client_id/i,
    cause: 'Dex has no client of this id.',
    about: 'client-id',
    fix: 'Add it to `staticClients:` in config.yaml and restart Dex, or correct {clientId}.',
  },
  {
    where: ['authorization'],
    says: /Unregistered redirect_uri|No redirect_uri provided/i,
    cause: 'The redirect URI is not registered on the client.',
    about: 'redirect-uri',
    fix: 'Put the exact address, with its final slash, into `redirectURIs:` of the client in `staticClients:` of config.yaml, and restart Dex.',
  },
  {
    where: ['callback', 'authorization'],
    says: /Missing required scope/i,
    cause: 'Dex demands the scope openid.',
    about: 'scopes',
    fix: 'Add openid to {scopes}.',
  },
  {
    where: ['callback', 'authorization'],
    says: /Unrecognized scope/i,
    cause: 'Dex refuses a scope that it does not know; it knows openid, email, profile, groups and offline_access.',
    about: 'scopes',
    fix: 'Take the scope that it names out of {scopes}.',
  },
  {
    where: ['callback', 'authorization'],
    error: ['request_not_supported'],
    cause: 'Dex takes no signed request.',
    fix: 'Set {useRequestObject} to false.',
  },
  {
    where: ['callback', 'authorization'],
    says: /Unsupported response type|unsupported_response_type/i,
    cause: 'Dex is configured without the response type code.',
    fix: 'Add "code" to `oauth2: responseTypes:` in config.yaml, and restart Dex.',
  },
  {
    where: ['token'],
    error: ['invalid_client'],
    cause: 'The client id or the client secret is wrong.',
    about: 'client-id',
    fix: 'Compare {clientId} and {clientSecret} with `id:` and `secret:` of the client in `staticClients:` of config.yaml.',
  },
  {
    where: ['token'],
    says: /redirect_uri did not match/i,
    ...OTHER_REDIRECT_URI,
  },
  {
    where: ['token'],
    says: /code_verifier|No PKCE flow started/i,
    ...PKCE_LOST,
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    cause: 'The code was used twice, or came too late.',
    fix: 'Sign in again. If this keeps happening, look for a proxy that repeats requests, and compare the clocks.',
  },
  {
    where: ['userinfo'],
    status: [401, 403],
    cause: 'Dex does not know the access token any more: it has expired, or its keys were lost at a restart.',
    fix: 'Sign in again. With `storage: type: memory` every restart makes new keys; use a storage that lasts.',
  },
  {
    where: ['id_token'],
    reasons: ['no_matching_key'],
    cause: 'Dex signed with a key that it does not show.',
    fix: 'Sign in again. With `storage: type: memory` every restart makes new keys; use a storage that lasts.',
  },
  {
    where: ['logout'],
    says: /Unregistered post_logout_redirect_uri/i,
    cause: 'The post-logout redirect URI is not registered on the client.',
    fix: 'Put the exact address into `postLogoutRedirectURIs:` of the client in `staticClients:` of config.yaml, and restart Dex.',
  },
  {
    where: ['logout'],
    says: /id_token_hint/i,
    cause: 'Dex was not told who signs out, or could not verify it.',
    fix: 'Sign in again and sign out. With `storage: type: memory` every restart makes old ID tokens worthless.',
  },
]

export const dex: Vendor = {
  ...STANDARD,
  label: 'Dex',
  facts: ['providerBaseUrl'],
  // The issuer is what is in the configuration of Dex, to the final slash.
  issuer: ({ providerBaseUrl: base }) => base,
  recognises: ({ pathname }) => /\/dex\/?$/.test(pathname),
  defaults: { groupsClaims: ['groups'] },
  refusesRefresh: refusesLikeDex,
  // Not offline_access: Dex keeps one refresh token for each person and client, so that a second browser would sign out the first.
  // @see https://github.com/dexidp/dex/blob/v2.45.1/server/handlers.go, exchangeAuthCode
  furtherScopes: ['groups'],
  wantsConsentForOfflineAccess: false,
  // It shows its page in spite of prompt=none. @see https://github.com/suitenumerique/meet/issues/459
  canSignInSilently: false,
  // Its access tokens are ID tokens but for the hash of the code. The ID token of a refresh has none either, and Dex itself takes
  // one for the other. @see https://github.com/dexidp/dex/blob/v2.45.1/server/oauth2.go, newAccessToken
  isAccessToken: ({ c_hash }) => c_hash === undefined,
  // A token names its client outside the audience only if it is meant for others as well.
  clientOf: ({ client_id, azp, aud }) => firstText(client_id, azp, aud),
  principalOf,
  specialSource: (claim) =>
    claim === 'groups' ? 'the scope groups brings it, with a connector that knows groups' : null,
  otherSource: () => 'Dex sends no claims of its own making',
  needsListedScopes: true,
  otherPaths: ({ pathname }) => [pathname === '' || pathname === '/' ? '/dex' : null],
  factsFor: (issuer, { providerBaseUrl }) =>
    providerBaseUrl === undefined ? null : `Set {providerBaseUrl} to ${issuer}.`,
  console: {
    redirectUris: `\`redirectURIs:\` of ${CONSOLE}`,
    postLogoutUris: `\`postLogoutRedirectURIs:\` of ${CONSOLE}`,
    backchannelLogout: null,
    frontchannelLogout: null,
    clientId: `\`id:\` of ${CONSOLE}`,
    clientSecret: `\`secret:\` of ${CONSOLE}`,
    authenticationMethod: `\`public:\` of ${CONSOLE}`,
    scopes: 'Dex itself: openid, email, profile, groups and offline_access are all that it knows',
    idTokenAlgorithm: 'Dex signs with RS256',
  },
  refusals,
}

/** Dex answers invalid_request to a refresh token that is expired or unknown. @see Dex 2.45.1, server/refreshhandlers.go */
export function refusesLikeDex(error: string, description: string): boolean {
  if (error === 'invalid_grant') return true
  return error === 'invalid_request' && /^Refresh token (?:expired|is invalid)/.test(description)
}

/**
 * Dex makes the subject from the user's id and the connector (a protocol buffer with two texts). For a program, the user's id is the
 * client's, and the connector is empty.
 *
 * @see https://github.com/dexidp/dex/blob/v2.45.1/server/internal/types.proto, IDTokenSubject
 */
function principalOf(facts: TokenFacts): Principal | undefined {
  const { claims, client } = facts
  const parts = claims.sub === undefined ? null : dexSubject(claims.sub)
  if (parts === null || parts.userId !== client) return standardPrincipal(facts)
  return parts.connectorId === '' ? 'service' : undefined
}

/** `null`: it is not such a subject. */
function dexSubject(sub: string): { readonly userId: string; readonly connectorId: string } | null {
  // Four letters are three bytes, so no encoding leaves one letter over.
  if (!/^[\w-]+$/.test(sub) || sub.length % 4 === 1) return null
  const bytes = base64url.decode(sub)
  const texts = new Map<number, string>()
  for (let at = 0; at < bytes.length; ) {
    const [tag = 0, length = 0] = bytes.slice(at, at + 2)
    const end = at + 2 + length
    // Each text is shorter than 128 bytes, so its length is one byte.
    if ((tag !== 0x0a && tag !== 0x12) || length > 127 || end > bytes.length) return null
    texts.set(tag, new TextDecoder().decode(bytes.slice(at + 2, end)))
    at = end
  }
  const userId = texts.get(0x0a)
  return userId === undefined ? null : { userId, connectorId: texts.get(0x12) ?? '' }
}
