/**
 * OpenTalk's settings: tables and variables mean the same, what is wrong is named as the operator wrote it, and the conditions at which
 * OpenTalk does not start are problems here.
 */
import { describe, expect, it } from 'vitest'
import { type OpenTalkSettingName, opentalkSettings } from '../../src/config/dialects/opentalk/settings.ts'
import { opentalkVariable } from '../../src/config/dialects/opentalk/sources.ts'
import { findBehaviorOf } from '../../src/config/dialects/opentalk/user-search.ts'
import { ConfigurationError, loadConfig, type Problem } from '../../src/config/load.ts'

const SECRET = 'MARKER-of-the-client-secret'
const OWN = { BASE_URL: 'https://gate.example.com', GATEHOUSE_SECRET: 'MARKER-of-the-gatehouse-secret-0123456789' }
const ISSUER = 'https://accounts.example.org/auth/realms/MyRealm'

const KEYCLOAK = {
  base_url: 'https://accounts.example.org/auth',
  realm: 'MyRealm',
  client_id: 'Controller',
  client_secret: SECRET,
}

const OIDC = {
  authority: ISSUER,
  frontend: { client_id: 'Frontend' },
  controller: { client_id: 'Controller', client_secret: SECRET },
}

const LA_SUITE = { OIDC_OP_URL: ISSUER, OIDC_RP_CLIENT_ID: 'meet-sso', OIDC_RP_CLIENT_SECRET: 'another-secret' }

type Env = Readonly<Record<string, unknown>>

function problemsOf(env: Env): readonly Problem[] {
  try {
    loadConfig({ ...OWN, ...env })
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems
    throw error
  }
  return []
}

const load = (env: Env) => loadConfig({ ...OWN, ...env })
const sentences = (env: Env) => problemsOf(env).map(({ name, problem }) => `${name} ${problem}`)
const names = (env: Env) => problemsOf(env).map(({ name }) => name)

/** The same as variables. */
function variables(tables: Env, prefix = ''): Record<string, unknown> {
  const found: Record<string, unknown> = {}
  for (const [key, value] of Object.entries(tables)) {
    const isTable = typeof value === 'object' && value !== null && !Array.isArray(value)
    if (isTable) Object.assign(found, variables({ ...value }, `${prefix}${key}.`))
    else found[opentalkVariable(`${prefix}${key}`)] = Array.isArray(value) ? value.join(', ') : String(value)
  }
  return found
}

describe('[keycloak]', () => {
  it('is a provider of type keycloak at base_url and realm, with the client of the controller', () => {
    const { providers, opentalk } = load({ keycloak: KEYCLOAK }).config
    expect(providers).toMatchObject([
      {
        id: 'default',
        type: 'keycloak',
        issuer: ISSUER,
        clientId: 'Controller',
        clientSecret: SECRET,
      },
    ])
    expect(opentalk).toMatchObject({
      issuers: [ISSUER],
      controller: { clientId: 'Controller' },
      frontendClientId: null,
    })
  })

  it('may have a base_url with a final slash, and a realm of any characters', () => {
    const keycloak = { ...KEYCLOAK, base_url: 'https://accounts.example.org/auth/', realm: 'My Realm' }
    const { config } = load({ keycloak })
    expect(config.providers[0].issuer).toBe('https://accounts.example.org/auth/realms/My%20Realm')
    expect(config.opentalk?.issuers).toEqual([config.providers[0].issuer])
  })

  it('takes everything else about the provider from its usual names', () => {
    const { config } = load({ keycloak: KEYCLOAK, OIDC_RP_SCOPES: 'openid email', OIDC_TIMEOUT: '3' })
    expect(config.providers[0]).toMatchObject({ scopes: ['openid', 'email'], timeoutSeconds: 3 })
  })
})

