/**
 * Tokens that only the provider can judge: which it is shown, what its answer is worth, and how long (A54 to A58, A114, A115, A117).
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { base64url } from 'jose'
import { describe, expect, it } from 'vitest'
import type { App } from '../../src/accounts/apps.ts'
import { randomToken, sha256 } from '../../src/crypto.ts'
import { newSessionToken } from '../../src/sessions/session.ts'
import { createSealers } from '../../src/sessions/vault.ts'
import { introspectionAnswer, type Verdict } from '../../src/tokens/access-token.ts'
import { check } from '../../src/tokens/check.ts'
import { createVerdicts } from '../../src/tokens/verdicts.ts'
import { json } from '../support/far-end.ts'
import { refusalOf } from '../support/refusal.ts'
import { ANY_APP, createWorld, ISSUER, NOW, START, type TokenWorld } from '../support/token-world.ts'
import { BASE_URL, CLIENT_ID } from '../support/unit-world.ts'

const INTROSPECT = `${ISSUER}/introspect`
const TOKEN = 'an-opaque-token-of-the-provider'

type Claims = Readonly<Record<string, unknown>>

/** What an honest provider says of a good token of a person for Gatehouse. */
const GOOD: Claims = {
  active: true,
  iss: ISSUER,
  sub: 'alice',
  aud: BASE_URL,
  client_id: 'meet',
  exp: NOW + 300,
  iat: NOW - 10,
  scope: 'openid email',
  token_type: 'Bearer',
  username: 'aarcher',
}

/** A world whose provider says this of every token; without an answer it has no such endpoint. */
function worldOf(answer?: Claims | (() => Response), settings: Claims = {}) {
  const world = createWorld({ settings, metadata: answer ? { introspection_endpoint: INTROSPECT } : {} })
  if (answer) world.farEnd.on(INTROSPECT, () => (typeof answer === 'function' ? answer() : json(answer)))
  return world
}

/** Something that is encrypted for someone else. */
function jwe(header: Claims, length = 40): string {
  return [
    base64url.encode(JSON.stringify(header)),
    'a'.repeat(20),
    'b'.repeat(16),
    'c'.repeat(length),
    'd'.repeat(22),
  ].join('.')
}

const countOf = ({ farEnd }: TokenWorld, address = INTROSPECT) => farEnd.journal.filter((url) => url === address).length

async function judge(answer: Claims, app: App = ANY_APP, settings: Claims = {}): Promise<Verdict> {
  return check(TOKEN, app, worldOf(answer, settings).ports)
}

async function reasonOf(answer: Claims, app?: App): Promise<string> {
  const verdict = await judge(answer, app)
  return verdict.active ? 'active' : verdict.reason
}

