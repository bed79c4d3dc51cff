/**
 * How Google refuses, and where in the Google Cloud console (or the Admin console of a Workspace) each is mended.
 *
 * @see https://developers.google.com/identity/openid-connect/openid-connect
 */
import type { Signature } from './signature.ts'

const CLIENT = 'Google Auth Platform → Clients → the client'
const AUDIENCE = 'Google Auth Platform → Audience'

export const google: readonly Signature[] = [
  {
    where: ['authorization'],
    says: /redirect_uri_mismatch/,
    cause: 'The redirect URI is not registered on the client, or not yet in force.',
    fix: `${CLIENT} → Authorized redirect URIs: add the exact address, with its final slash. It can take some hours.`,
  },
  {
    where: ['authorization', 'token'],
    says: /OAuth client was not found|\binvalid_client\b/i,
    cause: 'Google has no client of this id.',
    fix: `Copy the whole client id, up to .apps.googleusercontent.com, from ${CLIENT} into OIDC_RP_CLIENT_ID.`,
  },
  {
    where: ['authorization'],
    says: /deleted_client/,
    cause: 'The client of this id was deleted.',
    fix: 'Google Auth Platform → Clients → Create client; then set OIDC_RP_CLIENT_ID and OIDC_RP_CLIENT_SECRET anew.',
  },
  {
    where: ['authorization'],
    says: /org_internal/,
    cause: 'The app is for the people of the Workspace only, and this account is not one of them.',
    fix: `Sign in with an account of the Workspace, or set ${AUDIENCE} to External.`,
  },
  {
    where: ['authorization'],
    says: /admin_policy_enforced/,
    cause: 'The administrator of the Workspace does not let this app in.',
    fix: 'Admin console (admin.google.com) → Security → Access and data control → API controls: trust the app.',
  },
  {
    where: ['authorization'],
    says: /Error 403: access_denied/,
    cause: 'The app is in testing, and this person is no test user.',
    fix: `${AUDIENCE}: add the person to Test users, or press Publish app.`,
  },
  {
    where: ['authorization'],
    says: /disallowed_useragent/,
    cause: 'The sign-in was opened inside another app, where Google lets nobody sign in.',
    fix: 'Open it in a real browser.',
  },
  {
    where: ['authorization', 'callback'],
    says: /\binvalid_scope\b|scopes? requested (?:is|are) invalid/i,
    cause: 'Google does not know a scope; offline_access and groups are none of its own.',
    fix: 'Leave only openid, email and profile in OIDC_RP_SCOPES.',
  },
  {
    where: ['authorization'],
    says: /\binvalid_request\b/,
    cause: 'Something in the request is not allowed; the page has the details.',
    fix: 'BASE_URL must have https and a name under a public top-level domain (localhost is allowed); check OIDC_AUTH_REQUEST_EXTRA_PARAMS.',
  },
  {
    where: ['token'],
    error: ['invalid_client'],
    cause: 'The client secret is wrong.',
    fix: `${CLIENT} → Client secrets → Add secret; copy it into OIDC_RP_CLIENT_SECRET.`,
  },
  {
    where: ['token'],
    error: ['redirect_uri_mismatch'],
    cause: 'The redirect URI of the token request is not the one of the authorization request.',
    fix: 'Compare BASE_URL with the address in the browser; both requests use it.',
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    says: /expired or revoked/i,
    cause: 'The person has taken back the consent, or the refresh token was unused for too long.',
    fix: 'Nothing: signing in again works.',
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    cause: 'The code came twice, too late, or changed on the way.',
    fix: 'Sign in again. If it stays so, look for a proxy that changes or repeats requests.',
  },
  {
    where: ['claims', 'id_token'],
    says: /\bhd\b|HOSTED_DOMAINS/,
    cause: 'The account is a private one, or one of another Workspace.',
    fix: `Nothing, if that is meant; ${AUDIENCE} set to Internal keeps such accounts out at Google. Otherwise add the domain to OIDC_OP_HOSTED_DOMAINS.`,
  },
  {
    where: ['claims'],
    error: ['claims_missing'],
    cause: 'Google was not asked for what Gatehouse needs of the person.',
    fix: 'OIDC_RP_SCOPES must have email and profile.',
  },
]