describe('[oidc]', () => {
  it('is a provider at its authority, with the client of the controller, and knows the front end', () => {
    const { providers, opentalk } = load({ oidc: OIDC }).config
    expect(providers).toMatchObject([{ id: 'default', issuer: ISSUER, clientId: 'Controller' }])
    expect(providers[0].type).toBe('keycloak')
    expect(opentalk).toMatchObject({ issuers: [ISSUER], frontendClientId: 'Frontend' })
  })

  const inside = 'https://keycloak.internal/auth/realms/MyRealm'
  const split = { ...OIDC, controller: { ...OIDC.controller, authority: inside } }

  it('is asked at the authority of the controller, and may call itself by that or by that of the front end', () => {
    const [provider] = load({ oidc: split }).config.providers
    expect(provider).toMatchObject({ issuer: inside, otherIssuers: [ISSUER], forwardedHost: null })
  })

  it('forwards the host of the front end when told to, and only where it is another', () => {
    const on = { OIDC_INTROSPECT_AND_USERINFO_SET_X_FORWARDED_HOST: '1' }
    expect(load({ oidc: split, ...on }).config.providers[0].forwardedHost).toBe('accounts.example.org')
    expect(load({ oidc: OIDC, ...on }).config.providers[0].forwardedHost).toBe(null)
  })

  it('may stand beside the type of its provider', () => {
    expect(
      load({ oidc: { ...OIDC, authority: 'https://id.example.org' }, OIDC_OP_TYPE: 'generic' }).config,
    ).toMatchObject({ providers: [{ type: 'generic' }] })
  })
})

describe('the claims without which no one is signed in', () => {
  const essential = (env: Env) => load(env).config.providers[0].essentialClaims
  const tenants = { assignment: 'by_external_tenant_id' }
  const status_mapping = { downgraded_tariff_name: 'Free', default: 'new', paid: 'paid', downgraded: 'late' }

  it('are those that OpenTalk wants, unless the setting of their own names others', () => {
    expect(essential({ oidc: OIDC })).toEqual(['email', 'given_name', 'family_name'])
    expect(essential({ oidc: OIDC, OIDC_USERINFO_ESSENTIAL_CLAIMS: 'email' })).toEqual(['email'])
    expect(essential(LA_SUITE)).toBe(undefined)
    expect(essential({ ...LA_SUITE, tenants })).toEqual(['tenant_id'])
  })

  it('are also those that tenants and tariffs are known by', () => {
    const own = { ...LA_SUITE, OIDC_USERINFO_ESSENTIAL_CLAIMS: 'email' }
    expect(essential({ ...own, tenants })).toEqual(['email', 'tenant_id'])
    expect(essential({ ...own, tariffs: { assignment: 'by_external_tariff_id' } })).toEqual(['email', 'tariff_id'])
    const mapped = { assignment: 'by_external_tariff_id', status_mapping }
    expect(essential({ ...own, tariffs: mapped })).toEqual(['email', 'tariff_id', 'tariff_status'])
  })

  it('are as before at a provider that is not that of OpenTalk', () => {
    const [table, other] = ['work', 'other'].map((id) => ({ id, client_id: 'a', client_secret: 'b' }))
    const tables = [
      { ...table, url: ISSUER },
      { ...other, url: 'https://id.example.org' },
    ]
    const { providers } = load({ keycloak: KEYCLOAK, OIDC_PROVIDERS: tables }).config
    expect(providers.map(({ essentialClaims: claims }) => claims?.length)).toEqual([3, undefined])
  })
})