describe('an opaque token that the provider calls active', () => {
  it('is told in the same form as any other', async () => {
    expect(introspectionAnswer(await judge({ ...GOOD, email: 'alice@corp.example' }))).toEqual({
      active: true,
      iss: ISSUER,
      sub: 'alice',
      aud: BASE_URL,
      client_id: 'meet',
      exp: NOW + 300,
      iat: NOW - 10,
      scope: 'openid email',
      token_type: 'Bearer',
      username: 'aarcher',
      principal: 'user',
      permissions: ['rooms:join', 'rooms:create', 'rooms:record', 'rooms:moderate'],
    })
  })

  it('has the issuer of the provider, when that says none', async () => {
    expect(introspectionAnswer(await judge({ ...GOOD, iss: undefined }))).toMatchObject({ active: true, iss: ISSUER })
  })

  it('tells roles as Keycloak has them, and the key that it is bound to', async () => {
    const verdict = await judge({ ...GOOD, realm_access: { roles: ['editor'] }, cnf: { jkt: 'x' }, token_type: 'DPoP' })
    expect(introspectionAnswer(verdict)).toMatchObject({ roles: ['editor'], cnf: { jkt: 'x' }, token_type: 'DPoP' })
  })

  it.each<[string, Claims]>([
    ['whose subject is its client', { sub: 'meet', username: undefined }],
    ['of a service account', { username: 'service-account-meet' }],
  ])('%s is a program’s', async (_, claims) => {
    expect(await judge({ ...GOOD, ...claims })).toMatchObject({ active: true, principal: 'service' })
  })

  it.each<[string, Claims]>([
    ['no sub', { sub: undefined }],
    ['no sub', { sub: undefined, username: undefined, sid: 's' }],
    ['it does not say when it expires (exp)', { exp: undefined }],
    ['it has expired (exp)', { exp: NOW }],
    ['it has expired (exp)', { exp: NOW - 1000 }],
    ['it is not valid until a time in the future (nbf)', { nbf: NOW + 100 }],
    ['it was issued in the future (iat)', { iat: NOW + 100 }],
    ['another issuer', { iss: 'https://idp2.example' }],
    ['another issuer', { iss: `${ISSUER}/` }],
    ['meant for another audience', { aud: 'https://other.example' }],
    ['meant for another audience', { aud: undefined }],
    ['not an access token', { token_type: 'refresh_token' }],
    ['not an access token', { token_type: 'id_token' }],
    ['not an access token', { token_type: 'N_A' }],
    ['not an access token', { token_type: 5 }],
    ['not an access token', { typ: 'Refresh' }],
    ['not an access token', { typ: 'ID' }],
    ['not an access token', { typ: 'Offline' }],
    ['not an access token', { token_use: 'refresh_token' }],
    ['the provider does not say that it is an access token (token_type)', { token_type: undefined }],
    ['the provider does not say that it is an access token (token_type)', { token_type: null }],
  ])('is not active here: %s, %j', async (reason, claims) => {
    expect(await reasonOf({ ...GOOD, ...claims })).toBe(reason)
  })

  it.each<Claims>([
    { token_type: 'bearer' },
    { token_type: undefined, typ: 'Bearer' },
    { token_use: 'access_token' },
    { token_type: 'urn:ietf:params:oauth:token-type:access_token' },
  ])('is an access token: %j', async (claims) => {
    expect(await reasonOf({ ...GOOD, ...claims })).toBe('active')
  })

  it('needs no token_type when the operator knows that the endpoint answers for access tokens alone', async () => {
    const settings = { OIDC_OP_INTROSPECTS_ACCESS_TOKENS_ONLY: 'true' }
    expect(await judge({ ...GOOD, token_type: undefined }, ANY_APP, settings)).toMatchObject({ active: true })
    for (const kind of [
      { token_type: 'refresh_token' },
      { token_type: undefined, typ: 'Refresh' },
      { token_use: 'id' },
    ]) {
      expect(await judge({ ...GOOD, ...kind }, ANY_APP, settings)).toMatchObject({ active: false })
    }
    expect(await judge({ ...GOOD, token_type: undefined })).toMatchObject({
      hint: expect.stringContaining('OIDC_OP_INTROSPECTS_ACCESS_TOKENS_ONLY'),
    })
  })

  it.each<[string, boolean, Partial<App>, Claims]>([
    ['the audience of the app', true, { audiences: ['https://a.example'] }, { aud: ['x', 'https://a.example'] }],
    ['a client of the app', true, { clients: ['meet'] }, { aud: undefined }],
    ['another audience than that of the app', false, { audiences: ['https://a.example'] }, {}],
    ['another client than that of the app', false, { clients: ['other'] }, {}],
    ['the sign-in client, for an app without a policy', true, {}, { aud: CLIENT_ID }],
  ])('for %s: %s (A54, A114)', async (_, expected, policy, claims) => {
    expect((await judge({ ...GOOD, ...claims }, { ...ANY_APP, ...policy })).active).toBe(expected)
  })
})

describe('an opaque token that the provider calls inactive', () => {
  it('is not active, and nothing that the provider says beside it counts', async () => {
    expect(await reasonOf({ ...GOOD, active: false })).toBe('opaque, and not active at default')
  })
})

