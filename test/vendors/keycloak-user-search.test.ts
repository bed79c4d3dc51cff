/**
 * Looking for people at a Keycloak: what is asked and as whom, who is given back, and what is said when the client may not look.
 */
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import type { LogEntry } from '../../src/log.ts'
import { createProvider } from '../../src/oidc/provider.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createFarEnd, json } from '../support/far-end.ts'
import { compact } from '../support/keys.ts'
import { refusalOf } from '../support/refusal.ts'

const ISSUER = 'https://accounts.example.org/auth/realms/MyRealm'
const API = 'https://accounts.example.org/auth/admin/realms/MyRealm'
const TOKEN = `${ISSUER}/token`

type Members = Readonly<Record<string, unknown>>

const KEYCLOAK = {
  keycloak: {
    base_url: 'https://accounts.example.org/auth',
    realm: 'MyRealm',
    client_id: 'Controller',
    client_secret: 'the-secret',
  },
  endpoints: { users_find_use_kc: true },
}

const BY_TENANT = { ...KEYCLOAK, tenants: { assignment: 'by_external_tenant_id' } }

const person = (name: string, more: Members = {}) => ({
  id: `id-of-${name}`,
  username: name,
  enabled: true,
  email: `${name}@corp.example`,
  firstName: name,
  lastName: 'Archer',
  ...more,
})

/** The access token of a service account that has these roles of realm-management. */
const tokenWith = (...roles: string[]) =>
  compact({ alg: 'RS256' }, { resource_access: { 'realm-management': { roles } } })

function world(settings: Members = KEYCLOAK, accessToken = tokenWith('query-users', 'view-users')) {
  const farEnd = createFarEnd()
  const clock = createFakeClock()
  const log: LogEntry[] = []
  const { config } = loadConfig({
    BASE_URL: 'https://gate.example.com',
    GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
    ...settings,
  })
  farEnd.on(`${ISSUER}/.well-known/openid-configuration`, () =>
    json({
      issuer: ISSUER,
      authorization_endpoint: `${ISSUER}/auth`,
      token_endpoint: TOKEN,
      jwks_uri: `${ISSUER}/jwks`,
      token_endpoint_auth_methods_supported: ['client_secret_basic'],
    }),
  )
  const tokenRequests: { form: URLSearchParams; authorization: string | null }[] = []
  farEnd.on(TOKEN, (_, init) => {
    const headers = new Headers(init?.headers)
    tokenRequests.push({ form: new URLSearchParams(String(init?.body)), authorization: headers.get('authorization') })
    return json({ access_token: accessToken, token_type: 'Bearer', expires_in: 60 })
  })
  const queries: URLSearchParams[] = []
  /** Answers a search with what the test says of it. */
  function users(answer: (query: URLSearchParams) => Response) {
    farEnd.on(`${API}/users`, (url) => {
      queries.push(url.searchParams)
      return answer(url.searchParams)
    })
  }
  const cache = { get: async () => null, put: async () => {} }
  const provider = createProvider(config.providers[0], {
    fetch: farEnd.fetch,
    cache,
    clock,
    log: (entry) => log.push(entry),
  })
  const find = (text = 'arch', tenant: string | null = null) => provider.findUsers({ text, tenant, limit: 20 })
  return { farEnd, clock, log, users, queries, tokenRequests, find }
}

describe('a search', () => {
  it('asks with the text, for those who are enabled, as many as are wanted', async () => {
    const { users, queries, find } = world()
    users(() => json([person('alice')]))
    expect(await find('a&b=c')).toEqual([
      { subject: 'id-of-alice', email: 'alice@corp.example', given_name: 'alice', family_name: 'Archer' },
    ])
    expect(queries.map((query) => Object.fromEntries(query))).toEqual([
      { search: 'a&b=c', enabled: 'true', first: '0', max: '20', briefRepresentation: 'true' },
    ])
  })

  it.each([
    ['*ana*', 'ana'],
    ['"ana', 'ana'],
    ['id:ID: ana', 'ana'],
    ['ana id:b', 'ana id:b'],
    ['i*d:ana', 'ana'],
  ])('for %s reaches Keycloak as %s (O19)', async (typed, text) => {
    const { users, queries, find } = world()
    users(() => json([]))
    await find(typed)
    expect(queries.map((query) => query.get('search'))).toEqual([text])
  })

  it('is not made when too little is left of the text', async () => {
    const { users, queries, tokenRequests, find } = world()
    users(() => json([person('alice')]))
    expect([await find('***ab'), queries, tokenRequests]).toEqual([[], [], []])
  })

  it('authenticates as the metadata say (O34), and keeps its token until shortly before its end', async () => {
    const { users, clock, tokenRequests, find } = world()
    users(() => json([person('alice')]))
    await find()
    clock.advance(49)
    await find()
    expect(tokenRequests).toHaveLength(1)
    expect(tokenRequests[0]?.form.get('grant_type')).toBe('client_credentials')
    expect(tokenRequests[0]?.authorization).toBe(`Basic ${btoa('Controller:the-secret')}`)
    clock.advance(1)
    await find()
    expect(tokenRequests).toHaveLength(2)
  })

  it('uses a client of its own, and the address that it was given', async () => {
    const search = {
      backend: 'keycloak_webapi',
      api_base_url: 'https://search.example.org/api/',
      client_id: 'Search',
      client_secret: 'other',
    }
    const oidc = { authority: ISSUER, frontend: { client_id: 'F' }, controller: { client_id: 'C', client_secret: 's' } }
    const { farEnd, tokenRequests, find } = world({ oidc, user_search: search })
    farEnd.on('https://search.example.org/api/users', () => json([person('alice')]))
    expect(await find()).toHaveLength(1)
    expect(tokenRequests[0]?.authorization).toBe(`Basic ${btoa('Search:other')}`)
  })

  it('never gives back who is disabled (O15), whatever the provider does with the question', async () => {
    const { users, find } = world()
    users(() => json([person('erin', { enabled: false }), person('alice')]))
    expect((await find()).map(({ email }) => email)).toEqual(['alice@corp.example'])
  })

  it('gives back whoever has an id and a name or an address (O18), and counts the others', async () => {
    const { users, log, find } = world()
    users(() =>
      json([
        person('a', { email: undefined, lastName: null }),
        person('b', { firstName: '', lastName: ' ' }),
        person('c', { email: '', firstName: '', lastName: '' }),
        { username: 'without id' },
      ]),
    )
    expect(await find()).toEqual([
      { subject: 'id-of-a', email: null, given_name: 'a', family_name: null },
      { subject: 'id-of-b', email: 'b@corp.example', given_name: null, family_name: null },
    ])
    expect(log).toEqual([{ level: 'info', event: 'user_search_skipped', detail: { without_name: 1, unreadable: 1 } }])
  })

  it('knows people by the attribute that the settings name', async () => {
    const keycloak = { ...KEYCLOAK.keycloak, external_id_user_attribute_name: 'ldapId' }
    const { users, queries, find } = world({ ...KEYCLOAK, keycloak })
    users(() => json([person('alice', { attributes: { ldapId: ['l-1', 'l-2'] } }), person('bob')]))
    expect((await find()).map(({ subject }) => subject)).toEqual(['l-1', null])
    expect(queries[0]?.get('briefRepresentation')).toBe('false')
  })
})

