/**
 * What must be said of a provider because of its type, and what must not be said of any other.
 */
import { describe, expect, it } from 'vitest'
import { ConfigurationError, loadConfig } from '../../src/config/load.ts'

const OWN = {
  BASE_URL: 'https://gate.example.com',
  GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
  OIDC_RP_CLIENT_ID: 'gatehouse',
  OIDC_RP_CLIENT_SECRET: 'client-secret',
}
const TENANT = '88888888-8888-8888-8888-888888888888'

function problemsOf(settings: Readonly<Record<string, unknown>>): string[] {
  try {
    loadConfig({ ...OWN, ...settings })
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(({ name, problem }) => `${name} ${problem}`)
    throw error
  }
}

function providerOf(settings: Readonly<Record<string, unknown>>) {
  return loadConfig({ ...OWN, ...settings }).config.providers[0]
}

describe('an Entra ID that serves several tenants', () => {
  const endpoint = (path: string) => `https://login.microsoftonline.com/organizations/${path}`
  const SEVERAL = [
    { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: 'organizations' },
    { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: 'common' },
    { OIDC_OP_URL: 'https://login.microsoftonline.us/organizations/v2.0' },
    {
      OIDC_OP_AUTHORIZATION_ENDPOINT: endpoint('oauth2/v2.0/authorize'),
      OIDC_OP_TOKEN_ENDPOINT: endpoint('oauth2/v2.0/token'),
      OIDC_OP_JWKS_ENDPOINT: endpoint('discovery/v2.0/keys'),
    },
  ]

  it.each(SEVERAL)('must be told whose people may come in: %j', (settings) => {
    expect(problemsOf(settings)).toEqual([
      expect.stringMatching(/^OIDC_OP_ALLOWED_TENANTS is not set, and .* or \* for all$/),
    ])
  })

  it.each(SEVERAL)('is told by the ids of their tenants, or by *: %j', (settings) => {
    expect(problemsOf({ ...settings, OIDC_OP_ALLOWED_TENANTS: '*' })).toEqual([])
    const { allowedTenants } = providerOf({ ...settings, OIDC_OP_ALLOWED_TENANTS: TENANT.toUpperCase() })
    expect(allowedTenants).toEqual([TENANT])
  })

  it('brings one problem, not two, when that cannot be read', () => {
    const settings = { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: 'common', OIDC_OP_ALLOWED_TENANTS: 'contoso.com' }
    expect(problemsOf(settings)).toEqual([expect.stringContaining('OIDC_OP_ALLOWED_TENANTS must be')])
  })

  it.each([TENANT, 'consumers'])('is not the one of %s', (tenant) => {
    expect(problemsOf({ OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: tenant })).toEqual([])
  })

  it('is not another provider that has such a path', () => {
    expect(problemsOf({ OIDC_OP_URL: 'https://idp.example/organizations/v2.0' })).toEqual([])
  })
})

describe('an Entra ID of version 1', () => {
  it('is refused, with the address of version 2', () => {
    expect(problemsOf({ OIDC_OP_URL: `https://sts.windows.net/${TENANT}/` })).toEqual([
      expect.stringMatching(/^OIDC_OP_URL is of version 1 .* https:\/\/login\.microsoftonline\.com\/TENANT\/v2\.0/),
    ])
  })
})

describe('a setting that keeps people out', () => {
  it.each([
    ['OIDC_OP_ALLOWED_TENANTS', TENANT, 'entra'],
    ['OIDC_OP_HOSTED_DOMAINS', 'example.org', 'google'],
  ])('%s is refused where nothing would come of it', (name, value, type) => {
    expect(problemsOf({ OIDC_OP_URL: 'https://idp.example', [name]: value })).toEqual([
      `${name} is for a provider of type ${type}, and this one is generic`,
    ])
  })

  it('may have several domains, in any letter case', () => {
    const { hostedDomains } = providerOf({
      OIDC_OP_TYPE: 'google',
      OIDC_OP_HOSTED_DOMAINS: 'Example.org school.example.org',
    })
    expect(hostedDomains).toEqual(['example.org', 'school.example.org'])
  })
})

describe('scopes that are not set', () => {
  it('are those of every application at ProConnect, and left to the metadata elsewhere', () => {
    const { scopes } = providerOf({ OIDC_OP_TYPE: 'proconnect', OIDC_OP_DOMAIN: 'auth.agentconnect.gouv.fr' })
    expect(scopes).toEqual(['openid', 'given_name', 'usual_name', 'email', 'uid', 'siret', 'idp_id'])
    expect(providerOf({ OIDC_OP_TYPE: 'google' }).scopes).toBeUndefined()
  })

  it('are those of the settings when they are set', () => {
    const settings = { OIDC_OP_TYPE: 'proconnect', OIDC_OP_DOMAIN: 'auth.agentconnect.gouv.fr' }
    expect(providerOf({ ...settings, OIDC_RP_SCOPES: 'openid' }).scopes).toEqual(['openid'])
  })
})