describe('no one is asked', () => {
  it.each([
    ['a word', 'x'],
    ['one character less than a token must have', 'a'.repeat(21)],
    ['more characters than a token has', 'a'.repeat(4097)],
    ['a blank inside', 'an opaque token of the provider'],
    ['a line feed', 'an-opaque-token\r\nof-the-provider'],
    ['a NUL', 'an-opaque-token-of-the-provider\0'],
    ['a letter of another alphabet', 'an-opaque-tokén-of-the-provider'],
    ['something like a session token', `gths_${'A'.repeat(44)}`],
    ['something with our prefix inside', `an-opaque-token-gths_${'A'.repeat(20)}`],
    ['something like a session token with its cookie', `__Host-gatehouse-session=gths_${'A'.repeat(44)}`],
    [
      'a JWT of another issuer with something behind it',
      `e30.${base64url.encode('{"iss":"https://idp2.example"}')}.A!`,
    ],
    [
      'a JWT of another issuer that is padded',
      `${base64url.encode('{"alg":"RS256"}')}==.${base64url.encode('{"iss":"https://idp2.example"}')}=.AAAA`,
    ],
    ['a JWE that is too long', `${base64url.encode('{"alg":"dir"}')}..a.${'a'.repeat(16_384)}.a`],
    ['a JWT of another issuer', `e30.${base64url.encode('{"iss":"https://idp2.example"}')}.AAAA`],
    ['a JWT of no one', `${base64url.encode('{"alg":"RS256"}')}.e30.AAAAAAAA`],
  ])('about %s (A115)', async (_, token) => {
    const world = worldOf(GOOD)
    expect((await check(token, ANY_APP, world.ports)).active).toBe(false)
    expect(world.farEnd.journal).toEqual([])
  })

  it('about a session token', async () => {
    const world = worldOf(GOOD)
    expect((await check((await newSessionToken()).token, ANY_APP, world.ports)).active).toBe(false)
    expect(world.farEnd.journal).toEqual([])
  })

  const SECRETS = {
    GATEHOUSE_SECRET: `${'n'.repeat(40)} ${'o'.repeat(40)}`,
    OIDC_STORE_REFRESH_TOKEN_KEY: 'k'.repeat(40),
  }

  it.each(['login', 'logout', 'tokens', 'csrf', 'guests', 'signingKeys'] as const)(
    'about what Gatehouse has sealed, whole or in pieces, under any of its secrets: %s',
    async (use) => {
      const world = worldOf(GOOD, SECRETS)
      const { config } = world.ports
      expect(Object.keys(createSealers(config))).toEqual(['login', 'logout', 'tokens', 'csrf', 'guests', 'signingKeys'])
      const old = createSealers({
        ...config,
        sealingSecrets: ['o'.repeat(40)],
        tokenSealingSecrets: undefined,
      })
      for (const sealers of [createSealers(config), old]) {
        const sealed = await sealers[use].seal('x'.repeat(40), 'context')
        const parts = sealed.split('.')
        const kept = parts.slice(0, 4).join('.')
        const shown = [
          sealed,
          `__Host-gatehouse=${sealed}`,
          `"${sealed}"`,
          kept,
          `${kept}.!`,
          `x.${sealed}`,
          `x${sealed}`,
          `${sealed}x`,
        ]
        for (const token of [...shown, parts[0] ?? '']) {
          expect(await check(token, ANY_APP, world.ports)).toMatchObject({ active: false })
        }
      }
      expect(world.farEnd.journal).toEqual([])
    },
  )

  it.each<[string, Claims, (() => Response) | undefined]>([
    ['without an endpoint', {}, undefined],
    ['by a public client', { OIDC_RP_TOKEN_AUTH_METHOD: 'none' }, () => json(GOOD)],
    ['by a client without its secret', { OIDC_RS_CLIENT_ID: 'asker' }, () => json(GOOD)],
  ])('%s, and the log says so', async (_, settings, answer) => {
    const world = worldOf(answer, settings)
    expect(await check(TOKEN, ANY_APP, world.ports)).toEqual({
      active: false,
      reason: 'opaque, and no provider can be asked about it',
    })
    expect(countOf(world)).toBe(0)
  })
})

