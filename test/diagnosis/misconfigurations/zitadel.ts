/**
 * What operators get wrong with Zitadel, and how it refuses.
 *
 * @see docs/providers/zitadel.md for where each word is from
 */
import { DOCUMENTS, ZITADEL_DOMAIN } from '../../support/emulations/fixtures.ts'
import { refusal, rsa } from '../../support/emulations/refusals.ts'
import type { Words } from '../../support/emulations/refusing.ts'
import { json } from '../../support/far-end.ts'
import type { Mistake } from './mistake.ts'

const appNotFound = () => refusal(400, 'invalid_request', 'Errors.App.NotFound')

export const zitadel: Words = {
  document: DOCUMENTS.zitadel,
  settings: { OIDC_OP_TYPE: 'zitadel', OIDC_OP_DOMAIN: ZITADEL_DOMAIN },
  keys: [{ ...rsa('one'), alg: 'RS256' }],
  authorization: {
    unknownClient: appNotFound,
    unregisteredRedirect: () =>
      refusal(
        400,
        'invalid_request',
        'The requested redirect_uri is missing in the client configuration. If you have any questions, you may contact the administrator of the application.',
      ),
    nobodyThere: { error: 'login_required', error_description: 'The user must be logged in.' },
  },
  token: {
    unknownClient: () => refusal(400, 'invalid_client', 'Errors.App.NotFound'),
    wrongSecret: () => refusal(401, 'invalid_client', 'invalid secret'),
    unknownCode: () => refusal(400, 'invalid_grant', 'invalid code'),
  },
  unregisteredSignOut: () => refusal(400, 'invalid_request', 'post_logout_redirect_uri invalid'),
}

export const zitadelMistakes: readonly Mistake[] = [
  {
    what: 'domain of no instance',
    settings: { OIDC_OP_DOMAIN: 'acne.eu1.zitadel.cloud' },
    change: ({ farEnd }) =>
      farEnd.on('https://acne.eu1.zitadel.cloud/.well-known/openid-configuration', () =>
        json({ code: 5, message: 'unable to set instance using origin (Errors.IAM.NotFound)' }, 404),
      ),
    check: 'discovery',
    fix: /OIDC_OP_DOMAIN.*ExternalDomain/,
  },
  {
    what: 'wrong client secret',
    settings: { OIDC_RP_CLIENT_SECRET: 'the-secret-of-yesterday' },
    check: 'client-secret',
    fix: /Regenerate Client Secret.*OIDC_RP_CLIENT_SECRET/,
  },
  {
    what: 'resource id in place of the client id',
    settings: { OIDC_RP_CLIENT_ID: '311111111111111111' },
    check: 'client-id',
    fix: /Client ID into OIDC_RP_CLIENT_ID/,
  },
  {
    what: 'redirect URI not registered',
    registered: { redirectUris: ['https://login.example.org/'] },
    check: 'redirect-uri',
    fix: /Redirect URIs: add the exact address/,
  },
  {
    what: 'grant Authorization Code switched off',
    change: ({ farEnd, document }) =>
      farEnd.on(document.token_endpoint, () =>
        refusal(400, 'unauthorized_client', 'grant_type "authorization_code" not allowed'),
      ),
    check: 'client-secret',
    fix: /Grant Types: Authorization Code/,
  },
  {
    what: 'post-logout redirect URI not registered',
    registered: { postLogoutUris: [] },
    check: 'post-logout-uri',
    fix: /Post Logout URIs/,
  },
]
