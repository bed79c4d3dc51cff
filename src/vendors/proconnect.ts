/**
 * ProConnect. Each of its environments has applications and secrets of its own.
 *
 * @see https://github.com/proconnect-gouv/federation, the documentation for services at partenaires.proconnect.gouv.fr and docs/providers/proconnect.md
 */
import { STANDARD, standardDenial } from './standard/standard.ts'
import type { About, Denial, DeniedAnswer, RefusalPattern, Vendor } from './vendor.ts'

const HOSTS = /(^|\.)(agentconnect|proconnect|dev-agentconnect)\.(rie\.)?(gouv\.)?fr$/
const CONSOLE = 'partner space → the application'
const APP = 'Partner space → Apps → the application'
const BEGIN_AGAIN = 'The person allows cookies and begins again at Gatehouse, in one tab.'

/** What its pages say: a code, or the error that it could not send back. */
const PAGES: readonly (readonly [says: RegExp, cause: string, fix: string, about?: About])[] = [
  [
    /Y030031|invalid_redirect_uri|redirect_uri did not match any/,
    'The redirect URI is not registered on the application, or in another environment.',
    `${APP}: add the exact address, with its final slash, to the redirect URIs. Check {domain}: integration or production, Internet or RIE.`,
    'redirect-uri',
  ],
  [
    /rendered-error:invalid_client|client is invalid/,
    'ProConnect has no active application of this client id in this environment.',
    'Copy the client id of this environment into {clientId}, and check {domain}. Ask ProConnect if the application was switched off.',
    'client-id',
  ],
  [
    /Y000400/,
    'ProConnect does not like a parameter of the request.',
    'Empty {extraParameters}. Apps must pass on no ui_locales and no max_age, and only an e-mail address as login_hint.',
  ],
  [
    /Y000404/,
    'There is nothing at this address; most often /api/v2 is missing.',
    'Set {type} and {domain}, or write {issuer} with /api/v2 at its end.',
  ],
  [/Y030110/, 'The browser has lost its cookie of ProConnect.', BEGIN_AGAIN],
  [
    /Y470001/,
    'The sign-in was continued in another tab, or twice.',
    'The person begins again at Gatehouse, in one tab.',
  ],
  [
    /Y04A586/,
    'ProConnect has wrong data of the application, such as http or localhost in production.',
    `${APP}: correct its addresses.`,
  ],
  [
    /Y500006/,
    'The organisation of the person sends wrong data.',
    'The organisation must correct what its sign-in tells ProConnect.',
  ],
  [/Y500024/, 'The account of the person is blocked.', 'The person asks the support of ProConnect.'],
  [
    /Y500025|Y500027/,
    'This e-mail address, or its domain, may not sign in.',
    'The person signs in with a professional address that their organisation uses at ProConnect.',
  ],
]