describe('with tenants', () => {
  const of = (tenant: string) => ({ attributes: { tenant_id: ['x', tenant] } })

  it('the provider is asked for the tenant, and its answer is looked at again', async () => {
    const { users, queries, find } = world(BY_TENANT)
    users(() => json([person('alice', of('t-1')), person('bob', of('t-2')), person('carol')]))
    expect((await find('arch', 't-1')).map(({ email }) => email)).toEqual(['alice@corp.example'])
    expect(Object.fromEntries(queries[0] ?? [])).toMatchObject({ q: 'tenant_id:t-1', max: '100' })
    expect(queries[0]?.get('briefRepresentation')).toBe('false')
  })

  it('those beyond the first hundred are found, too (O16)', async () => {
    const { users, queries, find } = world(BY_TENANT)
    const others = Array.from({ length: 100 }, (_, index) => person(`other-${index}`, of('t-2')))
    users((query) => json(query.get('first') === '300' ? [person('alice', of('t-1'))] : others))
    expect(await find('arch', 't-1')).toHaveLength(1)
    expect(queries.map((query) => query.get('first'))).toEqual(['0', '100', '200', '300'])
  })

  it('no one looks further than 500 rows, nor than 20 people', async () => {
    const { users, queries, find } = world(BY_TENANT)
    users(() => json(Array.from({ length: 100 }, (_, index) => person(`other-${index}`, of('t-2')))))
    expect([await find('arch', 't-1'), queries.length]).toEqual([[], 5])
    users(() => json(Array.from({ length: 100 }, (_, index) => person(`own-${index}`, of('t-1')))))
    expect([(await find('arch', 't-1')).length, queries.length]).toEqual([20, 6])
  })
})

describe('when the client may not look', () => {
  it('403 says which roles are missing', async () => {
    const { users, find } = world()
    users(() => json({ error: 'HTTP 403 Forbidden' }, 403))
    const { code, provider, detail } = await refusalOf(find())
    expect([code, provider, detail]).toEqual([
      'not_configured',
      { status: 403 },
      { asked_as: 'Controller', fix: expect.stringContaining('query-users and view-users') },
    ])
  })

  it('an empty list without the role to see people is told in the log, and one with it is not', async () => {
    for (const [roles, lines] of [
      [['query-users'], ['user_search_blind']],
      [['query-users', 'view-users'], []],
    ] as const) {
      const { users, log, find } = world(KEYCLOAK, tokenWith(...roles))
      users(() => json([]))
      expect(await find()).toEqual([])
      expect(log.map(({ event }) => event)).toEqual(lines)
    }
  })

  it('an opaque token tells nothing', async () => {
    const { users, log, find } = world(KEYCLOAK, 'opaque')
    users(() => json([]))
    expect([await find(), log]).toEqual([[], []])
  })

  it('a token that was taken back is renewed once', async () => {
    const { users, tokenRequests, find } = world()
    let asked = 0
    users(() => (asked++ === 0 ? json({}, 401) : json([person('alice')])))
    expect([await find(), tokenRequests.length, asked]).toEqual([[expect.anything()], 2, 2])
    users(() => json({}, 401))
    expect((await refusalOf(find())).code).toBe('not_configured')
    expect(tokenRequests).toHaveLength(3)
  })

  it('a wrong secret is told with the client that it belongs to', async () => {
    const { farEnd, find } = world()
    farEnd.on(TOKEN, () => json({ error: 'unauthorized_client' }, 401))
    const { code, detail, message } = await refusalOf(find())
    expect([code, detail.asked_as]).toEqual(['provider_error', 'Controller'])
    expect(message + JSON.stringify(detail)).not.toContain('the-secret')
  })

  it('a wrong address is told with the setting that it comes from', async () => {
    const { users, find } = world()
    users(() => new Response('no such page', { status: 404 }))
    const { code, detail } = await refusalOf(find())
    expect([code, detail.fix]).toEqual(['provider_error', expect.stringContaining('user_search.api_base_url')])
  })

  it('there is no search without a backend', async () => {
    const { find } = world({ keycloak: KEYCLOAK.keycloak })
    expect((await refusalOf(find())).code).toBe('not_configured')
  })
})