describe('the shortest and the longest token', () => {
  it.each([
    ['22 characters', 'a'.repeat(22)],
    ['4096 characters', 'a'.repeat(4096)],
    ['a padding', `${'a'.repeat(30)}==`],
    ['every kind of character', 'ya29.a0AfB~x+y/z-1_2345678'],
    ['every visible character', Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index)).join('')],
    ['one of Salesforce', '00D4x000000ABCD!AQcAQH0dMHZfz972Szmpkb58urFRkgeBGsxL_QJWwYMfAbUeeG7c1E6'],
    ['three parts that are no JWT', 'ya29.an-opaque-token.of-the-provider'],
    [
      'three parts of which one is JSON',
      `opaque-token.${base64url.encode('{"iss":"https://idp2.example"}')}.of-the-provider`,
    ],
    ['a JWE of OpenIddict', jwe({ alg: 'RSA-OAEP', enc: 'A256CBC-HS512', kid: 'K', typ: 'at+jwt', cty: 'JWT' })],
    ['a long JWE', jwe({ alg: 'dir', enc: 'A256GCM' }, 12_000)],
    ['five parts that are no JWE', 'an.opaque.token.of.the-provider'],
  ])('that a provider may issue reaches it: %s', async (_, token) => {
    expect((await check(token, ANY_APP, worldOf(GOOD).ports)).active).toBe(true)
  })
})

describe('a verdict', () => {
  it('is kept for a minute, for the app that asked', async () => {
    const world = worldOf(GOOD)
    for (const seconds of [0, 30, 29]) {
      world.clock.advance(seconds)
      expect((await check(TOKEN, ANY_APP, world.ports)).active).toBe(true)
    }
    expect(countOf(world)).toBe(1)
    world.clock.advance(1)
    await check(TOKEN, ANY_APP, world.ports)
    expect(countOf(world)).toBe(2)
  })

  it('is never kept past the end of the token (A44, A58)', async () => {
    const world = worldOf({ ...GOOD, exp: NOW + 2 })
    expect((await check(TOKEN, ANY_APP, world.ports)).active).toBe(true)
    world.clock.advance(2)
    expect((await check(TOKEN, ANY_APP, world.ports)).active).toBe(false)
  })

  it('is kept for a minute also when the token lives for ever (A58)', async () => {
    const world = worldOf({ ...GOOD, exp: 253_402_300_799 })
    await check(TOKEN, ANY_APP, world.ports)
    world.clock.advance(60)
    await check(TOKEN, ANY_APP, world.ports)
    expect(countOf(world)).toBe(2)
  })

  it.each<[string, Claims]>([
    ['of the provider', { active: false }],
    ['of our own', { ...GOOD, aud: 'other' }],
  ])('that is a refusal %s is kept for ten seconds (A56)', async (_, answer) => {
    const world = worldOf(answer)
    for (let count = 0; count < 1000; count++) await check(TOKEN, ANY_APP, world.ports)
    expect(countOf(world)).toBe(1)
    world.clock.advance(10)
    await check(TOKEN, ANY_APP, world.ports)
    expect(countOf(world)).toBe(2)
  })

  it('of one app says nothing to another, nor to the same app with another policy (A54, A55)', async () => {
    const world = worldOf({ ...GOOD, aud: 'https://a.example' })
    const a = { ...ANY_APP, clientId: 'a', audiences: ['https://a.example'] }
    const b = { ...ANY_APP, clientId: 'b', audiences: ['https://b.example'] }
    const changed = { ...a, audiences: ['https://c.example'] }
    const active = []
    for (const app of [a, b, a, changed]) active.push((await check(TOKEN, app, world.ports)).active)
    expect(active).toEqual([true, false, true, false])
    expect(countOf(world)).toBe(3)
  })

  it('is kept under a hash, so that no token is found in memory [IN19]', async () => {
    const world = worldOf(GOOD)
    const keys: string[] = []
    const verdicts = {
      ...world.ports.verdicts,
      recall: () => undefined,
      keep: (key: string, verdict: unknown) => keys.push(key, String(verdict)),
    }
    await check(TOKEN, ANY_APP, { ...world.ports, verdicts })
    expect(keys[0]).toMatch(/^[\w-]{43}$/)
    expect(keys[0]).not.toBe(await sha256(TOKEN))
    expect(keys.join()).not.toContain(TOKEN)
  })
})

