/**
 * Amazon Cognito user pools. They take people back after a sign-out by parameters of their own, and tell of groups in the ID token alone.
 *
 * @see https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html and docs/providers/cognito.md
 */

import { isText } from '../claims/claim-values.ts'
import { STANDARD, saysOtherToken, standardDenial } from './standard/standard.ts'
import { CODE_SPENT } from './standard/standard-refusals.ts'
import type { Denial, DeniedAnswer, Principal, RefusalPattern, TokenFacts, Vendor } from './vendor.ts'

const CLIENT = 'the user pool → App clients → the app client'
const LOGIN_PAGES = `${CLIENT} → Login pages`
/** What a function of one's own says when it throws. @see Amazon Cognito, "Customizing user pool workflows with Lambda triggers" */
const TRIGGER_FAILED =
  /^(?:PreSignUp|PreAuthentication|PostAuthentication|PostConfirmation|PreTokenGeneration(?:V\d)?) failed with error/i

/** How it refuses, and where in its console each is set right. */
const refusals: readonly RefusalPattern[] = [
  {
    where: ['authorization'],
    says: /redirect_mismatch/,
    cause: 'The redirect URI is not registered on the app client.',
    about: 'redirect-uri',
    fix: `${LOGIN_PAGES} → Allowed callback URLs: add the exact address, with its final slash.`,
  },
  {
    where: ['authorization'],
    says: /client does not exist|login pages unavailable/i,
    cause: 'The user pool has no app client of this id with login pages.',
    about: 'client-id',
    fix: `Copy ${CLIENT} → Client ID into {clientId}, and see that {issuer} is that user pool and that the app client has login pages.`,
  },
  {
    where: ['callback'],
    error: ['invalid_scope'],
    cause: 'The app client may not ask for this scope; Cognito knows no offline_access and no groups.',
    about: 'scopes',
    fix: `${LOGIN_PAGES} → OpenID Connect scopes: add openid, email and profile; leave only those in {scopes}.`,
  },
  {
    where: ['callback'],
    says: TRIGGER_FAILED,
    cause: 'A Lambda trigger of the user pool does not let this person in, or fails.',
    fix: 'Read the description: it is the text of the function. The user pool → Extensions names the function; its log in CloudWatch says more.',
  },
  {
    where: ['callback', 'token'],
    error: ['unauthorized_client'],
    cause: 'The app client may not sign people in with the authorization code grant.',
    fix: `${LOGIN_PAGES} → OAuth grant types: Authorization code grant.`,
  },
  {
    where: ['token'],
    error: ['invalid_client'],
    cause: 'The client secret is wrong, or the app client has none.',
    fix: `Copy ${CLIENT} → Client secret into {clientSecret}; for an app client without one, set {clientAuthMethod} to none.`,
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    ...CODE_SPENT,
  },
  {
    where: ['userinfo'],
    status: [401, 403],
    cause: 'The access token is not for userinfo, because the scope openid is missing.',
    fix: `Add openid to {scopes} and to ${LOGIN_PAGES} → OpenID Connect scopes.`,
  },
  {
    where: ['logout'],
    says: /logout_uri|redirect_mismatch|Required String parameter/i,
    cause: 'The address to come back to after a sign-out is not registered on the app client.',
    fix: `${LOGIN_PAGES} → Allowed sign-out URLs: add the exact address, with its final slash.`,
  },
]

export const cognito: Vendor = {
  ...STANDARD,
  label: 'Amazon Cognito',
  recognises: ({ hostname }) => /^cognito-idp\.[a-z\d-]+\.amazonaws\.com(?:\.cn)?$/.test(hostname),
  issuerProblem: ({ hostname }) =>
    hostname.endsWith('.amazoncognito.com')
      ? 'must be the address of the user pool (https://cognito-idp.REGION.amazonaws.com/POOL), not the domain of its login pages'
      : null,
  defaults: { groupsClaims: ['cognito:groups'] },
  wantsConsentForOfflineAccess: false,
  // The older login pages ignore prompt and max_age. @see https://docs.aws.amazon.com/cognito/latest/developerguide/authorization-endpoint.html
  canSignInSilently: false,
  freshSignIn: (maxAgeSeconds) => ({ max_age: String(maxAgeSeconds), prompt: 'login' }),
  denialOf,
  // @see https://docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
  ownSignOut: ({ authorization_endpoint, end_session_endpoint }, clientId, backTo) => ({
    endpoint: end_session_endpoint ?? new URL('/logout', authorization_endpoint).href,
    parameters: { client_id: clientId, logout_uri: backTo },
  }),
  takesSignOutForm: false,
  isAccessToken: (claims) => !saysOtherToken(claims) && claims.token_use === 'access' && isText(claims.client_id),
  principalOf,
  accessTokenHint: 'an access token of Cognito says token_use "access", and names its app client in client_id',
  specialSource: (claim) =>
    claim === 'cognito:groups' ? 'the groups of the user pool that the person is in bring it' : null,
  otherSource: () =>
    'an attribute that the app client may read, or a Lambda trigger before the token is made, brings it',
  takesUnlistedPkce: true,
  console: {
    redirectUris: `${LOGIN_PAGES} → Allowed callback URLs`,
    postLogoutUris: `${LOGIN_PAGES} → Allowed sign-out URLs`,
    backchannelLogout: null,
    frontchannelLogout: null,
    clientId: `${CLIENT} → Client ID`,
    clientSecret: `${CLIENT} → Client secret`,
    authenticationMethod: 'Cognito takes the secret in the body or in the header',
    scopes: `${LOGIN_PAGES} → OpenID Connect scopes`,
    idTokenAlgorithm: 'Cognito signs with RS256',
  },
  refusals,
}

/** A program's token has an `auth_time`, too, and no `username`. */
function principalOf({ claims: { sub, username }, client }: TokenFacts): Principal | undefined {
  if (sub === client) return username === undefined ? 'service' : undefined
  return isText(username) ? 'user' : undefined
}

/** What a Lambda trigger throws comes back as `invalid_request`. */
function denialOf(answer: DeniedAnswer): Denial | null {
  return TRIGGER_FAILED.test(answer.description) ? 'not_allowed' : standardDenial(answer)
}
