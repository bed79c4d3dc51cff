/**
 * Whose people a provider of the settings still has, when its id may have been given to another since: decided without asking anyone.
 */
import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { createProvider } from '../../src/oidc/provider.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createFarEnd, json } from '../support/far-end.ts'

const TENANT = '11111111-1111-1111-1111-111111111111'
const OTHER_TENANT = '22222222-2222-2222-2222-222222222222'
const MICROSOFT = 'https://login.microsoftonline.com'
const AUTHENTIK = 'https://auth.example'

type Settings = Readonly<Record<string, unknown>>

function world(settings: Settings) {
  const farEnd = createFarEnd()
  const { config } = loadConfig({
    BASE_URL: 'https://gate.example.com',
    GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
    OIDC_RP_CLIENT_ID: 'gatehouse',
    OIDC_RP_CLIENT_SECRET: 'client-secret',
    ...settings,
  })
  const cache = { get: async () => null, put: async () => {} }
  const ports = { fetch: farEnd.fetch, cache, clock: createFakeClock(), log: () => {} }
  const [first] = config.providers
  return { farEnd, provider: createProvider(first, ports) }
}

const plain = { OIDC_OP_URL: 'https://idp.example' }
const tenant = { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: TENANT }
const several = { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: 'organizations', OIDC_OP_ALLOWED_TENANTS: TENANT }
const google = { OIDC_OP_TYPE: 'google' }
const authentik = { OIDC_OP_TYPE: 'authentik', OIDC_OP_BASE_URL: AUTHENTIK, OIDC_OP_SLUG: 'gate' }
const opentalk = {
  OIDC_OP_URL: 'https://inner.example/realms/a',
  'oidc.authority': undefined,
  oidc: {
    authority: 'https://inner.example/realms/a',
    frontend: { authority: 'https://outer.example/realms/a', client_id: 'frontend' },
    controller: { authority: 'https://inner.example/realms/a', client_id: 'gatehouse', client_secret: 'client-secret' },
  },
}

it.each<[string, Settings, string, boolean]>([
  ['the issuer of the settings', plain, 'https://idp.example', true],
  ['another issuer', plain, 'https://former.example', false],
  ['the same issuer with a final slash, which is another', plain, 'https://idp.example/', false],
  ['the tenant of the settings', tenant, `${MICROSOFT}/${TENANT}/v2.0`, true],
  ['another tenant', tenant, `${MICROSOFT}/${OTHER_TENANT}/v2.0`, false],
  ['a tenant that may come in, of several', several, `${MICROSOFT}/${TENANT}/v2.0`, true],
  ['one that no longer may', several, `${MICROSOFT}/${OTHER_TENANT}/v2.0`, false],
  ['Google', google, 'https://accounts.google.com', true],
  ['Google without a scheme', google, 'accounts.google.com', true],
  ['someone else than Google', google, 'https://accounts.google.com.example', false],
  ['authentik with an issuer for each provider', authentik, `${AUTHENTIK}/application/o/gate/`, true],
  ['authentik with one issuer for all', authentik, `${AUTHENTIK}/`, true],
  ['another application of authentik', authentik, `${AUTHENTIK}/application/o/other/`, false],
])('people of %s', (_, settings, issuer, isTheirs) => {
  const { provider, farEnd } = world(settings)
  expect(provider.stillIssues(issuer)).toBe(isTheirs)
  expect(farEnd.journal).toEqual([])
})

it('people of a second authority of the settings', () => {
  const { provider } = world(opentalk)
  expect(provider.stillIssues('https://outer.example/realms/a')).toBe(true)
  expect(provider.stillIssues('https://inner.example/realms/a')).toBe(true)
  expect(provider.stillIssues('https://inner.example/realms/b')).toBe(false)
})

it('where the settings name no issuer, people stay until metadata at hand name another', async () => {
  const endpoints = {
    authorization_endpoint: 'https://idp.example/authorize',
    token_endpoint: 'https://idp.example/token',
    userinfo_endpoint: 'https://idp.example/userinfo',
    jwks_uri: 'https://idp.example/jwks',
  }
  const { provider, farEnd } = world({
    OIDC_OP_AUTHORIZATION_ENDPOINT: endpoints.authorization_endpoint,
    OIDC_OP_TOKEN_ENDPOINT: endpoints.token_endpoint,
    OIDC_OP_USER_ENDPOINT: endpoints.userinfo_endpoint,
    OIDC_OP_JWKS_ENDPOINT: endpoints.jwks_uri,
  })
  farEnd.on('https://idp.example/.well-known/openid-configuration', () =>
    json({ issuer: 'https://idp.example', ...endpoints }),
  )
  const people = () => [provider.stillIssues('https://idp.example'), provider.stillIssues('https://former.example')]
  expect(people()).toEqual([true, true])
  expect(farEnd.journal).toEqual([])
  expect(await provider.issuer()).toBe('https://idp.example')
  const calls = farEnd.journal.length
  expect(people()).toEqual([true, false])
  expect(farEnd.journal).toHaveLength(calls)
})