describe('a search of people', () => {
  const search = (env: Env) => load(env).config.providers[0].userSearch
  const mode = (env: Env) => findBehaviorOf(load(env).config.opentalk)
  const backend = { backend: 'keycloak_webapi' }

  it('asks as OpenTalk would', () => {
    expect(mode(LA_SUITE)).toBe('disabled')
    expect(mode({ oidc: OIDC })).toBe('disabled')
    expect(mode({ oidc: OIDC, user_search: backend })).toBe('from_user_search_backend')
    expect(mode({ oidc: OIDC, user_search: { users_find_behavior: 'from_database' } })).toBe('from_database')
    expect(mode({ keycloak: KEYCLOAK })).toBe('from_database')
    expect(mode({ keycloak: KEYCLOAK, endpoints: { users_find_use_kc: true } })).toBe('from_user_search_backend')
    expect(mode({ keycloak: KEYCLOAK, endpoints: { users_find_use_kc: true, disable_users_find: true } })).toBe(
      'disabled',
    )
  })

  it('asks the admin API of the realm, as the controller, unless told otherwise', () => {
    const usual = {
      apiBaseUrl: 'https://accounts.example.org/auth/admin/realms/MyRealm',
      clientId: 'Controller',
      clientSecret: SECRET,
      externalIdAttribute: null,
      tenantAttribute: null,
    }
    expect(search({ oidc: OIDC, user_search: backend })).toEqual(usual)
    expect(search({ keycloak: KEYCLOAK, endpoints: { users_find_use_kc: true } })).toEqual(usual)
    expect(search({ oidc: OIDC })).toBe(null)
  })

  it('has its own client, address, and attributes, when the settings say so', () => {
    const own = {
      client_id: 'Search',
      client_secret: 'other',
      api_base_url: 'https://x.example/',
      external_id_user_attribute_name: 'ldap',
    }
    const tenants = { assignment: 'by_external_tenant_id', external_tenant_id_user_attribute_name: 'org' }
    expect(search({ oidc: OIDC, user_search: { ...backend, ...own }, tenants })).toEqual({
      apiBaseUrl: 'https://x.example',
      clientId: 'Search',
      clientSecret: 'other',
      externalIdAttribute: 'ldap',
      tenantAttribute: 'org',
    })
  })

  it('is made at one provider alone, so that no other gets to see its secret', () => {
    const id = 'https://accounts.example.org/realms'
    const asked = (tables: readonly object[], own: object) =>
      load({
        ...LA_SUITE,
        OIDC_RP_CLIENT_ID: '',
        OIDC_RP_CLIENT_SECRET: '',
        OIDC_OP_URL: '',
        OIDC_PROVIDERS: tables.map((table) => ({ client_id: 'gatehouse', client_secret: 'x', ...table })),
        user_search: { ...backend, client_id: 'Search', client_secret: 'other', ...own },
      }).config.providers.flatMap(({ id, userSearch }) => (userSearch === null ? [] : [id]))
    const google = { id: 'google', type: 'google' }
    const one = { id: 'one', url: `${id}/one` }
    const two = { id: 'two', url: `${id}/two` }
    const at = (realm: string) => ({ api_base_url: `https://accounts.example.org/admin/realms/${realm}` })
    expect(asked([google, one], {})).toEqual(['one'])
    expect(asked([google, one], at('one'))).toEqual(['one'])
    expect(asked([one, two], {})).toEqual(['one'])
    expect(asked([one, two], at('two'))).toEqual(['two'])
    expect(asked([google, one], { api_base_url: 'https://inside.example/admin/realms/one' })).toEqual(['one'])
    expect(asked([google], at('one'))).toEqual(['google'])
    expect(() => asked([one, two], { api_base_url: 'https://inside.example/admin/realms/one' })).toThrow(
      'does not say to which of the providers it belongs',
    )
  })
})

