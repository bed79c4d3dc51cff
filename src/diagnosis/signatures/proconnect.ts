/**
 * How ProConnect refuses, and what in the partner space mends it. Each environment has applications and secrets of its own.
 *
 * @see https://github.com/proconnect-gouv/federation, and the documentation for services at partenaires.proconnect.gouv.fr
 */
import type { Signature } from './signature.ts'

const APP = 'Partner space → Apps → the application'
const BEGIN_AGAIN = 'The person allows cookies and begins again at Gatehouse, in one tab.'

/** What its pages say: a code, or the error that it could not send back. */
const PAGES: readonly (readonly [says: RegExp, cause: string, fix: string])[] = [
  [
    /Y030031|invalid_redirect_uri|redirect_uri did not match any/,
    'The redirect URI is not registered on the application, or in another environment.',
    `${APP}: add the exact address, with its final slash, to the redirect URIs. Check OIDC_OP_DOMAIN: integration or production, Internet or RIE.`,
  ],
  [
    /rendered-error:invalid_client|client is invalid/,
    'ProConnect has no active application of this client id in this environment.',
    'Copy the client id of this environment into OIDC_RP_CLIENT_ID, and check OIDC_OP_DOMAIN. Ask ProConnect if the application was switched off.',
  ],
  [
    /Y000400/,
    'ProConnect does not like a parameter of the request.',
    'Empty OIDC_AUTH_REQUEST_EXTRA_PARAMS. Apps must pass on no ui_locales and no max_age, and only an e-mail address as login_hint.',
  ],
  [
    /Y000404/,
    'There is nothing at this address; most often /api/v2 is missing.',
    'Set OIDC_OP_TYPE and OIDC_OP_DOMAIN, or write OIDC_OP_URL with /api/v2 at its end.',
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

export const proconnect: readonly Signature[] = [
  {
    where: ['discovery'],
    status: [404],
    cause: 'There is nothing at this address; most often /api/v2 is missing.',
    fix: 'Set OIDC_OP_TYPE and OIDC_OP_DOMAIN, or write OIDC_OP_URL with /api/v2 at its end.',
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
  ...PAGES.map(([says, cause, fix]): Signature => ({ where: ['authorization', 'logout'], says, cause, fix })),
  {
    where: ['callback'],
    error: ['invalid_scope'],
    cause: 'The application may not have a scope that Gatehouse asks for.',
    fix: `Take it out of OIDC_RP_SCOPES, or ask for it: ${APP}.`,
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
    fix: 'Look for a proxy that changes requests.',
  },
  {
    where: ['token'],
    says: /no client authentication mechanism provided/,
    cause: 'No client secret reached ProConnect, which takes it in the body only.',
    fix: 'Store OIDC_RP_CLIENT_SECRET; leave OIDC_RP_TOKEN_AUTH_METHOD unset (or client_secret_post) and OIDC_TOKEN_USE_BASIC_AUTH off.',
  },
  {
    where: ['token', 'introspection'],
    error: ['invalid_client'],
    cause: 'The client secret is wrong, or of another environment.',
    fix: `${APP}: copy client id and secret of this environment into OIDC_RP_CLIENT_ID and OIDC_RP_CLIENT_SECRET.`,
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    cause: 'The code came too late (it lives for sixty seconds) or twice.',
    fix: 'Sign in again. If it stays so, compare the clocks, BASE_URL with the address in the browser, and look for a proxy that repeats requests.',
  },
  {
    where: ['id_token'],
    error: ['authentication_too_weak'],
    cause: 'A level was demanded that the person’s organisation does not offer.',
    fix: 'Demand less in acr_values: the levels are eidas1, eidas2, eidas3, and with a second factor eidas0-mfa, eidas1-mfa.',
  },
  {
    where: ['id_token'],
    says: /OIDC_RP_SIGN_ALGO|"alg"|no key of the provider fits/,
    cause: 'The application signs with another algorithm than OIDC_RP_SIGN_ALGO, most often ES256.',
    fix: `${APP}: RS256 for the ID token and for userinfo; or set OIDC_RP_SIGN_ALGO to what it signs with.`,
  },
  {
    where: ['claims'],
    says: /verified/,
    cause: 'ProConnect never says whether an e-mail address is verified.',
    fix: 'Set GATEHOUSE_TRUST_ABSENT_EMAIL_VERIFIED only if you trust every organisation that may sign in.',
  },
  {
    where: ['claims'],
    error: ['claims_missing'],
    cause: 'ProConnect did not tell Gatehouse what it needs of the person.',
    fix: `OIDC_RP_SCOPES must have given_name, usual_name and email, and the application must be allowed them: ${APP}.`,
  },
]
