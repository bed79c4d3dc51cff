/**
 * What operators get wrong with Amazon Cognito, and how it refuses.
 *
 * @see docs/providers/cognito.md for where each word is from
 */
import { COGNITO_LOGIN, COGNITO_POOL, DOCUMENTS } from '../../support/emulations/fixtures.ts'
import { refusal, rsa } from '../../support/emulations/refusals.ts'
import { page, redirect, sentBack, type Words } from '../../support/emulations/refusing.ts'
import { json } from '../../support/far-end.ts'
import { BASE_URL, type Mistake, REGISTERED } from './mistake.ts'

/** Its error page is another address, which names the error. */
const errorAddress = (error: string) => redirect(`${COGNITO_LOGIN}/error?error=${encodeURIComponent(error)}`)

export const cognito: Words = {
  document: DOCUMENTS.cognito,
  settings: { OIDC_OP_TYPE: 'cognito', OIDC_OP_URL: COGNITO_POOL },
  keys: [
    { ...rsa('first'), alg: 'RS256' },
    { ...rsa('second'), alg: 'RS256' },
  ],
  authorization: {
    unknownClient: () => page(400, '<h1>Login pages unavailable</h1><p>Please contact an administrator.</p>'),
    unregisteredRedirect: () => errorAddress('redirect_mismatch'),
    foreignScope: (asked) => sentBack(asked, { error: 'invalid_scope' }),
    nobodyThere: { error: 'login_required' },
  },
  token: {
    unknownClient: () => refusal(400, 'invalid_client'),
    wrongSecret: () => refusal(400, 'invalid_client', 'invalid_client_secret'),
    unknownCode: () => refusal(400, 'invalid_grant'),
  },
}

export const cognitoMistakes: readonly Mistake[] = [
  {
    what: 'domain of the login pages in place of the user pool',
    settings: { OIDC_OP_URL: COGNITO_LOGIN },
    check: 'settings',
    fix: /OIDC_OP_URL/,
  },
  {
    what: 'id of no user pool',
    settings: { OIDC_OP_URL: `${COGNITO_POOL}x` },
    change: ({ farEnd }) =>
      farEnd.on(`${COGNITO_POOL}x/.well-known/openid-configuration`, () =>
        json({ message: 'User pool eu-west-3_AcmePoolx does not exist.' }, 404),
      ),
    check: 'discovery',
    fix: /OIDC_OP_URL/,
  },
  {
    what: 'wrong client secret',
    settings: { OIDC_RP_CLIENT_SECRET: 'the-secret-of-yesterday' },
    check: 'client-secret',
    fix: /Client secret into OIDC_RP_CLIENT_SECRET/,
  },
  {
    what: 'client id of another user pool',
    settings: { OIDC_RP_CLIENT_ID: 'gatehose' },
    check: 'client-id',
    fix: /Client ID into OIDC_RP_CLIENT_ID/,
  },
  {
    what: 'redirect URI not registered',
    registered: { redirectUris: ['https://login.example.org/'] },
    check: 'redirect-uri',
    fix: /Allowed callback URLs/,
  },
  {
    what: 'offline_access among the scopes',
    settings: { OIDC_RP_SCOPES: 'openid email profile offline_access' },
    check: 'scopes',
    fix: /only those in OIDC_RP_SCOPES/,
  },
  {
    what: 'address to come back to after a sign-out not registered',
    change: ({ farEnd }) =>
      farEnd.on(`${COGNITO_LOGIN}/logout`, ({ searchParams }) =>
        REGISTERED.postLogoutUris.includes(`${searchParams.get('logout_uri')}!`)
          ? redirect(`${BASE_URL}/`)
          : errorAddress('redirect_mismatch'),
      ),
    check: 'post-logout-uri',
    fix: /Allowed sign-out URLs/,
  },
]