describe('tables and variables', () => {
  const tables = {
    oidc: OIDC,
    user_search: { backend: 'keycloak_webapi', users_find_behavior: 'from_both' },
    tenants: { assignment: 'by_external_tenant_id' },
    tariffs: {
      assignment: 'by_external_tariff_id',
      status_mapping: {
        downgraded_tariff_name: 'Free',
        default: ['new', 'trial'],
        paid: ['paid'],
        downgraded: ['late'],
      },
    },
  }

  it('mean the same', () => {
    const asTables = load(tables).config
    expect(load(variables(tables)).config).toEqual(asTables)
    expect(asTables.opentalk?.settings).toMatchObject({
      'user_search.users_find_behavior': 'from_both',
      'tenants.assignment': 'by_external_tenant_id',
      'tariffs.status_mapping.default': ['new', 'trial'],
    })
  })

  it('may be JSON', () => {
    const asJson = Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, JSON.stringify(table)]))
    expect(load(asJson).config).toEqual(load(tables).config)
  })

  it('are read together, and a variable wins over a table', () => {
    const { client_secret: _, ...open } = KEYCLOAK
    const env = {
      keycloak: { ...open, realm: 'Other' },
      ...variables({ keycloak: { realm: 'MyRealm', client_secret: SECRET } }),
    }
    const [provider] = load(env).config.providers
    expect(provider).toMatchObject({ issuer: ISSUER, clientSecret: SECRET })
  })

  it.each([[['keycloak']], ['keycloak'], [5], ['[]']])('%j is no table', (keycloak) => {
    expect(sentences({ keycloak, ...LA_SUITE })).toEqual(['keycloak is not a table'])
  })
})

describe('without OpenTalk', () => {
  it('nothing of it is in use', () => {
    expect(load(LA_SUITE).config.opentalk).toBe(null)
  })

  it('nothing of it is asked for', () => {
    expect(names({})).toEqual(['OIDC_OP_URL', 'OIDC_RP_CLIENT_ID', 'OIDC_RP_CLIENT_SECRET'])
  })
})

describe('together with the settings of La Suite', () => {
  it('those say how people sign in', () => {
    const { config } = load({ keycloak: KEYCLOAK, ...LA_SUITE })
    expect(config.providers).toMatchObject([{ clientId: 'meet-sso', clientSecret: 'another-secret' }])
    expect(config.opentalk?.controller).toEqual({ clientId: 'Controller', clientSecret: SECRET })
  })

  it('it is the controller that asks about tokens, unless La Suite names another', () => {
    const own = { OIDC_RS_CLIENT_ID: 'asking', OIDC_RS_CLIENT_SECRET: 'its-secret' }
    expect(load({ keycloak: KEYCLOAK, ...LA_SUITE }).config.providers[0]).toMatchObject({
      introspectionClientId: 'Controller',
      introspectionClientSecret: SECRET,
    })
    expect(load({ keycloak: KEYCLOAK, ...LA_SUITE, ...own }).config.providers[0]).toMatchObject({
      introspectionClientId: 'asking',
      introspectionClientSecret: 'its-secret',
    })
    expect(load({ keycloak: KEYCLOAK }).config.providers[0].introspectionClientId).toBe(undefined)
  })

  it('two issuers are a problem that names both', () => {
    const other = 'https://id.example.org/realms/other'
    const [sentence] = sentences({ keycloak: KEYCLOAK, ...LA_SUITE, OIDC_OP_URL: other })
    expect(sentence).toMatch(/^keycloak\.base_url /)
    expect(sentence).toContain(ISSUER)
    expect(sentence).toContain(other)
    expect(names({ oidc: OIDC, ...LA_SUITE, OIDC_OP_URL: other })).toEqual(['oidc.authority'])
  })

  it('an environment that names no issuer must lead to that of OpenTalk', () => {
    const endpoints = (issuer: string) => ({
      ...LA_SUITE,
      OIDC_OP_URL: '',
      OIDC_OP_AUTHORIZATION_ENDPOINT: `${issuer}/protocol/openid-connect/auth`,
      OIDC_OP_TOKEN_ENDPOINT: `${issuer}/protocol/openid-connect/token`,
      OIDC_OP_JWKS_ENDPOINT: `${issuer}/protocol/openid-connect/certs`,
    })
    expect(load({ keycloak: KEYCLOAK, ...endpoints(ISSUER) }).config.providers[0].issuer).toBe(ISSUER)
    const [sentence] = sentences({ keycloak: KEYCLOAK, ...endpoints('https://id.example.org/realms/other') })
    expect(sentence).toMatch(/^keycloak\.base_url .*https:\/\/id\.example\.org\/realms\/other/)
  })

  it('one of several providers must have the issuer', () => {
    const table = { id: 'work', url: ISSUER, client_id: 'meet-sso', client_secret: 'another-secret' }
    const env = {
      keycloak: KEYCLOAK,
      OIDC_PROVIDERS: [{ ...table, id: 'other', url: 'https://id.example.org' }, table],
    }
    expect(load(env).config.providers.map(({ id }) => id)).toEqual(['other', 'work'])
    expect(names({ ...env, OIDC_PROVIDERS: [{ ...table, url: 'https://id.example.org' }] })).toEqual([
      'keycloak.base_url',
    ])
  })

  it.each(['OIDC_OP_URL', 'OIDC_OP_BASE_URL', 'OIDC_OP_REALM'])('%s without a client id is a problem', (name) => {
    expect(names({ keycloak: KEYCLOAK, [name]: ISSUER })).toContain(name)
  })

  it('tenants alone leave the provider to La Suite', () => {
    const { config } = load({ ...LA_SUITE, tenants: { assignment: 'by_external_tenant_id' } })
    expect(config.opentalk).toMatchObject({ issuers: [], controller: null })
    expect(config.providers[0].issuer).toBe(ISSUER)
  })
})