describe('thirty checks at once', () => {
  const thirty = (world: TokenWorld, token = TOKEN, app = ANY_APP) =>
    Promise.allSettled(Array.from({ length: 30 }, () => check(token, app, world.ports)))

  /** A provider that answers when as many have come as are expected, while no time passes. */
  function patient(answer: () => Response, expected = 30): TokenWorld {
    const world = worldOf(GOOD)
    const clock = { now: () => START, aheadSeconds: 0, sleep: async () => void (await nextTurn()) }
    // A clock that moves with each pause would end the lease of a question before all have come.
    const verdicts = createVerdicts(clock, world.ports.revocations)
    let come = 0
    world.farEnd.on(INTROSPECT, async () => {
      while (come < expected) await nextTurn()
      return answer()
    })
    const ports = {
      ...world.ports,
      clock,
      verdicts: {
        ...verdicts,
        // Each that comes looks first whether there is a verdict.
        recall(key: string) {
          come += 1
          return verdicts.recall(key)
        },
      },
    }
    return { ...world, ports }
  }

  it.each([
    [true, GOOD],
    [false, { active: false }],
  ])('of one token are one question, active: %s', async (active, answer) => {
    const world = patient(() => json(answer))
    const settled = await thirty(world)
    expect(settled.map((one) => one.status === 'fulfilled' && one.value.active)).toEqual(Array(30).fill(active))
    expect(countOf(world)).toBe(1)
  })

  it('are one question also when the answer is too long to be kept, and whoever comes later asks anew', async () => {
    const long = [{ type: 'a', text: 'x'.repeat(9000) }]
    const world = patient(() => json({ ...GOOD, authorization_details: long }))
    const settled = await thirty(world)
    expect(settled.map((one) => one.status === 'fulfilled' && one.value.active)).toEqual(Array(30).fill(true))
    expect(countOf(world)).toBe(1)
    await check(TOKEN, ANY_APP, world.ports)
    expect(countOf(world)).toBe(2)
  })

  it('that get no answer are one question, and whoever comes later asks anew', async () => {
    let isGood = false
    const world = patient(() => (isGood ? json(GOOD) : json({}, 503)))
    expect((await thirty(world)).map(({ status }) => status)).toEqual(Array(30).fill('rejected'))
    expect(countOf(world)).toBe(1)
    isGood = true
    expect((await check(TOKEN, ANY_APP, world.ports)).active).toBe(true)
    expect(countOf(world)).toBe(2)
  })

  it('of two tokens, or for two apps, are two questions', async () => {
    const world = patient(() => json(GOOD), 90)
    await Promise.all([thirty(world), thirty(world, `${TOKEN}-2`), thirty(world, TOKEN, { ...ANY_APP, clientId: 'b' })])
    expect(countOf(world)).toBe(3)
  })

  it('do not wait for one whose request was cancelled: another takes over', async () => {
    let asked = 0
    const world = worldOf(() => {
      asked += 1
      // What the first one gets, whose visitor has gone away: nothing, ever.
      return asked === 1 ? (new Promise<Response>(() => {}) as unknown as Response) : json(GOOD)
    })
    void check(TOKEN, ANY_APP, world.ports)
    while (asked === 0) await world.clock.sleep(1)
    expect((await check(TOKEN, ANY_APP, world.ports)).active).toBe(true)
    expect(asked).toBe(2)
  })
})

