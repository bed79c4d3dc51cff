/**
 * What is wrong between Gatehouse and a provider of any type, or in front of it.
 */

import { page, publish, redirect } from '../../support/emulations/refusing.ts'
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
    what: 'proxy before the token endpoint that does not reach it',
    change: ({ farEnd, document }) => farEnd.on(document.token_endpoint, () => page(502, 'Bad Gateway')),
    check: 'endpoint-token',
    fix: /discovery document.*reached there/,
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
]
