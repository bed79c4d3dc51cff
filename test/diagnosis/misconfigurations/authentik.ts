/**
 * What operators get wrong with authentik.
 */

import { AUTHENTIK } from '../../support/emulations/fixtures.ts'
import { page, publish, type RefusingProvider } from '../../support/emulations/refusing.ts'
import { json } from '../../support/far-end.ts'
import type { Mistake } from './mistake.ts'

const WITHOUT_FACTS = { OIDC_OP_TYPE: undefined, OIDC_OP_BASE_URL: undefined, OIDC_OP_SLUG: undefined }

function publishOtherwise(members: Readonly<Record<string, unknown>>) {
  return ({ farEnd, document }: RefusingProvider) => publish(farEnd, document.issuer, { ...document, ...members })
}

export const authentikMistakes: readonly Mistake[] = [
  {
    what: 'issuer without its final slash',
    settings: { ...WITHOUT_FACTS, OIDC_OP_URL: `${AUTHENTIK}/application/o/gatehouse` },
    check: 'issuer',
    fix: /OIDC_OP_URL with a slash at the end: https:\/\/sso\.example\.org\/application\/o\/gatehouse\/$/,
  },
  {
    what: 'slug of no application',
    settings: { OIDC_OP_SLUG: 'gate-house' },
    change: ({ farEnd }) =>
      farEnd.on(`${AUTHENTIK}/application/o/gate-house/.well-known/openid-configuration`, () =>
        page(404, '<h1>Not found</h1>'),
      ),
    check: 'discovery',
    fix: /slug into OIDC_OP_SLUG/,
  },
  {
    what: 'proxy that does not pass on the scheme',
    change: publishOtherwise({ issuer: `${AUTHENTIK.replace('https:', 'http:')}/application/o/gatehouse/` }),
    check: 'issuer',
    fix: /X-Forwarded-Proto/,
  },
  {
    what: 'no signing key',
    change(provider) {
      publishOtherwise({ id_token_signing_alg_values_supported: ['HS256'] })(provider)
      provider.farEnd.on(provider.document.jwks_uri, () => json({}))
    },
    check: 'keys',
    fix: /Signing Key: choose a certificate/,
  },
  {
    what: 'no scope mappings',
    change: publishOtherwise({ scopes_supported: ['openid'] }),
    check: 'scopes',
    fix: /Scopes: select email and profile/,
  },
  {
    what: 'redirect URI not registered',
    registered: { redirectUris: ['https://login.example.org/'] },
    check: 'redirect-uri',
    fix: /Redirect URIs.*Strict/,
  },
  {
    what: 'client id that authentik does not know',
    settings: { OIDC_RP_CLIENT_ID: 'gatehose' },
    check: 'client-id',
    fix: /Client ID.*OIDC_RP_CLIENT_ID/,
  },
  {
    what: 'wrong client secret',
    settings: { OIDC_RP_CLIENT_SECRET: 'the-secret-of-yesterday' },
    check: 'client-secret',
    fix: /Client Secret again into OIDC_RP_CLIENT_SECRET/,
  },
]
