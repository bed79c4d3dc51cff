/**
 * How Keycloak (16 to 26) refuses, and where in its admin console each is fixed.
 *
 * @see https://github.com/keycloak/keycloak, `AuthorizationEndpoint`, `AuthenticationProcessor`, `PkceUtils`, `LogoutEndpoint` and its messages
 */
import { OTHER_REDIRECT_URI, PKCE_LOST } from '../standard/standard-refusals.ts'
import type { RefusalPattern } from '../vendor.ts'

const HOSTNAME_FIX =
  'Start Keycloak with --hostname set to its public URL; for a back end that uses an internal address add --hostname-backchannel-dynamic=true.'

export const refusals: readonly RefusalPattern[] = [
  {
    where: ['discovery'],
    says: /Realm does not exist/i,
    cause: 'Keycloak has no realm of this name; capital letters count.',
    fix: 'Copy the realm name from the admin console (top left, or Realm settings → General → Realm name) into {realm}, or into the end of {issuer}.',
  },
  {
    where: ['authorization'],
    says: /Invalid parameter: redirect_uri/i,
    cause: 'The redirect URI is not registered on the client.',
    about: 'redirect-uri',
    fix: 'Clients → the client → Settings → Valid redirect URIs: add the exact address, with its final slash, then Save.',
  },
  {
    where: ['authorization'],
    says: /Client not found/i,
    cause: 'Keycloak has no client of this id in this realm.',
    about: 'client-id',
    fix: 'Copy Clients → the client → Settings → Client ID into {clientId}, and check that it is in this realm.',
  },
  {
    where: ['authorization', 'token'],
    says: /Client disabled|Client is not enabled|Invalid client or Client is disabled/i,
    cause: 'The client is switched off.',
    about: 'client-id',
    fix: 'Clients → the client: switch Enabled on (top right).',
  },
  {
    where: ['authorization', 'token', 'introspection', 'discovery'],
    says: /Realm (?:is )?not enabled|Realm is disabled/i,
    cause: 'The realm is switched off.',
    fix: 'Realm settings → General: switch Enabled on (top right); or compare the realm in {realm}, or in {issuer}.',
  },
  {
    where: ['authorization', 'token', 'discovery'],
    says: /HTTPS required/i,
    cause: 'The realm demands https, and Keycloak believes that it was asked by http.',
    fix: 'Use https in {issuer}; behind a proxy pass X-Forwarded-Proto and start Keycloak with --proxy-headers=xforwarded. In a test realm: Realm settings → General → Require SSL.',
  },
  {
    where: ['callback', 'token'],
    says: /code_challenge|code challenge method/i,
    cause: 'The client demands another form of PKCE than Gatehouse sends, which is S256.',
    about: 'pkce',
    fix: 'Clients → the client → Settings → Capability config → PKCE Method: S256 (older versions: Advanced → Proof Key for Code Exchange Code Challenge Method).',
  },
  {
    where: ['callback'],
    error: ['invalid_scope'],
    cause: 'A scope that Gatehouse asks for is not assigned to the client.',
    about: 'scopes',
    fix: 'Clients → the client → Client scopes → Add client scope, or take the scope out of {scopes}.',
  },
  {
    where: ['callback', 'authorization'],
    error: ['unauthorized_client'],
    cause: 'The standard flow is switched off for the client.',
    fix: 'Clients → the client → Settings → Capability config: switch Standard flow on.',
  },
  {
    where: ['authorization'],
    says: /Standard flow is disabled/i,
    cause: 'The standard flow is switched off for the client.',
    fix: 'Clients → the client → Settings → Capability config: switch Standard flow on.',
  },
  {
    where: ['callback'],
    error: ['temporarily_unavailable'],
    says: /authentication_expired/,
    cause: 'The sign-in page was left open too long.',
    fix: 'Sign in again. If it happens often: Realm settings → Sessions → Login timeout.',
  },
  {
    where: ['token', 'introspection'],
    says: /Client secret not provided|Missing client_id|Public client not allowed|client_assertion/i,
    cause: 'Keycloak expects another way of client authentication, or none.',
    fix: 'Clients → the client → Settings: switch Client authentication on; → Credentials → Client Authenticator: “Client Id and Secret”, unless {clientAuthMethod} is private_key_jwt (“Signed Jwt”).',
  },
  {
    where: ['token', 'introspection'],
    error: ['unauthorized_client'],
    cause: 'The client secret is wrong.',
    fix: 'Copy Clients → the client → Credentials → Client secret into {clientSecret} (with Regenerate, if it is not shown).',
  },
  {
    where: ['token', 'introspection'],
    error: ['invalid_client'],
    cause: 'Keycloak has no client of this id in this realm, or its key or secret is wrong.',
    about: 'client-id',
    fix: 'Copy Clients → the client → Settings → Client ID into {clientId}; then compare Credentials with {clientSecret}.',
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    says: /Incorrect redirect_uri/i,
    ...OTHER_REDIRECT_URI,
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    says: /PKCE/,
    ...PKCE_LOST,
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    says: /Code not valid|Code is expired|Session not active/i,
    cause: 'The code was used twice, came too late, or the session at Keycloak has ended.',
    fix: 'Sign in again. If this keeps happening, look for a proxy that repeats requests, and compare the clocks.',
  },
  {
    where: ['userinfo'],
    status: [403],
    cause: 'The access token lacks the scope openid.',
    fix: 'Add openid to {scopes}.',
  },
  {
    where: ['userinfo'],
    error: ['invalid_token'],
    says: /Token verification failed/i,
    cause: 'Keycloak made the token under another host name than it is asked by.',
    fix: HOSTNAME_FIX,
  },
  {
    where: ['userinfo'],
    says: /lightweight/i,
    cause: 'Keycloak takes no lightweight access token at userinfo.',
    fix: 'Clients → the client → Advanced → Always use lightweight access token: off.',
  },
  {
    where: ['userinfo'],
    says: /\bsub\b/,
    cause: 'The access token has no subject: since version 25 it comes with the client scope “basic”.',
    fix: 'Client scopes → create “basic” if it is missing, with the mapper Subject (sub); → Clients → the client → Client scopes: add it as Default.',
  },
  {
    where: ['introspection'],
    says: /"active"\s*:\s*false/,
    cause: 'Since 26.6.2, Keycloak says that a token is not active unless the client that asks is in its aud.',
    fix: 'On the client that people sign in with: Client scopes → <client>-dedicated → Add mapper → Audience: Included Client Audience = the client of Gatehouse, Add to access token and to introspection on.',
  },
  {
    where: ['logout'],
    says: /Invalid redirect uri/i,
    cause: 'The post-logout redirect URI is not registered on the client.',
    fix: 'Clients → the client → Settings → Valid post logout redirect URIs: add the exact address, with its final slash.',
  },
  {
    where: ['logout'],
    says: /Missing parameters: id_token_hint/i,
    cause: 'Keycloak was not told who signs out.',
    fix: 'Use Keycloak 18 or later, which also takes the client id.',
  },
  {
    where: ['claims'],
    error: ['claims_missing'],
    cause: 'Keycloak did not tell Gatehouse what it needs of the person.',
    fix: 'Users → the person: fill in the e-mail address; → Clients → the client → Client scopes: assign “email” and “profile”. Own attributes: Realm settings → User profile must declare them, and a mapper must add them.',
  },
]
