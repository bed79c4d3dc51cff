/**
 * What operators get wrong with Google.
 */

import { googleErrorAddress } from '../../support/emulations/refusals.ts'
import { page } from '../../support/emulations/refusing.ts'
import type { Mistake } from './mistake.ts'

const errorPage = (text: string) => page(400, `<h1>Access blocked</h1><p>${text}</p>`)

export const googleMistakes: readonly Mistake[] = [
  {
    what: 'offline_access among the scopes',
    settings: { OIDC_RP_SCOPES: 'openid email profile offline_access' },
    check: 'scopes',
    fix: /only openid, email and profile in OIDC_RP_SCOPES/,
  },
  {
    what: 'groups among the scopes, refused on a page',
    settings: { OIDC_RP_SCOPES: 'openid email profile groups' },
    change: ({ farEnd, document }) =>
      farEnd.on(document.authorization_endpoint, () =>
        errorPage('Error 400: invalid_scope. Some requested scopes were invalid. {valid=[openid], invalid=[groups]}'),
      ),
    check: 'scopes',
    fix: /only openid, email and profile in OIDC_RP_SCOPES/,
  },
  {
    what: 'redirect URI not registered',
    registered: { redirectUris: [] },
    check: 'redirect-uri',
    fix: /Authorized redirect URIs/,
  },
  {
    what: 'redirect URI not registered, refused on a page',
    change: ({ farEnd, document }) =>
      farEnd.on(document.authorization_endpoint, () => errorPage('Error 400: redirect_uri_mismatch')),
    check: 'redirect-uri',
    fix: /Authorized redirect URIs/,
  },
  {
    what: 'client id that was not copied whole',
    settings: { OIDC_RP_CLIENT_ID: 'gatehous' },
    check: 'client-id',
    fix: /whole client id.*OIDC_RP_CLIENT_ID/,
  },
  {
    what: 'client id that was not copied whole, refused in another language',
    settings: { OIDC_RP_CLIENT_ID: 'gatehous' },
    change: ({ farEnd, document }) =>
      farEnd.on(document.authorization_endpoint, () =>
        googleErrorAddress('invalid_client', 'Der OAuth-Client wurde nicht gefunden.'),
      ),
    check: 'client-id',
    fix: /whole client id.*OIDC_RP_CLIENT_ID/,
  },
  {
    what: 'client that was deleted',
    change: ({ farEnd, document }) =>
      farEnd.on(document.authorization_endpoint, () =>
        googleErrorAddress('deleted_client', 'The OAuth client was deleted.'),
      ),
    check: 'client-id',
    fix: /Create client/,
  },
  {
    what: 'wrong client secret',
    settings: { OIDC_RP_CLIENT_SECRET: 'GOCSPX-of-yesterday' },
    check: 'client-secret',
    fix: /Client secrets → Add secret.*OIDC_RP_CLIENT_SECRET/,
  },
  {
    what: 'issuer with a final slash',
    settings: { OIDC_OP_TYPE: undefined, OIDC_OP_URL: 'https://accounts.google.com/' },
    check: 'issuer',
    fix: /OIDC_OP_URL without a slash at the end: https:\/\/accounts\.google\.com$/,
  },
  {
    what: 'BASE_URL without https',
    settings: { BASE_URL: 'http://login.example.org' },
    check: 'settings',
    fix: /BASE_URL/,
  },
]
