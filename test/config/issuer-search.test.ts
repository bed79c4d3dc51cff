/**
 * Providers that are known by their endpoints alone, as in La Suite's environments: their type, and where their issuer may be.
 */
import { describe, expect, it } from 'vitest'
import { issuerPlaces, typeOfEndpoints } from '../../src/config/issuer-search.ts'
import { ConfigurationError, loadConfig } from '../../src/config/load.ts'

function endpoints(jwks: string, authorization: string) {
  return {
    jwksUri: jwks,
    authorizationEndpoint: authorization,
    tokenEndpoint: 'https://idp.example/token',
  }
}

/** The same as an operator sets them. */
const variables = ({ jwksUri, authorizationEndpoint, tokenEndpoint }: ReturnType<typeof endpoints>) => ({
  OIDC_OP_JWKS_ENDPOINT: jwksUri,
  OIDC_OP_AUTHORIZATION_ENDPOINT: authorizationEndpoint,
  OIDC_OP_TOKEN_ENDPOINT: tokenEndpoint,
})

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
    const [provider] = loadConfig({ ...OWN, ...variables(KEYCLOAK) }).config.providers
    expect(provider).toMatchObject({ type: 'keycloak', name: 'Keycloak', issuer: undefined })
  })

  it('needs none in a table either, and is called by its host when its type is not told', () => {
    const table = {
      id: 'work',
      client_id: 'gatehouse',
      authorization_endpoint: OTHER.authorizationEndpoint,
      token_endpoint: OTHER.tokenEndpoint,
      jwks_endpoint: OTHER.jwksUri,
    }
    const env = { ...OWN, OIDC_RP_CLIENT_ID: undefined, OIDC_RP_CLIENT_SECRET: undefined, OIDC_PROVIDERS: [table] }
    const { providers } = loadConfig({ ...env, OIDC_PROVIDERS_WORK_CLIENT_SECRET: 'client-secret' }).config
    expect(providers).toMatchObject([{ id: 'work', name: 'idp.example', type: 'generic' }])
  })

  it.each(Object.keys(variables(KEYCLOAK)))('needs OIDC_OP_URL without %s', (missing) => {
    expect(() => loadConfig({ ...OWN, ...variables(KEYCLOAK), [missing]: undefined })).toThrow(ConfigurationError)
    expect(() => loadConfig({ ...OWN, ...variables(KEYCLOAK), [missing]: undefined })).toThrow('OIDC_OP_URL is not set')
  })

  it('keeps an OIDC_OP_URL that is set, whatever its endpoints say', () => {
    const [provider] = loadConfig({ ...OWN, ...variables(KEYCLOAK), OIDC_OP_URL: 'https://idp.example' }).config
      .providers
    expect(provider).toMatchObject({ type: 'generic', issuer: 'https://idp.example' })
  })
})

describe('the endpoints of Azure AD B2C', () => {
  const AT = 'https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_sign_in'
  const B2C = {
    BASE_URL: 'https://gate.example.com',
    GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
    OIDC_RP_CLIENT_ID: 'gatehouse',
    OIDC_RP_CLIENT_SECRET: 'client-secret',
    OIDC_OP_AUTHORIZATION_ENDPOINT: `${AT}/oauth2/v2.0/authorize`,
    OIDC_OP_TOKEN_ENDPOINT: `${AT}/oauth2/v2.0/token`,
    OIDC_OP_JWKS_ENDPOINT: `${AT}/discovery/v2.0/keys`,
  }

  it('do not lead to an issuer, so a missing OIDC_OP_URL is a problem at start-up', () => {
    expect(() => loadConfig(B2C)).toThrow(/OIDC_OP_URL/)
  })

  it.each([
    'https://login.contoso.example/contoso.onmicrosoft.com/B2C_1A_sign_in/oauth2/v2.0/authorize',
    'https://login.contoso.example/contoso.onmicrosoft.com/oauth2/v2.0/authorize?p=b2c_1_sign_in',
  ])('do not lead to an issuer under a domain of the tenant either: %s', (OIDC_OP_AUTHORIZATION_ENDPOINT) => {
    expect(() => loadConfig({ ...B2C, OIDC_OP_AUTHORIZATION_ENDPOINT })).toThrow(/OIDC_OP_URL/)
  })

  it('suffice together with the issuer', () => {
    const issuer = 'https://contoso.b2clogin.com/88888888-8888-8888-8888-888888888888/v2.0/'
    expect(loadConfig({ ...B2C, OIDC_OP_URL: issuer }).config.providers[0].issuer).toBe(issuer)
  })
})
