/**
 * Google, with personal accounts and those of a Workspace.
 *
 * @see https://developers.google.com/identity/openid-connect/openid-connect and docs/providers/google.md
 */

import { cancelledDenial, STANDARD } from './standard/standard.ts'
import { OTHER_REDIRECT_URI } from './standard/standard-refusals.ts'
import type { RefusalPattern, Vendor } from './vendor.ts'

const GOOGLE = 'https://accounts.google.com'
/** How old ID tokens of Google call it. @see https://developers.google.com/identity/openid-connect/reference */
const GOOGLE_WITHOUT_SCHEME = 'accounts.google.com'
const CLIENT = 'Google Auth Platform → Clients → the client'
const AUDIENCE = 'Google Auth Platform → Audience'

/** How it refuses, and where in its console each is set right. */
const refusals: readonly RefusalPattern[] = [
  {
    where: ['authorization'],
    says: /redirect_uri_mismatch/,
    cause: 'The redirect URI is not registered on the client, or not yet in force.',
    about: 'redirect-uri',
    fix: `${CLIENT} → Authorized redirect URIs: add the exact address, with its final slash. It can take some hours.`,
  },
  {
    where: ['authorization', 'token'],
    says: /OAuth client was not found|\binvalid_client\b/i,
    cause: 'Google has no client of this id.',
    about: 'client-id',
    fix: `Copy the whole client id, up to .apps.googleusercontent.com, from ${CLIENT} into {clientId}.`,
  },
  {
    where: ['authorization'],
    says: /deleted_client/,
    cause: 'The client of this id was deleted.',
    about: 'client-id',
    fix: 'Google Auth Platform → Clients → Create client; then set {clientId} and {clientSecret} anew.',
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
    cause: 'The sign-in was opened inside another app, where Google lets no one sign in.',
    fix: 'Open it in a real browser.',
  },
  {
    where: ['authorization', 'callback'],
    says: /\binvalid_scope\b|scopes? requested (?:is|are) invalid/i,
    cause: 'Google does not know a scope; offline_access and groups are none of its own.',
    about: 'scopes',
    fix: 'Leave only openid, email and profile in {scopes}.',
  },
  {
    where: ['authorization'],
    says: /\binvalid_request\b/,
    cause: 'Something in the request is not allowed; the page has the details.',
    fix: '{baseUrl} must have https and a name under a public top-level domain (localhost is allowed); check {extraParameters}.',
  },
  {
    where: ['token'],
    error: ['invalid_client'],
    cause: 'The client secret is wrong.',
    fix: `${CLIENT} → Client secrets → Add secret; copy it into {clientSecret}.`,
  },
  {
    where: ['token'],
    error: ['redirect_uri_mismatch'],
    ...OTHER_REDIRECT_URI,
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
    fix: 'Sign in again. If this keeps happening, look for a proxy that changes or repeats requests.',
  },
  {
    where: ['claims', 'id_token'],
    reasons: ['tenant_not_allowed'],
    cause: 'The account is a private one, or one of another Workspace.',
    fix: `Nothing, if that is meant; ${AUDIENCE} set to Internal keeps such accounts out at Google. Otherwise add the domain to {hostedDomains}.`,
  },
  {
    where: ['claims'],
    error: ['claims_missing'],
    cause: 'Google was not asked for what Gatehouse needs of the person.',
    fix: '{scopes} must have email and profile.',
  },
]

export const google: Vendor = {
  ...STANDARD,
  label: 'Google',
  facts: [],
  issuer: () => 'https://accounts.google.com',
  recognises: ({ hostname }) => hostname === 'accounts.google.com',
  issuerOf: () => 'https://accounts.google.com',
  defaults: { groupsClaims: [] },
  denialOf: cancelledDenial,
  issues: isGoogles,
  isFrom: ({ iss }, issuer) => isGoogles(iss, issuer),
  accountIssuer: (iss) => (iss === GOOGLE_WITHOUT_SCHEME ? GOOGLE : iss),
  // Of the signed answer; the parameter is a wish for the page. @see https://developers.google.com/identity/openid-connect/openid-connect#hd-param
  notAllowed: ({ hd }, { hostedDomains: domains }) =>
    domains === undefined || (typeof hd === 'string' && domains.includes(hd.toLowerCase()))
      ? null
      : {
          message: 'the account belongs to none of the Workspaces that may come in (hd)',
          setting: 'hostedDomains',
        },
  parametersOf: ({ hostedDomains: [hd, ...others] = [] }) => (hd !== undefined && others.length === 0 ? { hd } : {}),
  ownSetting: 'hostedDomains',
  otherSource: () => 'Google has no such claim',
  needsListedScopes: true,
  hiddenErrorParameter: 'authError',
  console: {
    redirectUris: 'Google Auth Platform → Clients → the client → Authorized redirect URIs',
    postLogoutUris: 'Google has none',
    backchannelLogout: null,
    frontchannelLogout: null,
    clientId: 'Google Auth Platform → Clients → the client → Client ID',
    clientSecret: 'Google Auth Platform → Clients → the client → Client secrets',
    authenticationMethod: 'Google takes the secret in the body or in the header',
    scopes: 'Google Auth Platform → Data Access',
    idTokenAlgorithm: 'Google signs with RS256',
  },
  refusals,
}

function isGoogles(iss: string | undefined, issuer: string): boolean {
  return iss === issuer || (issuer === GOOGLE && iss === GOOGLE_WITHOUT_SCHEME)
}
