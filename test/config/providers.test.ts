/**
 * Where providers stand in the settings, what their type decides, and which slips of the pen are told.
 */
import { describe, expect, it } from 'vitest'
import { ConfigurationError, loadConfig, type Problem } from '../../src/config/load.ts'

const OWN = { BASE_URL: 'https://gate.example.com', GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more' }
const FLAT = { OIDC_OP_URL: 'https://idp.example', OIDC_RP_CLIENT_ID: 'flat', OIDC_RP_CLIENT_SECRET: 'FLAT-MARKER' }
const TABLE = { id: 'work', url: 'https://work.example', client_id: 'gatehouse' }
const SECRET = { OIDC_PROVIDERS_WORK_CLIENT_SECRET: 'WORK-MARKER' }

type Settings = Readonly<Record<string, unknown>>

function providersOf(env: Settings) {
  return loadConfig({ ...OWN, ...env }).config.providers
}

function problemsOf(env: Settings): readonly Problem[] {
  try {
    loadConfig({ ...OWN, ...env })
    return []
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
}

function sentencesOf(env: Settings): string[] {
  return problemsOf(env).map(({ name, problem }) => `${name} ${problem}`)
}

describe('tables of OIDC_PROVIDERS', () => {
  it.each([
    ['as wrangler hands them over', [TABLE]],
    ['as JSON', JSON.stringify([TABLE])],
  ])('are read %s', (_, tables) => {
    const [work] = providersOf({ OIDC_PROVIDERS: tables, ...SECRET })
    expect(work).toMatchObject({
      id: 'work',
      name: 'work.example',
      issuer: 'https://work.example',
      clientId: 'gatehouse',
      clientSecret: 'WORK-MARKER',
    })
  })

  it('take every setting of a provider under its short name', () => {
    const table = {
      ...TABLE,
      name: 'Work',
      scopes: ['openid', 'email'],
      sign_algo: 'ES256',
      timeout: 9,
      use_par: true,
      auth_request_extra_params: { audience: 'x' },
      levels: 'low high',
    }
    expect(providersOf({ OIDC_PROVIDERS: [table], ...SECRET })[0]).toMatchObject({
      name: 'Work',
      scopes: ['openid', 'email'],
      idTokenAlgorithm: 'ES256',
      timeoutSeconds: 9,
      usePar: true,
      extraParameters: { audience: 'x' },
      levels: ['low', 'high'],
    })
  })

  it('come after the flat settings, in their own order', () => {
    const tables = [TABLE, { ...TABLE, id: 'home', url: 'https://home.example' }]
    const secrets = { ...SECRET, OIDC_PROVIDERS_HOME_CLIENT_SECRET: 'HOME-MARKER' }
    expect(providersOf({ ...FLAT, OIDC_PROVIDERS: tables, ...secrets }).map(({ id }) => id)).toEqual([
      'default',
      'work',
      'home',
    ])
  })

  it('have secrets of their own: no one is given the secret of another provider', () => {
    expect(sentencesOf({ ...FLAT, OIDC_PROVIDERS: [TABLE] })).toEqual(['OIDC_PROVIDERS_WORK_CLIENT_SECRET is not set'])
  })

  it('an empty list of tables, as development sets it, is none', () => {
    expect(providersOf({ ...FLAT, OIDC_PROVIDERS: '' })).toHaveLength(1)
  })

  it.each([
    ['a text', 'work'],
    ['JSON of something else', '{"id":"work"}'],
    ['a number', 5],
    ['an empty list', []],
  ])('are refused as %s', (_, tables) => {
    expect(problemsOf({ ...FLAT, OIDC_PROVIDERS: tables }).map(({ name }) => name)).toEqual(['OIDC_PROVIDERS'])
  })

  it.each([
    ['no id', undefined],
    ['', ''],
    ['Work', 'Work'],
    ['a path', 'a/b'],
    ['a number', 5],
    ['1st', '1st'],
  ])('need an id that fits into a path and the name of a secret: %s', (_, id) => {
    expect(sentencesOf({ ...FLAT, OIDC_PROVIDERS: [{ ...TABLE, id }] })).toEqual([
      'OIDC_PROVIDERS needs, in table 1, id, of a to z, 0 to 9 and _',
    ])
  })

  it('two of the same id are refused', () => {
    expect(sentencesOf({ OIDC_PROVIDERS: [TABLE, TABLE], ...SECRET })).toEqual([
      'OIDC_PROVIDERS has more than one provider with the id "work"',
    ])
  })

  it('a key that is no setting is refused, for what was meant would have no effect', () => {
    expect(sentencesOf({ OIDC_PROVIDERS: [{ ...TABLE, clientid: 'x' }], ...SECRET })).toEqual([
      'OIDC_PROVIDERS[work].clientid is no setting of a provider',
    ])
  })

  it('a wrong value is named as the operator wrote it', () => {
    expect(sentencesOf({ OIDC_PROVIDERS: [{ ...TABLE, sign_algo: 'RS265' }], ...SECRET })).toEqual([
      expect.stringMatching(/^OIDC_PROVIDERS\[work\]\.sign_algo must be one of .* \(it is "RS265"\)$/),
    ])
  })

  it('a flat setting that belongs to none of them is refused', () => {
    expect(sentencesOf({ OIDC_PROVIDERS: [TABLE], ...SECRET, OIDC_TIMEOUT: '9' })).toEqual([
      'OIDC_TIMEOUT stands beside OIDC_PROVIDERS and belongs to none of them; write it into its table as timeout',
    ])
  })

  it('no problem shows a secret', () => {
    const env = { OIDC_PROVIDERS: [{ ...TABLE, private_key: 'KEY-MARKER', client_id: '' }], ...SECRET }
    expect(problemsOf(env)).not.toEqual([])
    expect(JSON.stringify(problemsOf(env))).not.toMatch(/MARKER/)
  })

  it('the secret of a provider that there is not is told, for it has no effect', () => {
    const { warnings } = loadConfig({ ...OWN, ...FLAT, ...SECRET })
    expect(warnings).toEqual([expect.stringContaining('OIDC_PROVIDERS_WORK_CLIENT_SECRET is set')])
  })

  it('those that there are cause no warning', () => {
    expect(loadConfig({ ...OWN, ...FLAT, OIDC_PROVIDERS: [TABLE], ...SECRET }).warnings).toEqual([])
  })
})

const CLIENT = { OIDC_RP_CLIENT_ID: 'gatehouse', OIDC_RP_CLIENT_SECRET: 'client-secret' }

describe('the type of a provider', () => {
  it.each([
    ['keycloak', { OIDC_OP_BASE_URL: 'https://id.example', OIDC_OP_REALM: 'main' }, 'https://id.example/realms/main'],
    [
      'keycloak',
      { OIDC_OP_BASE_URL: 'https://id.example/auth/', OIDC_OP_REALM: 'My Realm' },
      'https://id.example/auth/realms/My%20Realm',
    ],
    [
      'authentik',
      { OIDC_OP_BASE_URL: 'https://id.example/', OIDC_OP_SLUG: 'meet' },
      'https://id.example/application/o/meet/',
    ],
    ['dex', { OIDC_OP_BASE_URL: 'https://id.example/dex' }, 'https://id.example/dex'],
    ['dex', { OIDC_OP_BASE_URL: 'https://id.example/dex/' }, 'https://id.example/dex/'],
    ['auth0', { OIDC_OP_DOMAIN: 'example.eu.auth0.com' }, 'https://example.eu.auth0.com/'],
    ['google', {}, 'https://accounts.google.com'],
    [
      'entra',
      { OIDC_OP_TENANT: '88888888-8888-8888-8888-888888888888' },
      'https://login.microsoftonline.com/88888888-8888-8888-8888-888888888888/v2.0',
    ],
    [
      'proconnect',
      { OIDC_OP_DOMAIN: 'fca.integ01.dev-agentconnect.fr' },
      'https://fca.integ01.dev-agentconnect.fr/api/v2',
    ],
    ['okta', { OIDC_OP_DOMAIN: 'acme.okta.com' }, 'https://acme.okta.com'],
    ['zitadel', { OIDC_OP_DOMAIN: 'login.example.org' }, 'https://login.example.org'],
    ['gitlab', { OIDC_OP_DOMAIN: 'git.example.org' }, 'https://git.example.org'],
  ])('%s makes the issuer of %j', (type, facts, issuer) => {
    const [provider] = providersOf({ ...CLIENT, OIDC_OP_TYPE: type, ...facts })
    expect([provider.type, provider.issuer]).toEqual([type, issuer])
  })

  it.each([
    ['https://id.example/realms/main', 'keycloak', 'Keycloak'],
    ['https://id.example/auth/realms/main', 'keycloak', 'Keycloak'],
    ['https://id.example/application/o/meet/', 'authentik', 'authentik'],
    ['https://id.example/dex', 'dex', 'Dex'],
    ['https://example.eu.auth0.com/', 'auth0', 'Auth0'],
    ['https://accounts.google.com', 'google', 'Google'],
    ['https://login.microsoftonline.com/88888888-8888-8888-8888-888888888888/v2.0', 'entra', 'Microsoft'],
    ['https://auth.agentconnect.gouv.fr/api/v2', 'proconnect', 'ProConnect'],
    ['https://acme.okta.com', 'okta', 'Okta'],
    ['https://acme.oktapreview.com/oauth2/default', 'okta', 'Okta'],
    ['https://acme.okta-gov.com/oauth2/aus1', 'okta', 'Okta'],
    ['https://evilokta.com', 'generic', 'evilokta.com'],
    ['https://acme.okta.com.evil.example', 'generic', 'acme.okta.com.evil.example'],
    ['https://cognito-idp.eu-west-3.amazonaws.com/eu-west-3_Pool', 'cognito', 'Amazon Cognito'],
    ['https://cognito-idp.evil.amazonaws.com.evil.example/x', 'generic', 'cognito-idp.evil.amazonaws.com.evil.example'],
    ['https://acme.eu1.zitadel.cloud', 'zitadel', 'Zitadel'],
    ['https://gitlab.com', 'gitlab', 'GitLab'],
    ['https://gitlab.example.org', 'gitlab', 'GitLab'],
    ['https://accounts.google.com.evil.example', 'generic', 'accounts.google.com.evil.example'],
    ['https://evilauth0.com/', 'generic', 'evilauth0.com'],
    ['https://id.example', 'generic', 'id.example'],
  ])('of %s is %s, which people know as %s', (issuer, type, name) => {
    const [provider] = providersOf({ ...CLIENT, OIDC_OP_URL: issuer })
    expect([provider.type, provider.name]).toEqual([type, name])
  })

  it.each([
    [{ OIDC_OP_TYPE: 'keycloak' }, ['OIDC_OP_BASE_URL is not set', 'OIDC_OP_REALM is not set']],
    [{ OIDC_OP_TYPE: 'keycloak', OIDC_OP_BASE_URL: 'https://id.example' }, ['OIDC_OP_REALM is not set']],
    [{ OIDC_OP_TYPE: 'entra' }, ['OIDC_OP_TENANT is not set']],
    [{ OIDC_OP_TYPE: 'auth0', OIDC_OP_REALM: 'x' }, ['OIDC_OP_REALM is not for a provider of type auth0']],
    [
      { OIDC_OP_TYPE: 'dex', OIDC_OP_URL: 'https://id.example/dex', OIDC_OP_BASE_URL: 'https://id.example/dex' },
      ['OIDC_OP_BASE_URL says the same as OIDC_OP_URL; set one of them'],
    ],
    [{}, ['OIDC_OP_URL is not set']],
  ])('with %j is not enough', (env, sentences) => {
    expect(sentencesOf({ ...CLIENT, ...env })).toEqual(sentences)
  })
})
