/**
 * Zitadel, in the cloud or self-hosted. Its tokens are for all applications of a project and for the project itself.
 *
 * @see https://zitadel.com/docs/apis/openidoauth/claims, https://github.com/zitadel/oidc (pkg/op) and docs/providers/zitadel.md
 */

import { isText } from '../claims/claim-values.ts'
import { rolesAt, STANDARD, saysOtherToken, standardPrincipal } from './standard/standard.ts'
import { CODE_SPENT, PKCE_LOST } from './standard/standard-refusals.ts'
import type { Claims, RefusalPattern, Vendor } from './vendor.ts'

const APP = 'Projects → the project → the application'
const ROLES = 'urn:zitadel:iam:org:project:roles'

/** How it refuses, and where in its console each is set right. */
const refusals: readonly RefusalPattern[] = [
  {
    where: ['authorization'],
    says: /redirect_uri is missing in the client configuration/i,
    cause: 'The redirect URI is not registered on the application.',
    about: 'redirect-uri',
    fix: `${APP} → Redirect Settings → Redirect URIs: add the exact address, with its final slash, by the plus sign, then Save. http needs Development Mode.`,
  },
  {
    where: ['authorization', 'token'],
    says: /Errors\.App\.NotFound|Errors\.App\.NotActive/,
    cause: 'Zitadel has no active application of this client id.',
    about: 'client-id',
    fix: `Copy ${APP} → Client ID into {clientId}; that is not the Resource ID, and each instance has its own.`,
  },
  {
    where: ['authorization', 'callback'],
    says: /requested response type is missing/i,
    cause: 'The application is not set up for the response type code.',
    fix: `${APP} → OIDC Configuration → Response Types: Code.`,
  },
  {
    where: ['discovery'],
    says: /Errors\.Instance\.NotFound|Errors\.IAM\.NotFound|unable to set instance/i,
    cause: 'Zitadel has no instance at this host: the domain is not one of its own, or a proxy changes the host.',
    fix: 'Make {issuer} (or {domain}) the domain of the instance. A self-hosted one goes by ExternalDomain, ExternalPort and ExternalSecure, and a proxy must pass Host on.',
  },
  {
    where: ['token'],
    error: ['invalid_client'],
    cause: 'The client secret is wrong, or another method of authentication is set for the application.',
    fix: `${APP} → Actions → Regenerate Client Secret, and copy it into {clientSecret}; compare Authentication Method with {clientAuthMethod}.`,
  },
  {
    where: ['token'],
    error: ['unauthorized_client'],
    cause: 'The application may not use this grant.',
    fix: `${APP} → OIDC Configuration → Grant Types: Authorization Code, and Refresh Token if people should stay signed in.`,
  },
  {
    where: ['token'],
    says: /code_verifier|code_challenge|code verifier/i,
    ...PKCE_LOST,
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    ...CODE_SPENT,
  },
  {
    where: ['logout'],
    says: /post_logout_redirect_uri/i,
    cause: 'The post-logout redirect URI is not registered on the application.',
    fix: `${APP} → Redirect Settings → Post Logout URIs: add the exact address, with its final slash, by the plus sign, then Save.`,
  },
  {
    where: ['logout'],
    says: /id_token_hint/i,
    cause: 'Zitadel was not told who signs out, or could not verify it.',
    fix: 'Sign in again and sign out.',
  },
]

export const zitadel: Vendor = {
  ...STANDARD,
  label: 'Zitadel',
  facts: ['domain'],
  issuer: ({ domain }) => domain && `https://${domain}`,
  recognises: ({ hostname }) => hostname.endsWith('.zitadel.cloud'),
  defaults: { groupsClaims: [ROLES] },
  // Left out by Zitadel where the application may not refresh. @see https://github.com/zitadel/oidc, pkg/op/token.go, needsRefreshToken
  furtherScopes: ['offline_access'],
  wantsConsentForOfflineAccess: false,
  // Of the project and of its other applications, by their ids. @see https://zitadel.com/docs/apis/openidoauth/claims, "aud"
  trustsAudience: (audience) => /^\d{10,20}(?:@[\w-]{1,200})?$/.test(audience),
  isAccessToken,
  // The account of a program is a user like any other.
  principalOf: (facts) => (standardPrincipal(facts) === 'service' ? 'service' : undefined),
  rolesIn: (claims) => rolesAt(claims, ROLES),
  accessTokenHint: `an access token of Zitadel is a JWT only where ${APP} → Token Settings → Auth Token Type says JWT`,
  specialSource: (claim) =>
    claim === ROLES ? 'Assert Roles on Authentication of the project brings it, or the scope of that name' : null,
  otherSource: () => 'an Action (complement token) brings it, or metadata by the scope urn:zitadel:iam:user:metadata',
  console: {
    redirectUris: `${APP} → Redirect Settings → Redirect URIs`,
    postLogoutUris: `${APP} → Redirect Settings → Post Logout URIs`,
    backchannelLogout: `${APP} → Redirect Settings → Back-Channel Logout URI`,
    frontchannelLogout: null,
    clientId: `${APP} → Client ID`,
    clientSecret: `${APP} → Actions → Regenerate Client Secret`,
    authenticationMethod: `${APP} → OIDC Configuration → Authentication Method`,
    scopes: 'Zitadel leaves out scopes that it does not know',
    idTokenAlgorithm: 'Zitadel signs with RS256, unless the instance has other web keys',
  },
  refusals,
}

/** Its ID tokens have no `jti`, name their client in `azp`, and say how someone signed in. @see https://github.com/zitadel/oidc, pkg/oidc/token.go */
function isAccessToken(claims: Claims): boolean {
  const { jti, azp, auth_time, amr, acr, sid } = claims
  const saysNothingOfSignIn = [azp, auth_time, amr, acr, sid].every((claim) => claim === undefined)
  return !saysOtherToken(claims) && isText(jti) && saysNothingOfSignIn
}
