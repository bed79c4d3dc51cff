/**
 * Auth0. The status of its refusals differs from its documentation, so none is asked for.
 *
 * @see https://auth0.com/docs/api/authentication, what people report in its community, and docs/providers/auth0.md
 */

import { isText } from '../claims/claim-values.ts'
import { isForItsClient, STANDARD, saysOtherToken, standardDenial, standardPrincipal } from './standard/standard.ts'
import { OTHER_REDIRECT_URI, PKCE_LOST } from './standard/standard-refusals.ts'
import type { Claims, Denial, DeniedAnswer, Principal, RefusalPattern, TokenFacts, Vendor } from './vendor.ts'

const SETTINGS = 'Applications → the application → Settings'

/** How it refuses, and where in its console each is set right. */
const refusals: readonly RefusalPattern[] = [
  {
    where: ['authorization'],
    says: /Callback URL mismatch|not in the list of allowed callback URLs/i,
    cause: 'The redirect URI is not registered on the application.',
    about: 'redirect-uri',
    fix: `${SETTINGS} → Allowed Callback URLs: add the exact address, with its final slash, then Save Changes.`,
  },
  {
    where: ['authorization'],
    says: /Unknown client/i,
    cause: 'This tenant has no application of this client id.',
    about: 'client-id',
    fix: `Copy Domain and Client ID from one and the same page, ${SETTINGS}, into {domain} and {clientId}.`,
  },
  {
    where: ['callback'],
    says: /Service not found/i,
    cause: 'The request asks for an API (audience) that the tenant does not have.',
    fix: 'Applications → APIs: create the API with that identifier, or take audience out of {extraParameters}.',
  },
  {
    where: ['callback'],
    error: ['unauthorized', 'access_denied'],
    cause: 'The person declined, or an Action or Rule of the tenant does not let them in.',
    fix: 'Read the description: it is the text of the Action. Change the Action in Actions → Library, or what it dislikes about the person.',
  },
  {
    where: ['token'],
    error: ['access_denied', 'invalid_client'],
    cause: 'The client secret is wrong, or another method of authentication is set for the application.',
    fix: `Copy ${SETTINGS} → Client Secret into {clientSecret}; set the method in the tab Credentials to Client Secret (Post), or to what {clientAuthMethod} says.`,
  },
  {
    where: ['token'],
    says: /redirect URI is wrong/i,
    ...OTHER_REDIRECT_URI,
  },
  {
    where: ['token'],
    says: /Failed to verify code verifier/i,
    ...PKCE_LOST,
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    cause: 'The code was used twice, came too late, or belongs to another application.',
    fix: 'Sign in again. If this keeps happening, compare the clocks, and look for a proxy that repeats requests.',
  },
  {
    where: ['token'],
    says: /Grant type\b.{0,100}\bnot allowed/i,
    cause: 'The application may not sign people in with the authorization code flow.',
    fix: `${SETTINGS} → Advanced Settings → Grant Types: switch Authorization Code on, and Refresh Token if people should stay signed in.`,
  },
  {
    where: ['callback', 'token', 'userinfo'],
    error: ['too_many_requests'],
    cause: 'The tenant has reached the limit of requests of its plan.',
    fix: 'Wait. If it happens often, look in Monitoring → Logs who asks so much, and at the limits of the plan.',
  },
  {
    where: ['id_token'],
    reasons: ['issuer_mismatch'],
    cause: 'The domain of the tenant and a custom domain are mixed; each has an issuer of its own.',
    fix: 'Write the domain under which people sign in into {domain}, and use no other.',
  },
  {
    where: ['id_token'],
    reasons: ['algorithm_mismatch', 'no_matching_key'],
    cause: 'The application signs ID tokens with another algorithm than {idTokenAlgorithm}, most often with HS256.',
    fix: `${SETTINGS} → Advanced Settings → OAuth → JsonWebToken Signature Algorithm: RS256.`,
  },
  {
    where: ['logout'],
    says: /^(?![\s\S]*"end_session_endpoint")[^{\n]*\n\{/,
    cause: 'The tenant names no address for signing out, as tenants from before November 2023 do.',
    fix: 'Settings of the tenant → Advanced → Login and Logout: switch “RP-Initiated Logout End Session Endpoint Discovery” on.',
  },
  {
    where: ['logout'],
    says: /post_logout_redirect_uri|returnTo|Allowed Logout URLs/i,
    cause: 'The post-logout redirect URI is not registered on the application.',
    fix: `${SETTINGS} → Allowed Logout URLs: add the exact address, with its final slash, then Save Changes.`,
  },
  {
    where: ['claims'],
    error: ['claims_missing'],
    cause: 'Auth0 did not tell Gatehouse what it needs of the person.',
    fix: 'User Management → Users → the person: see what is there; some connections give no e-mail address. {scopes} must have email and profile.',
  },
]

export const auth0: Vendor = {
  ...STANDARD,
  label: 'Auth0',
  facts: ['domain'],
  issuer: ({ domain }) => domain && `https://${domain}/`,
  recognises: ({ hostname }) => hostname.endsWith('.auth0.com'),
  defaults: { groupsClaims: [] },
  isAccessToken,
  accessTokenHint: 'an access token of Auth0 is for an API: ask for one with the audience of that API',
  principalOf,
  denialOf,
  furtherScopes: ['offline_access'],
  wantsConsentForOfflineAccess: false,
  takesSignOutForm: false,
  // @see https://auth0.com/docs/authenticate/login/logout/log-users-out-of-auth0
  logoutHintOf: ({ sid }) => sid,
  // Tenants from before November 2023. @see https://auth0.com/docs/api/authentication/logout/auth-0-logout
  ownSignOut: ({ issuer, end_session_endpoint }, clientId, backTo) =>
    end_session_endpoint === undefined
      ? { endpoint: new URL('/v2/logout', issuer).href, parameters: { client_id: clientId, returnTo: backTo } }
      : null,
  otherSource: () => 'an Action of the login flow brings it (api.idToken.setCustomClaim), under a name that is a URL',
  hasIssuerPerDomain: true,
  console: {
    redirectUris: `${SETTINGS} → Allowed Callback URLs`,
    postLogoutUris: `${SETTINGS} → Allowed Logout URLs`,
    backchannelLogout: `${SETTINGS} → OpenID Connect Back-Channel Logout URI (Enterprise plan)`,
    frontchannelLogout: null,
    clientId: `${SETTINGS} → Client ID`,
    clientSecret: `${SETTINGS} → Client Secret`,
    authenticationMethod: 'Applications → the application → Credentials → Authentication Method',
    scopes: 'APIs → the API → Permissions',
    idTokenAlgorithm: `${SETTINGS} → Advanced → OAuth → JsonWebToken Signature Algorithm`,
  },
  refusals,
}

/** @see https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles, "Auth0 profile" */
function isAccessToken(claims: Claims): boolean {
  const { azp, scope, gty, permissions } = claims
  const isGranted = isText(scope) || isText(gty) || Array.isArray(permissions)
  return !saysOtherToken(claims) && isText(azp) && isGranted && !isForItsClient(claims, azp)
}

/** People are `<connection>|<id>`, programs `<client>@clients`. @see https://auth0.com/docs/secure/tokens/access-tokens/access-token-profiles */
function principalOf(facts: TokenFacts): Principal | undefined {
  const { sub, gty } = facts.claims
  if (sub !== undefined && /^[^|]+@clients$/.test(sub)) return 'service'
  return gty === 'client-credentials' ? undefined : standardPrincipal(facts)
}

/**
 * What an Action says is free text; a missing API has nothing to do with the person.
 *
 * @see https://auth0.com/docs/customize/actions/explore-triggers/signup-and-login-triggers/login-trigger, `api.access.deny`
 */
function denialOf(answer: DeniedAnswer): Denial | null {
  if (answer.error === 'unauthorized') return 'not_allowed'
  const isApiMissing = /^Service not found/i.test(answer.description)
  if (answer.error !== 'access_denied' || answer.description === '' || isApiMissing) return null
  return standardDenial(answer) ?? 'not_allowed'
}
