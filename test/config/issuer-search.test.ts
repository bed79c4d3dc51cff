/**
 * Providers that are known by their endpoints alone, as in La Suite's environments: their type, and where their issuer may be.
 */
import { describe, expect, it } from 'vitest'
import { issuerPlaces, typeOfEndpoints } from '../../src/config/issuer-search.ts'
import { ConfigurationError, loadConfig } from '../../src/config/load.ts'

function endpoints(jwks: string, authorization: string) {
  return {
    OIDC_OP_JWKS_ENDPOINT: jwks,
    OIDC_OP_AUTHORIZATION_ENDPOINT: authorization,
    OIDC_OP_TOKEN_ENDPOINT: 'https://idp.example/token',
  }
}

const REALM = 'https://keycloak.example.org/auth/realms/meet'
const KEYCLOAK = endpoints(`${REALM}/protocol/openid-connect/certs`, `${REALM}/protocol/openid-connect/auth`)
const AUTHENTIK = endpoints(
  'https://authentik.example.org/application/o/meet/jwks/',
  'https://authentik.example.org/application/o/authorize/',
)
const GOOGLE = endpoints('https://www.googleapis.com/oauth2/v3/certs', 'https://accounts.google.com/o/oauth2/v2/auth')
const MICROSOFT = 'https://login.microsoftonline.com/organizations'
const ENTRA = endpoints(`${MICROSOFT}/discovery/v2.0/keys`, `${MICROSOFT}/oauth2/v2.0/authorize`)
const PROCONNECT = endpoints(
  'https://auth.agentconnect.gouv.fr/api/v2/jwks',
  'https://auth.agentconnect.gouv.fr/api/v2/authorize',
)
const OTHER = endpoints('https://keys.example/a/b/keys?v=1', 'https://idp.example/c/authorize')

const OWN = {
  BASE_URL: 'https://gate.example.com',
  GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
  OIDC_RP_CLIENT_ID: 'gatehouse',
  OIDC_RP_CLIENT_SECRET: 'client-secret',
}

describe('a provider that is known by its endpoints', () => {
  it.each([
    ['keycloak', KEYCLOAK, REALM],
    ['authentik', AUTHENTIK, 'https://authentik.example.org/application/o/meet'],
    ['google', GOOGLE, 'https://accounts.google.com'],
    ['entra', ENTRA, `${MICROSOFT}/v2.0`],
    ['proconnect', PROCONNECT, 'https://auth.agentconnect.gouv.fr/api/v2'],
    ['generic', OTHER, 'https://keys.example/a/b'],
  ])('is of type %s and looked for first where that type has its issuer', (type, settings, first) => {
    expect(typeOfEndpoints(settings)).toBe(type)
    expect(issuerPlaces(settings)[0]).toBe(first)
  })

  it('may be at each parent path of its keys and its authorization endpoint, the longest first', () => {
    expect(issuerPlaces(OTHER)).toEqual([
      'https://keys.example/a/b',
      'https://keys.example/a',
      'https://idp.example/c',
      'https://keys.example',
      'https://idp.example',
    ])
  })

  it('costs ten calls at most, however long its paths are', () => {
    expect(issuerPlaces(endpoints(`https://idp.example/${'a/'.repeat(99)}keys`, 'https://idp.example/b'))).toHaveLength(
      10,
    )
  })

  it('needs no OIDC_OP_URL and is called by its type', () => {
    const [provider] = loadConfig({ ...OWN, ...KEYCLOAK }).config.providers
    expect(provider).toMatchObject({ OIDC_OP_TYPE: 'keycloak', name: 'Keycloak', OIDC_OP_URL: undefined })
  })

  it('needs none in a table either, and is called by its host when its type is not told', () => {
    const table = {
      id: 'work',
      client_id: 'gatehouse',
      authorization_endpoint: OTHER.OIDC_OP_AUTHORIZATION_ENDPOINT,
      token_endpoint: OTHER.OIDC_OP_TOKEN_ENDPOINT,
      jwks_endpoint: OTHER.OIDC_OP_JWKS_ENDPOINT,
    }
    const env = { ...OWN, OIDC_RP_CLIENT_ID: undefined, OIDC_RP_CLIENT_SECRET: undefined, OIDC_PROVIDERS: [table] }
    const { providers } = loadConfig({ ...env, OIDC_PROVIDERS_WORK_CLIENT_SECRET: 'client-secret' }).config
    expect(providers).toMatchObject([{ id: 'work', name: 'idp.example', OIDC_OP_TYPE: 'generic' }])
  })

  it.each(Object.keys(KEYCLOAK))('needs OIDC_OP_URL without %s', (missing) => {
    expect(() => loadConfig({ ...OWN, ...KEYCLOAK, [missing]: undefined })).toThrow(ConfigurationError)
    expect(() => loadConfig({ ...OWN, ...KEYCLOAK, [missing]: undefined })).toThrow('OIDC_OP_URL is not set')
  })

  it('keeps an OIDC_OP_URL that is set, whatever its endpoints say', () => {
    const [provider] = loadConfig({ ...OWN, ...KEYCLOAK, OIDC_OP_URL: 'https://idp.example' }).config.providers
    expect(provider).toMatchObject({ OIDC_OP_TYPE: 'generic', OIDC_OP_URL: 'https://idp.example' })
  })
})
