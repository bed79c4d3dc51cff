/**
 * How Dex (up to 2.45, and its main branch) refuses, and what in its configuration mends it.
 *
 * @see https://github.com/dexidp/dex, `server/oauth2.go`, `server/handlers.go`
 */
import type { Signature } from './signature.ts'

export const dex: readonly Signature[] = [
  {
    where: ['discovery'],
    status: [404],
    cause: 'Nothing answers for this issuer: a proxy strips the path, or the issuer of Dex is another.',
    fix: 'Make OIDC_OP_URL (or OIDC_OP_BASE_URL) exactly the `issuer:` of config.yaml; a proxy before Dex must pass the whole path on.',
  },
  {
    where: ['authorization'],
    says: /Invalid client_id/i,
    cause: 'Dex has no client of this id.',
    fix: 'Add it to `staticClients:` in config.yaml and restart Dex, or correct OIDC_RP_CLIENT_ID.',
  },
  {
    where: ['authorization'],
    says: /Unregistered redirect_uri|No redirect_uri provided/i,
    cause: 'The redirect URI is not registered on the client.',
    fix: 'Put the exact address, with its final slash, into `redirectURIs:` of the client in `staticClients:` of config.yaml, and restart Dex.',
  },
  {
    where: ['callback', 'authorization'],
    says: /Missing required scope/i,
    cause: 'Dex demands the scope openid.',
    fix: 'Add openid to OIDC_RP_SCOPES.',
  },
  {
    where: ['callback', 'authorization'],
    says: /Unrecognized scope/i,
    cause: 'Dex refuses a scope that it does not know; it knows openid, email, profile, groups and offline_access.',
    fix: 'Take the scope that it names out of OIDC_RP_SCOPES.',
  },
  {
    where: ['callback', 'authorization'],
    error: ['request_not_supported'],
    cause: 'Dex takes no signed request.',
    fix: 'Set OIDC_USE_REQUEST_OBJECT to false.',
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
    fix: 'Compare OIDC_RP_CLIENT_ID and OIDC_RP_CLIENT_SECRET with `id:` and `secret:` of the client in `staticClients:` of config.yaml.',
  },
  {
    where: ['token'],
    says: /redirect_uri did not match/i,
    cause: 'The redirect URI of the token request is not the one of the authorization request.',
    fix: 'Compare BASE_URL with the address in the browser; both requests use it.',
  },
  {
    where: ['token'],
    says: /code_verifier|No PKCE flow started/i,
    cause: 'The proof of the sign-in (PKCE) got lost or was mixed up between two sign-ins.',
    fix: 'Sign in again. If it stays so, look for a proxy that changes or repeats requests.',
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    cause: 'The code was used twice, or came too late.',
    fix: 'Sign in again. If it stays so, look for a proxy that repeats requests, and compare the clocks.',
  },
  {
    where: ['userinfo'],
    status: [401, 403],
    cause: 'Dex does not know the access token any more: it has expired, or its keys were lost at a restart.',
    fix: 'Sign in again. With `storage: type: memory` every restart makes new keys; use a storage that lasts.',
  },
  {
    where: ['id_token'],
    says: /no key of the provider fits/i,
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
