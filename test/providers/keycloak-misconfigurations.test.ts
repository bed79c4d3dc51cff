/**
 * What operators get wrong with Keycloak, made wrong at a real one, each by itself: the diagnosis names it and nothing else.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { isHealthy } from '../../src/diagnosis/diagnose.ts'
import { expectNamed, type Misconfiguration } from '../support/misconfigurations.ts'
import { BASE_URL, CALLBACK, diagnosisAt, NOBODY_LISTENS } from './support/diagnosis.ts'
import type { KeycloakAddress } from './support/keycloak.ts'
import type { RealmAdmin, Representation } from './support/keycloak-admin.ts'
import { GATEHOUSE_CLIENT, makeRealm, type Realm } from './support/realm.ts'
import { keycloakAt } from './support/world.ts'

interface Case extends Misconfiguration {
  /** Settings of Gatehouse, on top of those that are right. */
  readonly settings?: (issuer: string) => Readonly<Record<string, string>>
  /** What is changed at Keycloak. */
  readonly change?: (admin: RealmAdmin) => Promise<void>
}

const client = (changes: Representation) => (admin: RealmAdmin) =>
  admin.changeClient(GATEHOUSE_CLIENT.clientId, changes)

const CASES: readonly Case[] = [
  {
    what: 'wrong client secret',
    settings: () => ({ OIDC_RP_CLIENT_SECRET: 'the-secret-of-yesterday' }),
    check: 'client-secret',
    fix: /Credentials/,
  },
  {
    what: 'client id that Keycloak does not know',
    settings: () => ({ OIDC_RP_CLIENT_ID: 'gatehose' }),
    check: 'client-id',
    fix: /OIDC_RP_CLIENT_ID|Client ID/,
  },
  {
    what: 'redirect URI registered without its final slash',
    change: client({ redirectUris: [CALLBACK.slice(0, -1)] }),
    check: 'redirect-uri',
    fix: /Valid redirect URIs/,
  },
  {
    what: 'redirect URI registered with https for http',
    change: client({ redirectUris: [CALLBACK.replace('http:', 'https:')] }),
    check: 'redirect-uri',
    fix: /Valid redirect URIs/,
  },
  {
    what: 'BASE_URL is another host than the one that is registered',
    settings: () => ({ BASE_URL: 'http://localhost:8998' }),
    check: 'redirect-uri',
    also: ['post-logout-uri'],
    fix: /Valid redirect URIs/,
  },
  {
    what: 'realm that does not exist',
    settings: (issuer) => ({ OIDC_OP_URL: `${issuer}-x` }),
    check: 'discovery',
    fix: /realm/i,
  },
  {
    what: 'realm in other letters',
    settings: (issuer) => ({ OIDC_OP_URL: issuer.replace('MISCONFIGURED', 'misconfigured') }),
    check: 'discovery',
    fix: /realm/i,
  },
  {
    what: 'issuer with a final slash',
    settings: (issuer) => ({ OIDC_OP_URL: `${issuer}/` }),
    check: 'issuer',
    fix: /slash|OIDC_OP_URL/,
  },
  {
    what: 'https for http in the issuer',
    settings: (issuer) => ({ OIDC_OP_URL: issuer.replace('http:', 'https:') }),
    check: 'discovery',
    fix: /http:|https|OIDC_OP_URL/,
  },
  {
    what: 'plain http for a provider that is not on this machine',
    settings: () => ({ OIDC_OP_URL: 'http://id.example.org/realms/main' }),
    check: 'settings',
    fix: /OIDC_OP_URL/,
  },
  {
    what: 'Keycloak is not running',
    settings: () => ({ OIDC_OP_URL: `${NOBODY_LISTENS}/realms/main` }),
    check: 'discovery',
    fix: /OIDC_OP_URL|reach/,
  },
  {
    what: 'realm switched off',
    change: (admin) => admin.changeRealm({ enabled: false }),
    check: 'authorization',
    also: ['client-secret'],
    fix: /realm/i,
  },
  {
    what: 'realm demands https of everybody',
    change: (admin) => admin.changeRealm({ sslRequired: 'all' }),
    check: 'discovery',
    fix: /Require SSL|https/,
  },
  {
    what: 'Keycloak calls itself by another host',
    change: (admin) => admin.changeRealm({ attributes: { frontendUrl: 'https://login.example.org' } }),
    check: 'issuer',
    fix: /hostname|OIDC_OP_URL/i,
  },
  {
    what: 'client switched off',
    change: client({ enabled: false }),
    check: 'client-id',
    fix: /enable/i,
  },
  {
    what: 'standard flow off',
    change: client({ standardFlowEnabled: false }),
    check: 'authorization',
    fix: /Standard flow/i,
  },
  {
    what: 'PKCE method "plain" demanded of the client',
    change: client({ attributes: { 'pkce.code.challenge.method': 'plain' } }),
    check: 'pkce',
    fix: /S256/,
  },
  {
    what: 'scope that the client does not have',
    settings: () => ({ OIDC_RP_SCOPES: 'openid email payroll' }),
    check: 'scopes',
    fix: /payroll|Client scopes/,
  },
  {
    what: 'client authenticates by signed JWT, and Gatehouse by secret',
    change: client({ clientAuthenticatorType: 'client-jwt' }),
    check: 'client-secret',
    fix: /Client Authenticator|OIDC_RP_TOKEN_AUTH_METHOD|authenticat/i,
  },
  {
    what: 'post-logout redirect URI not registered',
    change: client({ attributes: { 'post.logout.redirect.uris': 'http://localhost:8999/elsewhere' } }),
    check: 'post-logout-uri',
    fix: /post logout redirect URIs/i,
  },
  {
    what: 'keys cannot be had',
    settings: () => ({ OIDC_OP_JWKS_ENDPOINT: `${NOBODY_LISTENS}/certs` }),
    check: 'keys',
    fix: /OIDC_OP_JWKS_ENDPOINT/,
  },
  {
    what: 'address of the keys misspelt',
    settings: (issuer) => ({ OIDC_OP_JWKS_ENDPOINT: `${issuer}/protocol/openid-connect/cert` }),
    check: 'keys',
    fix: /OIDC_OP_JWKS_ENDPOINT/,
  },
  {
    what: 'algorithm for which Keycloak has no key',
    settings: () => ({ OIDC_RP_SIGN_ALGO: 'ES256' }),
    check: 'algorithm',
    fix: /OIDC_RP_SIGN_ALGO/,
  },
  {
    what: 'token endpoint misspelt',
    settings: (issuer) => ({ OIDC_OP_TOKEN_ENDPOINT: `${issuer}/protocol/openid-connect/tokens` }),
    check: 'endpoint-token',
    fix: /OIDC_OP_TOKEN_ENDPOINT/,
  },
  {
    what: 'userinfo endpoint misspelt',
    settings: (issuer) => ({ OIDC_OP_USER_ENDPOINT: `${issuer}/protocol/openid-connect/user` }),
    check: 'endpoint-userinfo',
    fix: /OIDC_OP_USER_ENDPOINT/,
  },

  {
    what: 'introspection without the asking client in the audience (Keycloak 26.6.2 and later)',
    settings: () => ({ OIDC_RS_CLIENT_ID: 'Controller', OIDC_RS_CLIENT_SECRET: 'controller-secret-of-the-tests' }),
    check: 'introspection',
    fix: /audience/i,
  },
  {
    what: 'client secret forgotten',
    settings: () => ({ OIDC_RP_CLIENT_SECRET: '' }),
    check: 'settings',
    fix: /OIDC_RP_CLIENT_SECRET/,
  },
]

