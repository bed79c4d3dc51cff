/**
 * GitLab, on gitlab.com or self-managed. Its access tokens are opaque, and it has no sign-out.
 *
 * @see https://docs.gitlab.com/integration/openid_connect_provider/, https://github.com/doorkeeper-gem/doorkeeper and docs/providers/gitlab.md
 */

import { cancelledDenial, STANDARD } from './standard/standard.ts'
import { CODE_SPENT } from './standard/standard-refusals.ts'
import type { RefusalPattern, Vendor } from './vendor.ts'

const APP = 'Applications → the application'

/** How it refuses, and where in its console each is set right. */
const refusals: readonly RefusalPattern[] = [
  {
    where: ['authorization'],
    says: /redirect uri (?:is malformed|included is not valid)/i,
    cause: 'The redirect URI is not registered on the application.',
    about: 'redirect-uri',
    fix: `${APP} → Edit → Redirect URI: the exact address, with its final slash, on a line of its own.`,
  },
  {
    where: ['authorization'],
    says: /unknown client/i,
    cause: 'GitLab has no application of this id.',
    about: 'client-id',
    fix: `Copy ${APP} → Application ID into {clientId}, and see that {issuer} or {domain} is the same GitLab.`,
  },
  {
    where: ['authorization', 'callback', 'token'],
    says: /requested scope is invalid/i,
    cause: 'The application may not ask for this scope; GitLab knows no offline_access and no groups.',
    about: 'scopes',
    fix: `${APP} → Edit → Scopes: tick openid, profile and email; leave only those in {scopes}.`,
  },
  {
    where: ['authorization', 'callback'],
    error: ['unauthorized_client'],
    cause: 'The application may not sign people in with the authorization code flow.',
    fix: `${APP} → Edit: make a new application if it was made for another flow.`,
  },
  {
    where: ['token', 'introspection'],
    error: ['invalid_client'],
    cause: 'The secret is wrong, or the application was made without Confidential.',
    fix: `${APP} → Renew secret, and copy it into {clientSecret}; Confidential must be ticked.`,
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    ...CODE_SPENT,
  },
  {
    where: ['userinfo'],
    status: [401, 403],
    cause:
      'GitLab does not take the access token at userinfo: the account was blocked, or openid is missing from its scopes.',
    fix: `${APP} → Edit → Scopes: tick openid. Admin → Users shows whether the account is blocked.`,
  },
  {
    where: ['claims'],
    error: ['claims_missing'],
    cause: 'GitLab did not tell Gatehouse what it needs of the person.',
    fix: `${APP} → Edit → Scopes: tick profile and email; {scopes} must have both.`,
  },
]

export const gitlab: Vendor = {
  ...STANDARD,
  label: 'GitLab',
  facts: ['domain'],
  issuer: ({ domain }) => domain && `https://${domain}`,
  recognises: ({ hostname }) => hostname.startsWith('gitlab.'),
  // Userinfo has all groups in `groups`, the ID token those of which someone is a member themselves.
  // @see https://docs.gitlab.com/integration/openid_connect_provider/, "Shared information"
  defaults: { groupsClaims: ['groups', 'groups_direct'] },
  wantsConsentForOfflineAccess: false,
  // Others see a page of GitLab.
  denialOf: cancelledDenial,
  accessTokenHint: 'access tokens of GitLab are opaque; a JWT of a CI job is no access token',
  specialSource: (claim) =>
    claim === 'groups' || claim === 'groups_direct' ? 'the scope openid brings it, for the groups of the person' : null,
  otherSource: () => 'GitLab sends no claims of its own making',
  needsListedScopes: true,
  console: {
    redirectUris: `${APP} → Edit → Redirect URI`,
    postLogoutUris: 'GitLab has none',
    backchannelLogout: null,
    frontchannelLogout: null,
    clientId: `${APP} → Application ID`,
    clientSecret: `${APP} → Secret`,
    authenticationMethod: 'GitLab takes the secret in the body or in the header',
    scopes: `${APP} → Edit → Scopes`,
    idTokenAlgorithm: 'GitLab signs with RS256',
  },
  refusals,
}