/** Values that each setting must refuse. Typed so that a new setting needs its row. */
const WRONG: Record<OpenTalkSettingName, readonly unknown[]> = {
  'keycloak.base_url': ['8080', 'http://accounts.example.org', 5],
  'keycloak.realm': [' ', 5],
  'keycloak.client_id': [' ', 5],
  'keycloak.client_secret': [' ', 5],
  'keycloak.external_id_user_attribute_name': [' ', 5],
  'oidc.authority': ['accounts.example.org', 'http://accounts.example.org', 5],
  'oidc.frontend.authority': ['accounts.example.org', 5],
  'oidc.frontend.client_id': [' ', 5],
  'oidc.controller.authority': ['http://keycloak:8080/realms/x', 5],
  'oidc.controller.client_id': [' ', 5],
  'oidc.controller.client_secret': [' ', 5],
  'user_search.backend': ['ldap', ' ', 5],
  'user_search.api_base_url': ['/admin', 'http://accounts.example.org/admin', 5],
  'user_search.client_id': [' ', 5],
  'user_search.client_secret': [' ', 5],
  'user_search.external_id_user_attribute_name': [' ', 5],
  'user_search.users_find_behavior': ['from_keycloak', ' ', 5],
  'endpoints.disable_users_find': ['on', 5],
  'endpoints.users_find_use_kc': ['on', 5],
  'tenants.assignment': ['by_realm', ' ', 5],
  'tenants.static_tenant_id': [' ', 5],
  'tenants.external_tenant_id_user_attribute_name': [' ', 5],
  'tariffs.assignment': ['by_name', ' ', 5],
  'tariffs.static_tariff_name': [' ', 5],
  'tariffs.status_mapping.downgraded_tariff_name': [' ', 5],
  'tariffs.status_mapping.default': ['a b', 5, [5]],
  'tariffs.status_mapping.paid': ['a b', 5, [5]],
  'tariffs.status_mapping.downgraded': ['a b', 5, [5]],
  'avatar.libravatar_url': ['http://pictures.example', 'pictures.example', 5],
  'defaults.user_language': [' ', 5],
}

const WRONG_VALUES = Object.entries(WRONG).flatMap(([name, values]) => values.map((value) => ({ name, value })))

/** `a.b.c` and a value, as tables. */
function asTable(name: string, value: unknown): Record<string, unknown> {
  const [key = '', ...rest] = name.split('.')
  return { [key]: rest.length === 0 ? value : asTable(rest.join('.'), value) }
}