const { keycloak: missing } = inject('missing')

describe.skipIf(missing !== null)('with a real Keycloak, the diagnosis', () => {
  let keycloak: KeycloakAddress
  let realm: Realm | undefined
  beforeAll(async () => {
    keycloak = await keycloakAt('')
  })
  afterAll(() => realm?.admin.remove().catch(() => {}))

  async function diagnosisOf({ settings, change }: Partial<Case>) {
    const { issuer, admin } = await makeRealm(keycloak, BASE_URL, `MISCONFIGURED-${crypto.randomUUID().slice(0, 8)}`)
    try {
      await change?.(admin)
      return await diagnosisAt(issuer, settings?.(issuer))
    } finally {
      await admin.remove()
    }
  }

  it('finds nothing wrong where nothing is', async () => {
    const checks = await diagnosisOf({})
    expect(checks.filter(({ result }) => result === 'fail')).toEqual([])
    expect(isHealthy(checks)).toBe(true)
  })

  it.for(CASES)('names: $what', async (injected, context) => {
    expectNamed(await diagnosisOf(injected), injected, { provider: 'keycloak', how: 'real' }, context)
  })
})

describe.skipIf(missing !== null).each([
  ['', '/auth', 'issuer with a path /auth that Keycloak does not have'],
  ['/auth', '', 'issuer without the path /auth that Keycloak has'],
] as const)('with a real Keycloak at the path "%s", the diagnosis', (path, written, what) => {
  it(`names: ${what}`, async (context) => {
    const keycloak = await keycloakAt(path)
    const { issuer, admin } = await makeRealm(keycloak, BASE_URL, 'OTHER-PATH')
    const wrong = issuer.replace(keycloak.baseUrl, new URL(keycloak.baseUrl).origin + written)
    try {
      const checks = await diagnosisAt(issuer, { OIDC_OP_URL: wrong })
      expectNamed(
        checks,
        { what, check: 'discovery', fix: /OIDC_OP_URL to \S+\/realms\// },
        { provider: 'keycloak', how: 'real' },
        context,
      )
    } finally {
      await admin.remove()
    }
  })
})