describe('a provider that fails', () => {
  it.each<[string, () => Response]>([
    ['429', () => new Response('slow down', { status: 429 })],
    ['500', () => json({}, 500)],
    ['503', () => json({}, 503)],
    ['HTML', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['active as text', () => json({ ...GOOD, active: 'true' })],
    ['no connection', () => Promise.reject(new TypeError('lost')) as unknown as Response], // what the far end does then
  ])('with %s gives no verdict, and nothing is kept (A117) [IN21]', async (_, bad) => {
    let isGood = false
    const world = worldOf(() => (isGood ? json(GOOD) : bad()))
    const { code } = await refusalOf(check(TOKEN, ANY_APP, world.ports))
    expect(code).toMatch(/^provider_(error|unreachable)$/)
    isGood = true
    expect((await check(TOKEN, ANY_APP, world.ports)).active).toBe(true)
  })
})

describe('with several providers', () => {
  const IDS = ['one', 'two', 'three', 'four', 'five']
  const issuerOf = (id: string) => `https://${id}.example`

  /** Providers that know only the tokens that are listed; `null`: fails. Those without an entry cannot be asked. */
  function several(known: Readonly<Record<string, readonly string[] | null>>) {
    const tables = IDS.map((id) => ({ id, url: issuerOf(id), client_id: CLIENT_ID, client_secret: 's' }))
    const world = createWorld({
      settings: {
        OIDC_OP_URL: undefined,
        OIDC_RP_CLIENT_ID: undefined,
        OIDC_RP_CLIENT_SECRET: undefined,
        OIDC_PROVIDERS: tables.map(({ client_secret: _, ...table }) => table),
        ...Object.fromEntries(IDS.map((id) => [`OIDC_PROVIDERS_${id.toUpperCase()}_CLIENT_SECRET`, 'client-secret'])),
      },
    })
    for (const id of IDS) {
      const issuer = issuerOf(id)
      const endpoint = id in known ? { introspection_endpoint: `${issuer}/introspect` } : {}
      world.farEnd.on(`${issuer}/.well-known/openid-configuration`, () =>
        json({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/jwks`,
          ...endpoint,
        }),
      )
      world.farEnd.on(`${issuer}/introspect`, (_, init) => {
        const tokens = known[id]
        if (!tokens) return json({}, 500)
        const isKnown = tokens.includes(new URLSearchParams(String(init?.body)).get('token') ?? '')
        return json(isKnown ? { ...GOOD, iss: undefined } : { active: false })
      })
    }
    const asked = () =>
      world.farEnd.journal
        .filter((url) => url.endsWith('/introspect'))
        .map((url) => new URL(url).hostname.split('.')[0])
    return { ...world, asked }
  }

  it('they are asked in order, those that can be, until one knows it', async () => {
    const world = several({ two: [], four: [TOKEN], five: [TOKEN] })
    expect(await check(TOKEN, ANY_APP, world.ports)).toMatchObject({ claims: { iss: issuerOf('four') } })
    expect(world.asked()).toEqual(['two', 'four'])
  })

  it('no more than three are asked', async () => {
    const world = several({ one: [], two: [], three: [], four: [TOKEN] })
    expect(await check(TOKEN, ANY_APP, world.ports)).toMatchObject({
      reason: 'opaque, and not active at one, two, three',
    })
    expect(world.asked()).toEqual(['one', 'two', 'three'])
  })

  it('the one that the app names is asked alone (A115)', async () => {
    const world = several({ one: [TOKEN], two: [], four: [TOKEN] })
    const ask = async (id: string) => check(TOKEN, ANY_APP, world.ports, world.ports.providers.withId(id))
    expect((await ask('two')).active).toBe(false)
    expect((await ask('four')).active).toBe(true)
    expect(world.asked()).toEqual(['two', 'four'])
  })

  it('what one knows another does not, on the same isolate and in any order (A55)', async () => {
    const world = several({ one: [TOKEN], two: [] })
    const active = []
    for (const id of ['one', 'two', 'one', 'two']) {
      active.push((await check(TOKEN, ANY_APP, world.ports, world.ports.providers.withId(id))).active)
    }
    expect(active).toEqual([true, false, true, false])
  })

  it('one that fails does not hide what another knows', async () => {
    expect((await check(TOKEN, ANY_APP, several({ one: null, two: [TOKEN] }).ports)).active).toBe(true)
  })

  it('one that fails might have known it: no verdict (A117)', async () => {
    const refusal = await refusalOf(check(TOKEN, ANY_APP, several({ one: null, two: [] }).ports))
    expect(refusal.code).toBe('provider_error')
  })

  it('the audience that counts is that of the provider whose token it is', async () => {
    const world = several({ one: [randomToken()], two: [TOKEN] })
    expect((await check(TOKEN, { ...ANY_APP, audiences: ['https://a.example'] }, world.ports)).active).toBe(false)
    expect(world.asked()).toEqual(['one', 'two'])
  })
})