/** What must stand in a table beside the setting, for it to be a good one. */
function neighbours(name: string): Env {
  if (name.startsWith('keycloak.')) return variables({ keycloak: KEYCLOAK })
  if (name.startsWith('oidc.')) return variables({ oidc: OIDC })
  if (name === 'user_search.client_id') return { ...LA_SUITE, [opentalkVariable('user_search.client_secret')]: 'x' }
  if (!name.includes('status_mapping')) return LA_SUITE
  const mapping = { downgraded_tariff_name: 'Free', default: 'new', paid: 'paid', downgraded: 'late' }
  return { ...LA_SUITE, ...variables({ tariffs: { assignment: 'by_external_tariff_id', status_mapping: mapping } }) }
}

describe('a wrong value', () => {
  it.each(WRONG_VALUES)('of $name is one problem, by the name in the table: $value', ({ name, value }) => {
    const { [opentalkVariable(name)]: _, ...env } = neighbours(name)
    const [problem, ...more] = problemsOf({ ...env, ...asTable(name, value) })
    expect([problem?.name, more]).toEqual([name, []])
    expect(problem?.example).toBe(opentalkSettings[name as OpenTalkSettingName].example) // a key of the typed table
  })

  it.each(WRONG_VALUES)('of $name is one problem, by the name of the variable: $value', ({ name, value }) => {
    expect(names({ ...neighbours(name), [opentalkVariable(name)]: value })).toEqual([opentalkVariable(name)])
  })

  it('of a secret is not shown', () => {
    const env = { keycloak: { ...KEYCLOAK, client_secret: ['MARKER'], base_url: 'x' } }
    expect(JSON.stringify(problemsOf(env))).not.toContain('MARKER')
  })
})

describe('OpenTalk does not start, and neither does Gatehouse,', () => {
  it.each(['base_url', 'realm', 'client_id'])('without keycloak.%s', (key) => {
    expect(sentences({ keycloak: { ...KEYCLOAK, [key]: '' } })).toEqual([`keycloak.${key} is not set`])
  })

  it('without a secret, which belongs in its variable', () => {
    const { client_secret: _, ...keycloak } = KEYCLOAK
    expect(sentences({ keycloak })).toEqual(['OPENTALK_CTRL_KEYCLOAK__CLIENT_SECRET is not set'])
    expect(names({ oidc: { ...OIDC, controller: { client_id: 'Controller' } } })).toEqual([
      'OPENTALK_CTRL_OIDC__CONTROLLER__CLIENT_SECRET',
    ])
  })

  it('without what [oidc] needs, also when La Suite says how people sign in', () => {
    const [authority, frontend, controller] = ['oidc.authority', 'oidc.frontend.client_id', 'oidc.controller.client_id']
    const oidc = { controller: { client_secret: SECRET } }
    expect(names({ oidc })).toEqual([authority, frontend, controller])
    expect(names({ oidc, ...LA_SUITE })).toEqual([authority, frontend, controller])
  })

  it('with [oidc] beside [keycloak]', () => {
    const [sentence, ...more] = sentences({ keycloak: KEYCLOAK, oidc: OIDC })
    expect([sentence, more]).toEqual([expect.stringMatching(/^oidc\.authority .*keycloak\.base_url/), []])
  })

  it.each(['disable_users_find', 'users_find_use_kc'])('with endpoints.%s beside [oidc]', (flag) => {
    expect(names({ oidc: OIDC, endpoints: { [flag]: false } })).toEqual([`endpoints.${flag}`])
  })

  it('with [user_search] beside [keycloak], which it would ignore in silence (O21)', () => {
    const [sentence, ...more] = sentences({ keycloak: KEYCLOAK, user_search: { backend: 'keycloak_webapi' } })
    expect([sentence, more]).toEqual([expect.stringMatching(/^user_search\.backend .*keycloak\.base_url/), []])
  })

  it.each(['from_user_search_backend', 'from_both'])('when people are to be found %s and there is none', (mode) => {
    expect(names({ oidc: OIDC, user_search: { users_find_behavior: mode } })).toEqual(['user_search.backend'])
  })

  it('when the search has a client of its own without a secret', () => {
    const user_search = { backend: 'keycloak_webapi', client_id: 'Search' }
    expect(names({ oidc: OIDC, user_search })).toEqual(['OPENTALK_CTRL_USER_SEARCH__CLIENT_SECRET'])
  })

  it('when the search has no address and the provider is no Keycloak', () => {
    const oidc = { ...OIDC, authority: 'https://id.example.org' }
    const user_search = { backend: 'keycloak_webapi' }
    expect(names({ oidc, user_search })).toEqual(['OPENTALK_CTRL_USER_SEARCH__API_BASE_URL'])
    const api_base_url = 'https://id.example.org/admin/realms/x'
    expect(names({ oidc, user_search: { ...user_search, api_base_url } })).toEqual([])
  })

  it('when a search is to ask the Keycloak and there is none', () => {
    expect(names({ ...LA_SUITE, endpoints: { users_find_use_kc: true } })).toEqual(['endpoints.users_find_use_kc'])
  })

  it('with a mapping of tariffs that is not whole', () => {
    const tariffs = { assignment: 'by_external_tariff_id', status_mapping: { paid: ['paid'] } }
    const mapping = 'tariffs.status_mapping.'
    expect(names({ ...LA_SUITE, tariffs })).toEqual([
      `${mapping}downgraded_tariff_name`,
      `${mapping}default`,
      `${mapping}downgraded`,
    ])
  })

  it('with a status in two lists, of which the first would win in silence', () => {
    const status_mapping = { downgraded_tariff_name: 'Free', default: ['a'], paid: ['b', 'a'], downgraded: ['c', 'b'] }
    const tariffs = { assignment: 'by_external_tariff_id', status_mapping }
    expect(sentences({ ...LA_SUITE, tariffs })).toEqual([
      'tariffs.status_mapping.paid has "a", which tariffs.status_mapping.default has too',
      'tariffs.status_mapping.downgraded has "b", which tariffs.status_mapping.paid has too',
    ])
  })
})

