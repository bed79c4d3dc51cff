/**
 * What operators get wrong with ProConnect.
 */

import { PROCONNECT_DOMAIN } from '../../support/emulations/refusals.ts'
import { page } from '../../support/emulations/refusing.ts'
import { CALLBACK, type Mistake } from './mistake.ts'

export const proconnectMistakes: readonly Mistake[] = [
  {
    what: 'issuer without /api/v2',
    settings: { OIDC_OP_TYPE: undefined, OIDC_OP_DOMAIN: undefined, OIDC_OP_URL: `https://${PROCONNECT_DOMAIN}` },
    change: ({ farEnd }) =>
      farEnd.on(`https://${PROCONNECT_DOMAIN}/.well-known/openid-configuration`, () =>
        page(404, '<h1>Une erreur est survenue</h1><p>code d’erreur : Y000404</p>'),
      ),
    check: 'discovery',
    fix: /OIDC_OP_URL to https:\/\/auth\.agentconnect\.gouv\.fr\/api\/v2/,
  },
  {
    what: 'client secret sent in the header',
    settings: { OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_basic' },
    check: 'authentication-method',
    fix: /Remove OIDC_RP_TOKEN_AUTH_METHOD/,
  },
  {
    what: 'client id of another environment',
    settings: { OIDC_RP_CLIENT_ID: 'gatehouse-of-integration' },
    check: 'client-id',
    fix: /client id of this environment into OIDC_RP_CLIENT_ID.*OIDC_OP_DOMAIN/,
  },
  {
    what: 'client secret of another environment',
    settings: { OIDC_RP_CLIENT_SECRET: 'the-secret-of-integration' },
    check: 'client-secret',
    fix: /of this environment.*OIDC_RP_CLIENT_SECRET/,
  },
  {
    what: 'redirect URI registered in another environment',
    registered: { redirectUris: [] },
    check: 'redirect-uri',
    fix: /redirect URIs.*OIDC_OP_DOMAIN: integration or production/,
  },
  {
    what: 'redirect URI registered without its final slash',
    registered: { redirectUris: [CALLBACK.slice(0, -1)] },
    check: 'redirect-uri',
    fix: /final slash, to the redirect URIs/,
  },
  {
    what: 'scope that the application may not have',
    settings: { OIDC_RP_SCOPES: 'openid given_name usual_name email belonging_population' },
    check: 'scopes',
    fix: /OIDC_RP_SCOPES, or ask for it: Partner space/,
  },
  {
    what: 'post-logout redirect URI not registered',
    registered: { postLogoutUris: ['https://login.example.org/'] },
    check: 'post-logout-uri',
    fix: /post-logout redirect URIs/,
  },
]
