/**
 * What operators get wrong with Okta, and how it refuses.
 *
 * @see docs/providers/okta.md for where each word is from
 */
import { DOCUMENTS, OKTA_DOMAIN } from '../../support/emulations/fixtures.ts'
import { refusal, rsa } from '../../support/emulations/refusals.ts'
import { page, sentBack, type Words } from '../../support/emulations/refusing.ts'
import { json } from '../../support/far-end.ts'
import type { Mistake } from './mistake.ts'

const SERVER = `https://${OKTA_DOMAIN}/oauth2/default`
const errorPage = (sentence: string) => page(400, `<h1>400</h1><p>Your request resulted in an error. ${sentence}</p>`)
const notFound = () => json({ errorCode: 'E0000007', errorSummary: 'Not found: Resource not found' }, 404)

/** Of a custom authorization server. */
export const okta: Words = {
  document: DOCUMENTS.okta,
  settings: { OIDC_OP_TYPE: 'okta', OIDC_OP_URL: SERVER },
  keys: [
    { ...rsa('now'), alg: 'RS256' },
    { ...rsa('next'), alg: 'RS256' },
  ],
  authorization: {
    unknownClient: () => errorPage("Invalid value for 'client_id' parameter."),
    unregisteredRedirect: () =>
      errorPage("The 'redirect_uri' parameter must be a Login redirect URI in the client app settings."),
    foreignScope: (asked) =>
      sentBack(asked, {
        error: 'invalid_scope',
        error_description: 'One or more scopes are not configured for the authorization server resource.',
      }),
    nobodyThere: {
      error: 'login_required',
      error_description: 'The client specified not to prompt, but the user is not logged in.',
    },
  },
  token: {
    unknownClient: () => refusal(401, 'invalid_client', "Invalid value for 'client_id' parameter."),
    wrongSecret: () =>
      refusal(401, 'invalid_client', 'The client secret supplied for a confidential client is invalid.'),
    unknownCode: () => refusal(400, 'invalid_grant', 'The authorization code is invalid or has expired.'),
  },
}

export const oktaMistakes: readonly Mistake[] = [
  {
    what: 'authorization server that there is not',
    settings: { OIDC_OP_URL: `https://${OKTA_DOMAIN}/oauth2/defualt` },
    change: ({ farEnd }) =>
      farEnd.on(`https://${OKTA_DOMAIN}/oauth2/defualt/.well-known/openid-configuration`, notFound),
    check: 'discovery',
    fix: /OIDC_OP_URL/,
  },
  {
    what: 'issuer with a final slash',
    settings: { OIDC_OP_URL: `${SERVER}/` },
    check: 'issuer',
    fix: /OIDC_OP_URL without a slash at the end: https:\/\/acme\.okta\.com\/oauth2\/default$/,
  },
  {
    what: 'wrong client secret',
    settings: { OIDC_RP_CLIENT_SECRET: 'the-secret-of-yesterday' },
    check: 'client-secret',
    fix: /Client Secrets into OIDC_RP_CLIENT_SECRET/,
  },
  {
    what: 'client id of another organization',
    settings: { OIDC_RP_CLIENT_ID: 'gatehose' },
    check: 'client-id',
    fix: /Client ID into OIDC_RP_CLIENT_ID/,
  },
  {
    what: 'redirect URI not registered',
    registered: { redirectUris: ['https://login.example.org/'] },
    check: 'redirect-uri',
    fix: /Sign-in redirect URIs/,
  },
  {
    what: 'scope groups at a server that has none',
    settings: { OIDC_RP_SCOPES: 'openid email profile groups' },
    check: 'scopes',
    fix: /OIDC_RP_SCOPES.*Authorization Servers/,
  },
  {
    what: 'grant Authorization Code switched off',
    change: ({ farEnd, document }) =>
      farEnd.on(document.token_endpoint, () =>
        refusal(
          400,
          'unauthorized_client',
          'The client is not authorized to use the provided grant type. Configured grant types: [client_credentials].',
        ),
      ),
    check: 'client-secret',
    fix: /Grant type: switch Authorization Code on/,
  },
]