describe('a warning', () => {
  const warningsOf = (env: Env) => load(env).warnings.filter((warning) => !warning.includes('is a secret'))

  it('names what is not for Gatehouse, for whole files are pasted', () => {
    const keycloak = { ...KEYCLOAK, flags: { beta: true } }
    const env = { keycloak, OPENTALK_CTRL_DATABASE__URL: 'postgres://' }
    expect(warningsOf(env)).toEqual([
      expect.stringMatching(/^keycloak\.flags\.beta is set.*no effect$/),
      expect.stringMatching(/^OPENTALK_CTRL_DATABASE__URL is set.*no effect$/),
    ])
  })

  it('names what was probably meant', () => {
    const attribute = 'external_id_user_attribute_nam'
    const [inTable, variable] = warningsOf({
      keycloak: { ...KEYCLOAK, [attribute]: 'x' },
      OPENTALK_CTRL_KEYCLOAK_BASE_URL: 'https://accounts.example.org',
    })
    expect(inTable).toContain('Is keycloak.external_id_user_attribute_name meant?')
    expect(variable).toContain('Is OPENTALK_CTRL_KEYCLOAK__BASE_URL meant?')
  })

  it('names a secret in a table, without showing it', () => {
    const { warnings } = load({ keycloak: KEYCLOAK })
    expect(warnings).toEqual([expect.stringContaining('wrangler secret put OPENTALK_CTRL_KEYCLOAK__CLIENT_SECRET')])
    expect(warnings.join()).not.toContain(SECRET)
    expect(load(variables({ keycloak: KEYCLOAK })).warnings).toEqual([])
  })

  it('names what has no effect because of another setting', () => {
    expect(warningsOf({ ...LA_SUITE, tenants: { external_tenant_id_user_attribute_name: 'x' } })).toEqual([
      'tenants.external_tenant_id_user_attribute_name has no effect while tenants.assignment is static',
    ])
  })
})
