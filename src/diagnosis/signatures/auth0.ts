/**
 * How Auth0 refuses, and where in its dashboard each is mended. The status of its refusals differs from its documentation, so none is asked for.
 *
 * @see https://auth0.com/docs/api/authentication and what people report in its community
 */
import type { Signature } from './signature.ts'

const SETTINGS = 'Applications → the application → Settings'

export const auth0: readonly Signature[] = [
  {
    where: ['authorization'],
    says: /Callback URL mismatch|not in the list of allowed callback URLs/i,
    cause: 'The redirect URI is not registered on the application.',
    fix: `${SETTINGS} → Allowed Callback URLs: add the exact address, with its final slash, then Save Changes.`,
  },
  {
    where: ['authorization'],
    says: /Unknown client/i,
    cause: 'This tenant has no application of this client id.',
    fix: `Copy Domain and Client ID from one and the same page, ${SETTINGS}, into OIDC_OP_DOMAIN and OIDC_RP_CLIENT_ID.`,
  },
  {
    where: ['callback'],
    says: /Service not found/i,
    cause: 'The request asks for an API (audience) that the tenant does not have.',
    fix: 'Applications → APIs: create the API with that identifier, or take audience out of OIDC_AUTH_REQUEST_EXTRA_PARAMS.',
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
    fix: `Copy ${SETTINGS} → Client Secret into OIDC_RP_CLIENT_SECRET; set the method in the tab Credentials to Client Secret (Post), or to what OIDC_RP_TOKEN_AUTH_METHOD says.`,
  },
  {
    where: ['token'],
    says: /redirect URI is wrong/i,
    cause: 'The redirect URI of the token request is not the one of the authorization request.',
    fix: 'Compare BASE_URL with the address in the browser; both requests use it.',
  },
  {
    where: ['token'],
    says: /Failed to verify code verifier/i,
    cause: 'The proof of the sign-in (PKCE) got lost or was mixed up between two sign-ins.',
    fix: 'Sign in again. If it stays so, look for a proxy that changes or repeats requests.',
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    cause: 'The code was used twice, came too late, or belongs to another application.',
    fix: 'Sign in again. If it stays so, compare the clocks, and look for a proxy that repeats requests.',
  },
  {
    where: ['token'],
    says: /Grant type\b.*\bnot allowed/i,
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
    says: /\biss\b|issuer/,
    cause: 'The domain of the tenant and a custom domain are mixed; each has an issuer of its own.',
    fix: 'Write the domain under which people sign in into OIDC_OP_DOMAIN, and use no other.',
  },
  {
    where: ['id_token'],
    says: /OIDC_RP_SIGN_ALGO|"alg"|no key of the provider fits/,
    cause: 'The application signs ID tokens otherwise than OIDC_RP_SIGN_ALGO, most often with HS256.',
    fix: `${SETTINGS} → Advanced Settings → OAuth → JsonWebToken Signature Algorithm: RS256.`,
  },
  {
    where: ['logout'],
    says: /^\{(?![\s\S]*"end_session_endpoint")/m,
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
    fix: 'User Management → Users → the person: see what is there; some connections give no e-mail address. OIDC_RP_SCOPES must have email and profile.',
  },
]
