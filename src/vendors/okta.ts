/**
 * Okta, with the org authorization server or a custom one; access tokens of the former are for Okta alone.
 *
 * @see https://developer.okta.com/docs/api/openapi/okta-oauth/guides/overview/ and docs/providers/okta.md
 */

import { isText } from '../claims/claim-values.ts'
import { firstText, isForItsClient, STANDARD, saysOtherToken } from './standard/standard.ts'
import { OTHER_REDIRECT_URI, PKCE_LOST } from './standard/standard-refusals.ts'
import type { Claims, RefusalPattern, Vendor } from './vendor.ts'

const APP = 'Applications → Applications → the app integration'
const SERVER = 'Security → API → Authorization Servers → the server'

/** How it refuses, and where in its console each is set right. */
const refusals: readonly RefusalPattern[] = [
  {
    where: ['authorization'],
    says: /must be a Login redirect URI/i,
    cause: 'The redirect URI is not registered on the app integration.',
    about: 'redirect-uri',
    fix: `${APP} → General → Sign-in redirect URIs: add the exact address, with its final slash.`,
  },
  {
    where: ['authorization', 'token', 'introspection'],
    says: /Invalid value for .{1,10}client_id/i,
    cause: 'Okta has no app integration of this client id.',
    about: 'client-id',
    fix: `Copy ${APP} → General → Client ID into {clientId}, and see that {issuer} or {domain} is of the same organization.`,
  },
  {
    where: ['callback', 'authorization'],
    says: /scopes are not configured for the authorization server/i,
    cause: 'The authorization server has no such scope.',
    about: 'scopes',
    fix: `Take it out of {scopes}, or add it in ${SERVER} → Scopes.`,
  },
  {
    where: ['callback'],
    says: /not assigned to the client application/i,
    cause: 'This person, or a group of theirs, is not assigned to the app integration.',
    fix: `${APP} → Assignments: assign the person or a group of theirs, if they should come in.`,
  },
  {
    where: ['callback', 'token'],
    says: /Policy evaluation failed/i,
    cause:
      'No access policy of the authorization server lets this app integration, this person or one of the scopes in.',
    fix: `${SERVER} → Access Policies: assign a policy to the app integration, with a rule that has Authorization Code, the person and the scopes.`,
  },
  {
    where: ['token'],
    says: /client secret supplied\b.{0,60}\binvalid/i,
    cause: 'The client secret is wrong.',
    fix: `Copy ${APP} → General → Client Secrets into {clientSecret}.`,
  },
  {
    where: ['token'],
    says: /not authorized to use the provided grant type/i,
    cause: 'The app integration may not use this grant.',
    fix: `${APP} → General → Grant type: switch Authorization Code on, and Refresh Token if people should stay signed in.`,
  },
  {
    where: ['token'],
    says: /redirect_uri' (?:parameter )?does not match/i,
    ...OTHER_REDIRECT_URI,
  },
  {
    where: ['token'],
    says: /PKCE verification failed/i,
    ...PKCE_LOST,
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    cause: 'The code was used twice or came too late.',
    fix: 'Sign in again. If this keeps happening, look for a proxy that repeats requests, and compare the clocks.',
  },
  {
    where: ['logout'],
    says: /must be a Logout redirect URI|post_logout_redirect_uri/i,
    cause: 'The post-logout redirect URI is not registered on the app integration.',
    fix: `${APP} → General → Sign-out redirect URIs: add the exact address, with its final slash.`,
  },
]

export const okta: Vendor = {
  ...STANDARD,
  label: 'Okta',
  facts: ['domain'],
  issuer: ({ domain }) => domain && `https://${domain}`,
  recognises: isOkta,
  // Refused by a server that does not have it. @see https://developer.okta.com/docs/guides/customize-tokens-groups-claim/main/
  furtherScopes: ['groups'],
  wantsConsentForOfflineAccess: false,
  // @see https://developer.okta.com/docs/reference/api/oidc/#access-token-payload
  isAccessToken,
  clientOf: ({ cid }) => firstText(cid),
  accessTokenHint:
    'only a custom authorization server (an issuer with /oauth2/ in it) issues access tokens that others may check',
  // @see https://developer.okta.com/docs/reference/api/oidc/#logout, `id_token_hint`
  needsHintAtSignOut: true,
  specialSource: (claim) =>
    claim === 'groups' ? 'a groups claim of the app integration or of the server brings it' : null,
  otherSource: () => `a claim of the authorization server brings it (${SERVER} → Claims)`,
  otherPaths: (issuer) => [isOkta(issuer) && issuer.pathname === '/' ? '/oauth2/default' : null],
  console: {
    redirectUris: `${APP} → General → Sign-in redirect URIs`,
    postLogoutUris: `${APP} → General → Sign-out redirect URIs`,
    backchannelLogout: null,
    frontchannelLogout: `${APP} → General → Logout (Single Logout must be switched on in Settings → Features)`,
    clientId: `${APP} → General → Client ID`,
    clientSecret: `${APP} → General → Client Secrets`,
    authenticationMethod: `${APP} → General → Client authentication`,
    scopes: `${SERVER} → Scopes`,
    idTokenAlgorithm: 'Okta signs with RS256',
  },
  refusals,
}

function isAccessToken(claims: Claims): boolean {
  const { cid, scp } = claims
  return !saysOtherToken(claims) && isText(cid) && Array.isArray(scp) && !isForItsClient(claims, cid)
}

/** @see https://developer.okta.com/docs/guides/find-your-domain/main/ */
function isOkta({ hostname }: URL): boolean {
  return /\.(?:okta(?:-emea|-gov)?|oktapreview)\.com$|\.okta\.mil$/.test(hostname)
}
