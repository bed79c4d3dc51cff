/**
 * What is wrong between Gatehouse and a provider of any type, or in front of it.
 */

import { page, publish, redirect, sentBack } from '../../support/emulations/refusing.ts'
import { json } from '../../support/far-end.ts'
import type { Mistake } from './mistake.ts'

const DISCOVERY = 'https://id.example.org/.well-known/openid-configuration'

/** As Node says it. */
function unreachable(code: string): never {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) })
}

export const anyMistakes: readonly Mistake[] = [
  {
    what: 'keys out of reach',
    change: ({ farEnd, document }) => farEnd.on(document.jwks_uri, () => unreachable('ECONNREFUSED')),
    check: 'keys',
    fix: /discovery document.*reached there/,
  },
  {
    what: 'a sign-in page in place of the discovery document',
    change: ({ farEnd }) => farEnd.on(DISCOVERY, () => page(200, '<h1>Please sign in</h1>')),
    check: 'discovery',
    fix: /OIDC_OP_URL/,
  },
  {
    what: 'discovery document moved',
    change: ({ farEnd }) => farEnd.on(DISCOVERY, () => redirect('https://login.example.com/')),
    check: 'discovery',
    fix: /OIDC_OP_URL to the final address/,
  },
  {
    what: 'certificate that has expired',
    change: ({ farEnd }) => farEnd.on(DISCOVERY, () => unreachable('CERT_HAS_EXPIRED')),
    check: 'discovery',
    fix: /certificate that everybody trusts/,
  },
  {
    what: 'host name that does not exist',
    settings: { OIDC_OP_URL: 'https://idd.example.org' },
    change: ({ farEnd }) =>
      farEnd.on('https://idd.example.org/.well-known/openid-configuration', () => unreachable('ENOTFOUND')),
    check: 'discovery',
    fix: /host in OIDC_OP_URL/,
  },
  {
    what: 'clock of the provider five minutes fast',
    change({ farEnd, document }) {
      const date = () => new Date(Date.now() + 300_000).toUTCString()
      farEnd.on(DISCOVERY, () => Response.json(document, { headers: { date: date() } }))
    },
    check: 'clock',
    fix: /NTP/,
  },
  {
    what: 'provider that calls itself http behind its proxy',
    change: ({ farEnd, document }) =>
      publish(farEnd, document.issuer, JSON.parse(JSON.stringify(document).replaceAll('https:', 'http:'))),
    check: 'issuer',
    fix: /X-Forwarded-Proto/,
  },
  {
    what: 'endpoints with http behind a proxy',
    change: ({ farEnd, document }) =>
      publish(farEnd, document.issuer, {
        ...document,
        token_endpoint: document.token_endpoint.replace('https:', 'http:'),
      }),
    check: 'metadata',
    fix: /X-Forwarded-Proto/,
  },
  {
    what: 'algorithm for which the provider has no key',
    settings: { OIDC_RP_SIGN_ALGO: 'ES256' },
    check: 'algorithm',
    fix: /OIDC_RP_SIGN_ALGO to RS256/,
  },
  {
    what: 'algorithm beside which the provider lists none',
    settings: { OIDC_RP_SIGN_ALGO: 'ES256' },
    change: ({ farEnd, document }) =>
      publish(farEnd, document.issuer, { ...document, id_token_signing_alg_values_supported: ['none', 'RS256'] }),
    check: 'algorithm',
    fix: /^Set OIDC_RP_SIGN_ALGO to RS256, or/,
  },
  {
    what: 'provider that lists no signature at all',
    change: ({ farEnd, document }) =>
      publish(farEnd, document.issuer, { ...document, id_token_signing_alg_values_supported: ['none'] }),
    check: 'algorithm',
    fix: /^Let it sign ID tokens with RS256/,
  },
  {
    what: 'proxy before the token endpoint that does not reach it',
    change: ({ farEnd, document }) => farEnd.on(document.token_endpoint, () => page(502, 'Bad Gateway')),
    check: 'endpoint-token',
    fix: /discovery document.*reached there/,
  },
  {
    what: 'another path of the provider in place of the token endpoint',
    change: ({ farEnd, document }) =>
      farEnd.on(document.token_endpoint, () => json({ error: 'Unable to find matching target resource method' }, 404)),
    check: 'endpoint-token',
    fix: /discovery document/,
  },
  {
    what: 'userinfo out of reach',
    change: ({ farEnd, document }) => farEnd.on(document.userinfo_endpoint, () => unreachable('ECONNRESET')),
    check: 'endpoint-userinfo',
    fix: /discovery document.*reached there/,
  },
  {
    what: 'PKCE with S256 not offered',
    change: ({ farEnd, document }) =>
      publish(farEnd, document.issuer, { ...document, code_challenge_methods_supported: ['plain'] }),
    check: 'pkce',
    fix: /S256/,
  },
  {
    what: 'only keys for encryption are shown',
    change: ({ farEnd, document }) =>
      farEnd.on(document.jwks_uri, () => json({ keys: [{ kty: 'RSA', use: 'enc', n: 'n', e: 'AQAB' }] })),
    check: 'keys',
    fix: /key that signs/,
  },
  {
    what: 'redirect URI not registered, answered with a bare page of status 403',
    registered: { redirectUris: ['https://elsewhere.example.org/'] },
    change: ({ farEnd, document }) =>
      farEnd.on(document.authorization_endpoint, (asked) =>
        page(asked.searchParams.get('client_id') === 'gatehouse' ? 403 : 400, 'Forbidden'),
      ),
    check: 'redirect-uri',
    fix: /^Compare .*redirect.* with the address/i,
  },
  {
    what: 'redirect URI not registered, answered with the same page of status 403 for any client, and with unauthorized_client at the token endpoint',
    change({ farEnd, document }) {
      farEnd.on(document.authorization_endpoint, () => page(403, 'Forbidden'))
      farEnd.on(document.token_endpoint, () => json({ error: 'unauthorized_client' }, 403))
    },
    check: 'redirect-uri',
    fix: /redirect.*OIDC_RP_CLIENT_ID/i,
  },
  {
    what: 'provider that is out of order (status 500)',
    change: ({ farEnd }) => farEnd.on(DISCOVERY, () => page(500, 'Internal Server Error')),
    check: 'discovery',
    fix: /^The provider is out of order.*No setting of Gatehouse is wrong/,
  },
  {
    what: 'gateway before the provider that does not reach it (status 503)',
    change: ({ farEnd }) => farEnd.on(DISCOVERY, () => page(503, 'Service Unavailable')),
    check: 'discovery',
    fix: /^The provider is out of order, or something before it is \(status 503\)/,
  },
  {
    what: 'keys that the provider cannot show (status 500)',
    change: ({ farEnd, document }) => farEnd.on(document.jwks_uri, () => json({ error: 'server_error' }, 500)),
    check: 'keys',
    fix: /^The provider is out of order/,
  },
  {
    what: 'a sign-in page of a proxy in place of userinfo',
    change: ({ farEnd, document }) => farEnd.on(document.userinfo_endpoint, () => page(200, 'Please sign in')),
    check: 'endpoint-userinfo',
    fix: /^Look what stands before the provider there/,
  },
  {
    what: 'wrong client secret, reported with status 200',
    registered: { clientSecret: 'another-secret' },
    change: ({ farEnd, document }) =>
      farEnd.on(document.token_endpoint, () => json({ error: 'invalid_client', error_description: 'no' }, 200)),
    check: 'client-secret',
    fix: /OIDC_RP_CLIENT_SECRET/,
  },
  {
    what: 'wrong client secret, reported only by status 401 and a header',
    registered: { clientSecret: 'another-secret' },
    change: ({ farEnd, document }) =>
      farEnd.on(
        document.token_endpoint,
        () => new Response('Unauthorized', { status: 401, headers: { 'www-authenticate': 'Basic realm="token"' } }),
      ),
    check: 'client-secret',
    fix: /OIDC_RP_CLIENT_SECRET/,
  },
  {
    what: 'a proxy with a password of its own before the token endpoint',
    change: ({ farEnd, document }) => farEnd.on(document.token_endpoint, () => page(401, 'Authorization Required')),
    check: 'endpoint-token',
    fix: /discovery document.*reached there/,
  },
  {
    what: 'redirect URI not registered, answered with a redirect to an error page, and with unauthorized_client at the token endpoint',
    registered: { redirectUris: ['https://elsewhere.example.org/'] },
    change({ farEnd, document }) {
      farEnd.on(document.authorization_endpoint, () => redirect('https://id.example.org/home/error?errorId=CfDJ8'))
      farEnd.on(document.token_endpoint, () => json({ error: 'unauthorized_client' }, 400))
    },
    check: 'redirect-uri',
    fix: /redirect.*with the address/i,
  },
  {
    what: 'provider that is out of order while its issuer is looked for by the endpoints in the settings',
    settings: {
      OIDC_OP_URL: undefined,
      OIDC_OP_AUTHORIZATION_ENDPOINT: 'https://id.example.org/authorize',
      OIDC_OP_TOKEN_ENDPOINT: 'https://id.example.org/token',
      OIDC_OP_USER_ENDPOINT: 'https://id.example.org/userinfo',
      OIDC_OP_JWKS_ENDPOINT: 'https://id.example.org/keys',
    },
    change: ({ farEnd }) => farEnd.on(DISCOVERY, () => page(500, 'Internal Server Error')),
    check: 'discovery',
    fix: /^The provider is out of order.*No setting of Gatehouse is wrong/,
  },
  {
    what: 'gateway before the end-session endpoint that does not reach it',
    change({ farEnd, document }) {
      const end_session_endpoint = `${document.issuer}/logout`
      publish(farEnd, document.issuer, { ...document, end_session_endpoint })
      farEnd.on(end_session_endpoint, () => page(503, 'Service Unavailable'))
    },
    check: 'post-logout-uri',
    fix: /^The provider is out of order/,
  },
  {
    what: 'request that the provider refuses, whether or not it may show its sign-in page',
    change: ({ farEnd, document }) =>
      farEnd.on(document.authorization_endpoint, (asked) => sentBack(asked, { error: 'invalid_request' })),
    check: 'authorization',
    fix: /log of the provider/,
  },
  {
    what: 'gateway before the authorization endpoint that does not reach it',
    change: ({ farEnd, document }) => farEnd.on(document.authorization_endpoint, () => page(503, 'no')),
    check: 'endpoint-authorization',
    fix: /^The provider is out of order/,
  },
  {
    what: 'firewall that keeps Gatehouse from the discovery document',
    change: ({ farEnd }) => farEnd.on(DISCOVERY, () => page(403, 'Forbidden')),
    check: 'discovery',
    fix: /^Let Gatehouse through there/,
  },
]