/** How it refuses, and where in its console each is set right. */
const refusals: readonly RefusalPattern[] = [
  {
    where: ['discovery'],
    status: [404],
    cause: 'There is nothing at this address; most often /api/v2 is missing.',
    fix: 'Set {type} and {domain}, or write {issuer} with /api/v2 at its end.',
  },
  {
    where: ['authorization', 'callback'],
    says: /Y500015|aborted due to invalid identity/,
    cause: 'The service is not open to people of private companies.',
    fix: 'Ask ProConnect to open the service to them, or tell the person.',
  },
  {
    where: ['authorization', 'logout'],
    says: /Y030111|post_logout_redirect_uri/,
    cause: 'The post-logout redirect URI is not registered on the application.',
    fix: `${APP}: add the exact address, with its final slash, to the post-logout redirect URIs.`,
  },
  ...PAGES.map(
    ([says, cause, fix, about]): RefusalPattern => ({
      where: ['authorization', 'logout'],
      says,
      cause,
      fix,
      ...(about === undefined ? {} : { about }),
    }),
  ),
  {
    where: ['callback'],
    error: ['invalid_scope'],
    cause: 'The application may not have a scope that Gatehouse asks for.',
    about: 'scopes',
    fix: `Take it out of {scopes}, or ask for it: ${APP}.`,
  },
  {
    where: ['callback'],
    error: ['server_error'],
    cause: 'ProConnect, or the sign-in of the person’s organisation, is out of order.',
    fix: 'Try again later.',
  },
  {
    where: ['callback', 'authorization'],
    says: /code_challenge_method/,
    cause: 'The proof of the sign-in (PKCE) was changed on the way; Gatehouse sends S256, which ProConnect takes.',
    about: 'pkce',
    fix: 'Look for a proxy that changes requests.',
  },
  {
    where: ['token'],
    says: /no client authentication mechanism provided/,
    cause: 'No client secret reached ProConnect, which takes it in the body only.',
    fix: 'Store {clientSecret}; leave {clientAuthMethod} unset (or client_secret_post) and {useBasicAuth} off.',
  },
  {
    where: ['token', 'introspection'],
    error: ['invalid_client'],
    cause: 'The client secret is wrong, or of another environment.',
    fix: `${APP}: copy client id and secret of this environment into {clientId} and {clientSecret}.`,
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    cause: 'The code came too late (it lives for sixty seconds) or twice.',
    fix: 'Sign in again. If this keeps happening, compare the clocks, {baseUrl} with the address in the browser, and look for a proxy that repeats requests.',
  },
  {
    where: ['id_token'],
    error: ['authentication_too_weak'],
    cause: 'A level was demanded that the person’s organisation does not offer.',
    fix: 'Demand less in acr_values: the levels are eidas1, eidas2, eidas3, and with a second factor eidas0-mfa, eidas1-mfa.',
  },
  {
    where: ['id_token'],
    reasons: ['algorithm_mismatch', 'no_matching_key'],
    cause: 'The application signs with another algorithm than {idTokenAlgorithm}, most often ES256.',
    fix: `${APP}: RS256 for the ID token and for userinfo; or set {idTokenAlgorithm} to what it signs with.`,
  },
  {
    where: ['claims'],
    missing: ['email_verified'],
    cause: 'ProConnect never says whether an e-mail address is verified.',
    fix: 'Set {trustAbsentEmailVerified} only if you trust every organisation that may sign in.',
  },
  {
    where: ['claims'],
    error: ['claims_missing'],
    cause: 'ProConnect did not tell Gatehouse what it needs of the person.',
    fix: `{scopes} must have given_name, usual_name and email, and the application must be allowed them: ${APP}.`,
  },
]

export const proconnect: Vendor = {
  ...STANDARD,
  label: 'ProConnect',
  facts: ['domain'],
  issuer: ({ domain }) => domain && `https://${domain}/api/v2`,
  recognises: ({ hostname }) => HOSTS.test(hostname),
  defaults: {
    groupsClaims: ['roles'],
    // What every application may ask for; a scope that was not granted is refused (invalid_scope).
    scopes: ['openid', 'given_name', 'usual_name', 'email', 'uid', 'siret', 'idp_id'],
  },
  denialOf,
  // A wish: someone who signs in more strongly is welcome. To demand a level, there are extraParameters.
  parametersOf: () => ({ acr_values: 'eidas1' }),
  passesOn: (name, value) =>
    (name === 'login_hint' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) ||
    (name === 'prompt' && (value === 'login' || value === 'consent')),
  takesHintAtSignIn: false,
  takesSignOutForm: false,
  // There is no max_age, but the answer has auth_time.
  freshSignIn: () => ({ prompt: 'login' }),
  signOutParameters: ({ client_id, ...usual }) =>
    usual.id_token_hint === undefined && client_id !== undefined ? { ...usual, client_id } : usual,
  // Its scopes have the names of their claims. @see ProConnect, "scope et claims"
  specialSource(claim) {
    if (['name', 'family_name'].includes(claim)) return 'ProConnect has no such claim; the family name is usual_name'
    if (['email_verified', 'preferred_username'].includes(claim)) return 'ProConnect has no such claim'
    return `the scope ${claim} brings it, once ProConnect has allowed it to the client`
  },
  otherPaths: ({ hostname, pathname }) => [HOSTS.test(hostname) && !pathname.endsWith('/api/v2') ? '/api/v2' : null],
  console: {
    redirectUris: `${CONSOLE} → redirect URIs`,
    postLogoutUris: `${CONSOLE} → post-logout redirect URIs`,
    backchannelLogout: null,
    frontchannelLogout: null,
    clientId: `${CONSOLE} → client id, of the same environment`,
    clientSecret: `${CONSOLE} → client secret, of the same environment`,
    authenticationMethod: 'ProConnect takes client_secret_post and private_key_jwt',
    scopes: `${CONSOLE} → scopes`,
    idTokenAlgorithm: `${CONSOLE} → signature algorithm of the ID token`,
  },
  refusals,
}

/** @see https://partenaires.proconnect.gouv.fr/docs/fournisseur-service/implementation_technique */
function denialOf(answer: DeniedAnswer): Denial | null {
  if (answer.error !== 'access_denied') return null
  if (/invalid identity|Y500015/.test(answer.description)) return 'not_allowed'
  return /\buser auth\w* aborted/i.test(answer.description) ? 'cancelled' : standardDenial(answer)
}
