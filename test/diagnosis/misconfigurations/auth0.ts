/**
 * What operators get wrong with Auth0.
 */

import { AUTH0_DOMAIN } from '../../support/emulations/fixtures.ts'
import { page, publish } from '../../support/emulations/refusing.ts'
import { json } from '../../support/far-end.ts'
import type { Mistake } from './mistake.ts'

const TENANT_URL = `https://${AUTH0_DOMAIN}/`
const CUSTOM_URL = 'https://login.acme.example/'
const WITHOUT_FACTS = { OIDC_OP_TYPE: undefined, OIDC_OP_DOMAIN: undefined }

export const auth0Mistakes: readonly Mistake[] = [
  {
    what: 'issuer without its final slash',
    settings: { ...WITHOUT_FACTS, OIDC_OP_URL: TENANT_URL.slice(0, -1) },
    check: 'issuer',
    fix: /OIDC_OP_URL with a slash at the end: https:\/\/acme\.eu\.auth0\.com\/$/,
  },
  {
    what: 'people sent to the custom domain, and everything else asked at the tenant’s',
    settings: { OIDC_OP_AUTHORIZATION_ENDPOINT: `${CUSTOM_URL}authorize` },
    change: ({ farEnd, document }) =>
      farEnd.on(`${CUSTOM_URL}authorize`, (asked, init) =>
        farEnd.fetch(`${document.authorization_endpoint}${asked.search}`, init),
      ),
    check: 'metadata',
    fix: /OIDC_OP_DOMAIN.*OIDC_OP_AUTHORIZATION_ENDPOINT/,
  },
  {
    what: 'custom domain that leads to the tenant’s by a proxy of one’s own',
    settings: { ...WITHOUT_FACTS, OIDC_OP_URL: CUSTOM_URL },
    change: ({ farEnd, document }) => publish(farEnd, CUSTOM_URL, document),
    check: 'issuer',
    fix: /OIDC_OP_URL to https:\/\/acme\.eu\.auth0\.com\//,
  },
  {
    what: 'wrong client secret',
    settings: { OIDC_RP_CLIENT_SECRET: 'the-secret-of-yesterday' },
    check: 'client-secret',
    fix: /Client Secret into OIDC_RP_CLIENT_SECRET/,
  },
  {
    what: 'client id of another tenant',
    settings: { OIDC_RP_CLIENT_ID: 'gatehose' },
    check: 'client-id',
    fix: /OIDC_OP_DOMAIN and OIDC_RP_CLIENT_ID/,
  },
  {
    what: 'redirect URI not registered',
    registered: { redirectUris: ['https://login.example.org/'] },
    check: 'redirect-uri',
    fix: /Allowed Callback URLs/,
  },
  {
    what: 'grant Authorization Code switched off',
    change: ({ farEnd, document }) =>
      farEnd.on(document.token_endpoint, () =>
        json(
          {
            error: 'unauthorized_client',
            error_description: "Grant type 'authorization_code' not allowed for the client.",
          },
          403,
        ),
      ),
    check: 'client-secret',
    fix: /Grant Types: switch Authorization Code on/,
  },
  {
    what: 'post-logout redirect URI not registered',
    registered: { postLogoutUris: [] },
    check: 'post-logout-uri',
    fix: /Allowed Logout URLs/,
  },
  {
    what: 'old tenant without an end-session endpoint, and the address to come back to not registered',
    change({ farEnd, document: { end_session_endpoint, ...document } }) {
      publish(farEnd, document.issuer, document)
      farEnd.on(`${TENANT_URL}v2/logout`, () =>
        page(400, 'The "returnTo" querystring parameter is not defined as a valid URL in "Allowed Logout URLs".'),
      )
    },
    check: 'post-logout-uri',
    fix: /Allowed Logout URLs/,
  },
]
