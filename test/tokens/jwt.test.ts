/**
 * JWT access tokens: kind, issuer, life, audience, and what an app is told (requirements AT1 to AT13; A43, A44, A47, A114, A117, A123).
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { App } from '../../src/accounts/apps.ts'
import { looksLikeJwt } from '../../src/oidc/unverified-jwt.ts'
import type { GoodToken, Verdict } from '../../src/tokens/access-token.ts'
import { checkJwt } from '../../src/tokens/jwt.ts'
import { json } from '../support/far-end.ts'
import { compact, makeKey, sign, type TestKey, withFlippedBit } from '../support/keys.ts'
import { refusalOf } from '../support/refusal.ts'
import { ANY_APP, createTokenWorld, DISCOVERY, ISSUER, JWKS, NOW, type TokenWorld } from '../support/token-world.ts'
import { BASE_URL, CLIENT_ID } from '../support/unit-world.ts'

type Claims = Readonly<Record<string, unknown>>

/** A token of RFC 9068 for a person. */
const RFC_9068: Claims = {
  iss: ISSUER,
  exp: NOW + 300,
  aud: BASE_URL,
  sub: 'alice',
  client_id: 'meet',
  iat: NOW - 10,
  jti: 'token-1',
}

/** A token as Keycloak makes it by default, for a person. */
const KEYCLOAK: Claims = {
  exp: NOW + 300,
  iat: NOW - 10,
  jti: 'onrtac:7f1c',
  iss: ISSUER,
  aud: [CLIENT_ID, 'account'],
  sub: 'b5b5c3a2-alice',
  typ: 'Bearer',
  azp: 'meet',
  scope: 'openid email profile',
  preferred_username: 'alice',
  realm_access: { roles: ['offline_access', 'uma_authorization'] },
}

/** A recorder of OpenTalk: the service account of a Keycloak client. */
const RECORDER: Claims = {
  ...KEYCLOAK,
  jti: '5c0c-without-a-grant',
  sub: '9c1d-service',
  azp: 'recorder',
  client_id: 'recorder',
  preferred_username: 'service-account-recorder',
  realm_access: { roles: ['opentalk-recorder'] },
}

let key: TestKey
let world: TokenWorld

beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
  world = createTokenWorld(key)
})

async function judge(
  claims: Claims,
  { header = { typ: 'at+jwt' } as Claims, app = ANY_APP as App } = {},
): Promise<Verdict> {
  return checkJwt(await sign(key, claims, header), app, world.ports)
}

async function good(claims: Claims, options: { header?: Claims; app?: App } = {}): Promise<GoodToken> {
  const verdict = await judge(claims, options)
  if (!verdict.active) throw new Error(`not active: ${verdict.reason}`)
  return verdict
}

async function isActive(claims: Claims, options: { header?: Claims; app?: App } = {}): Promise<boolean> {
  return (await judge(claims, options)).active
}

const asKeycloak = { header: { typ: 'JWT' } }

describe('the kind of a token', () => {
  it.each(['at+jwt', 'application/at+jwt', 'AT+JWT', 'Application/At+Jwt'])(
    '%s in the header is an access token (AT1)',
    async (typ) => {
      expect(await isActive(RFC_9068, { header: { typ } })).toBe(true)
    },
  )

  it.each([
    undefined,
    'JWT',
    'jwt',
    'dpop+jwt',
    'token-introspection+jwt',
    'secevent+jwt',
    'jwt+at',
    'at+jwt ',
    'xat+jwt',
    'application/application/at+jwt',
    '',
  ])('%j in the header, and nothing in the claims, is none (AT1, A119, A123)', async (typ) => {
    expect(await isActive(RFC_9068, { header: { typ } })).toBe(false)
  })

  it.each(['iss', 'exp', 'aud', 'client_id', 'iat', 'jti'])('at+jwt without %s is refused (AT8)', async (name) => {
    expect(await isActive({ ...RFC_9068, [name]: undefined })).toBe(false)
  })

  it('at+jwt of Keycloak may name its client in azp alone', async () => {
    const header = { typ: 'at+jwt' }
    expect(await isActive({ ...KEYCLOAK, client_id: undefined }, { header })).toBe(true)
    expect(await isActive({ ...KEYCLOAK, azp: undefined }, { header })).toBe(false)
    expect(await isActive({ ...RFC_9068, client_id: undefined, azp: 'meet' }, { header })).toBe(false)
  })

  it.each([undefined, 'JWT'])('a token of Keycloak says "Bearer" in its claims; header %j', async (typ) => {
    expect(await isActive(KEYCLOAK, { header: { typ } })).toBe(true)
  })

  it.each(['ID', 'Refresh', 'Offline', 'Logout', 'bearer', 'BEARER', '', null, 5, ['Bearer'], undefined])(
    'a token of Keycloak that says %j in its claims is refused (A123)',
    async (typ) => {
      expect(await isActive({ ...KEYCLOAK, typ }, asKeycloak)).toBe(false)
    },
  )

  it('an ID token is no access token (A123)', async () => {
    const claims = {
      iss: ISSUER,
      sub: 'alice',
      aud: CLIENT_ID,
      exp: NOW + 300,
      iat: NOW,
      nonce: 'n',
      at_hash: 'h',
      azp: CLIENT_ID,
    }
    expect([await isActive(claims, asKeycloak), await isActive(claims, { header: {} })]).toEqual([false, false])
  })

  it('an ID token of Keycloak is no access token (A123)', async () => {
    expect(await isActive({ ...KEYCLOAK, typ: 'ID', nonce: 'n' }, asKeycloak)).toBe(false)
  })

  it('a logout token is no access token (A123)', async () => {
    const claims = {
      iss: ISSUER,
      sub: 'alice',
      aud: CLIENT_ID,
      iat: NOW,
      exp: NOW + 120,
      jti: 'x',
      sid: 's',
      events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    }
    const headers = [{ typ: 'logout+jwt' }, { typ: 'JWT' }, {}]
    expect(await Promise.all(headers.map((header) => isActive(claims, { header })))).toEqual([false, false, false])
  })
})

describe('the issuer (AT3)', () => {
  it.each([
    `${ISSUER}/`,
    ISSUER.slice(0, -1),
    ISSUER.toUpperCase(),
    'https://idp2.example',
    'http://idp.example/realms/main',
    '',
  ])('%j is another one', async (iss) => {
    expect(await isActive({ ...RFC_9068, iss })).toBe(false)
  })

  it.each([undefined, null, 5, [ISSUER], {}])('%j is none', async (iss) => {
    expect(await isActive({ ...RFC_9068, iss })).toBe(false)
  })

  it('when it is another one, no one is asked anything (A115)', async () => {
    const { ports, farEnd } = createTokenWorld(key)
    await checkJwt(await sign(key, { ...RFC_9068, iss: 'https://idp2.example' }, { typ: 'at+jwt' }), ANY_APP, ports)
    expect(farEnd.journal).toEqual([])
  })
})

describe('the life of a token', () => {
  it.each([
    [NOW + 1, true],
    [NOW + 0.5, true],
    [NOW, false],
    [NOW - 1, false],
    [NOW - 59, false],
    [0, false],
  ])('exp %d at the time 1893456000: %s (A44, AT6)', async (exp, active) => {
    expect(await isActive({ ...RFC_9068, exp })).toBe(active)
  })

  it('ends while keys and metadata are in memory (A44)', async () => {
    const { ports, clock } = createTokenWorld(key)
    const token = await sign(key, { ...RFC_9068, exp: NOW + 2 }, { typ: 'at+jwt' })
    const before = await checkJwt(token, ANY_APP, ports)
    clock.advance(3)
    expect([before.active, (await checkJwt(token, ANY_APP, ports)).active]).toEqual([true, false])
  })

  it.each(
    ['exp', 'nbf', 'iat'].flatMap((name) =>
      ['9999999999', 'NaN', null, [], {}, true, -1].map((value) => ({ name, value })),
    ),
  )('$name of $value is refused (A47)', async ({ name, value }) => {
    expect(await isActive({ ...RFC_9068, [name]: value })).toBe(false)
  })

  it.each([1e300, Number.MAX_SAFE_INTEGER + 1, 253_402_300_799])(
    'exp %d, which is very far, makes no error (A47, A58)',
    async (exp) => {
      expect(await isActive({ ...RFC_9068, exp })).toBe(true)
    },
  )

  it.each([asKeycloak, {}])('a token of Keycloak without exp is refused (A44)', async (options) => {
    expect(await isActive({ ...KEYCLOAK, exp: undefined }, options)).toBe(false)
  })

  it.each(['nbf', 'iat'])('%s may be a minute ahead, as clocks are, and not a second more', async (name) => {
    const seen = [await isActive({ ...RFC_9068, [name]: NOW + 60 }), await isActive({ ...RFC_9068, [name]: NOW + 61 })]
    expect(seen).toEqual([true, false])
  })

  it('a token that was not valid yet becomes valid', async () => {
    const { ports, clock } = createTokenWorld(key)
    const token = await sign(key, { ...RFC_9068, nbf: NOW + 100 }, { typ: 'at+jwt' })
    const before = await checkJwt(token, ANY_APP, ports)
    clock.advance(100)
    expect([before.active, (await checkJwt(token, ANY_APP, ports)).active]).toEqual([false, true])
  })
})

describe('the audience', () => {
  const appWith = (audiences: string[], clients: string[] = []): App => ({ ...ANY_APP, audiences, clients })

  it.each([BASE_URL, `${BASE_URL}/`, CLIENT_ID])(
    '%s is Gatehouse itself: good for every app without a policy',
    async (aud) => {
      expect(await isActive({ ...RFC_9068, aud })).toBe(true)
    },
  )

  it.each([
    'https://other.example',
    `${BASE_URL}//`,
    `${BASE_URL}/app`,
    `${CLIENT_ID}/`,
    `${BASE_URL}.evil.example`,
    'GATEHOUSE',
    '',
    'app',
    'meet',
  ])('%j is someone else (A43, AT12)', async (aud) => {
    expect(await isActive({ ...RFC_9068, aud })).toBe(false)
  })

  it('one of several is enough', async () => {
    expect(await isActive({ ...RFC_9068, aud: ['https://other.example', BASE_URL] })).toBe(true)
  })

  it.each([[[]], [['https://other.example', 'x']]])('of %j none is enough (A43)', async (aud) => {
    expect(await isActive({ ...RFC_9068, aud })).toBe(false)
  })

  it.each([5, null, {}, [5], [[BASE_URL]]])('of a wrong type, %j, is refused', async (aud) => {
    expect(await isActive({ ...RFC_9068, aud })).toBe(false)
  })

  it('absent is refused when the app names none of the clients', async () => {
    expect(await isActive({ ...KEYCLOAK, aud: undefined }, asKeycloak)).toBe(false)
  })

  it('of the app is good for that app', async () => {
    expect(
      await isActive({ ...RFC_9068, aud: 'https://meet.example' }, { app: appWith(['https://meet.example']) }),
    ).toBe(true)
  })

  it('of another app is not good for this one (A114)', async () => {
    expect(await isActive({ ...RFC_9068, aud: 'https://a.example' }, { app: appWith(['https://b.example']) })).toBe(
      false,
    )
  })

  it('of Gatehouse itself is not good for an app with a policy', async () => {
    expect(await isActive(RFC_9068, { app: appWith(['https://meet.example']) })).toBe(false)
  })

  it.each([
    { azp: 'meet', client_id: undefined },
    { azp: undefined, client_id: 'meet' },
    { azp: 'other', client_id: 'meet' },
  ])('may be missing when the token was issued to a client of the app: %j', async (issuedTo) => {
    const claims = { ...KEYCLOAK, aud: undefined, ...issuedTo }
    expect(await isActive(claims, { ...asKeycloak, app: appWith([], ['meet']) })).toBe(true)
  })

  it.each([
    { azp: 'other', client_id: undefined },
    { azp: 'meet', client_id: 'other' },
    { azp: undefined, client_id: undefined },
    { azp: ['meet'], client_id: undefined },
    { azp: 'MEET', client_id: undefined },
  ])('is not made up for by another client: %j (A43)', async (issuedTo) => {
    const claims = { ...KEYCLOAK, aud: undefined, ...issuedTo }
    expect(await isActive(claims, { ...asKeycloak, app: appWith([], ['meet']) })).toBe(false)
  })

  it('of Gatehouse itself is not good for an app that names clients only, and not this one', async () => {
    expect(await isActive(KEYCLOAK, { ...asKeycloak, app: appWith([], ['recorder']) })).toBe(false)
  })

  it('is one with and without the final slash, for an app that names Gatehouse either way', async () => {
    for (const named of [BASE_URL, `${BASE_URL}/`]) {
      for (const aud of [BASE_URL, `${BASE_URL}/`]) {
        expect(await isActive({ ...RFC_9068, aud }, { app: appWith([named]) })).toBe(true)
      }
    }
    expect(await isActive({ ...RFC_9068, aud: 'https://a.example/' }, { app: appWith(['https://a.example']) })).toBe(
      false,
    )
  })

  it('either the audience or the client is enough for an app that names both', async () => {
    const app = appWith(['https://meet.example'], ['meet'])
    const byAudience = await isActive({ ...RFC_9068, aud: 'https://meet.example', client_id: 'x' }, { app })
    const byClient = await isActive({ ...RFC_9068, aud: 'x', client_id: 'meet' }, { app })
    expect([byAudience, byClient]).toEqual([true, true])
  })
})

describe('the signature', () => {
  it.each(['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA'])(
    'of %s is believed, and with a flipped bit not (A45)',
    async (algorithm) => {
      const other = await makeKey(algorithm, 'other')
      const { ports } = createTokenWorld(other)
      const token = await sign(other, RFC_9068, { typ: 'at+jwt' })
      const verdicts = [await checkJwt(token, ANY_APP, ports), await checkJwt(withFlippedBit(token), ANY_APP, ports)]
      expect(verdicts.map(({ active }) => active)).toEqual([true, false])
    },
  )

  it.each(['none', 'NoNe', 'HS256', 'ES256K', 'RS1'])(
    'of the algorithm %s is never believed (A46, AT5)',
    async (alg) => {
      const token = compact({ alg, typ: 'at+jwt', kid: 'key-1' }, RFC_9068)
      expect((await checkJwt(token, ANY_APP, world.ports)).active).toBe(false)
    },
  )

  it('of a stranger is not believed', async () => {
    const stranger = await makeKey('RS256', 'key-1')
    expect((await checkJwt(await sign(stranger, RFC_9068, { typ: 'at+jwt' }), ANY_APP, world.ports)).active).toBe(false)
  })
})

describe('a provider that fails gives no verdict (A117)', () => {
  const failures: [string, () => Response | Promise<Response>, string][] = [
    ['is down', () => Promise.reject(new TypeError('fetch failed')), 'provider_unreachable'],
    ['answers 503', () => json({}, 503), 'provider_unreachable'],
    ['answers 500', () => json({}, 500), 'provider_error'],
    ['answers 429', () => json({}, 429), 'provider_error'],
    ['answers html', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'provider_error'],
    [
      'answers broken JSON',
      () => new Response('{', { headers: { 'content-type': 'application/json' } }),
      'provider_error',
    ],
    ['answers an empty object', () => json({}), 'provider_error'],
    ['answers null', () => json(null), 'provider_error'],
  ]

  it.each(failures)('when its metadata %s', async (_, answer, code) => {
    const { ports, farEnd } = createTokenWorld(key)
    farEnd.on(DISCOVERY, answer)
    expect((await refusalOf(checkJwt(await sign(key, RFC_9068, { typ: 'at+jwt' }), ANY_APP, ports))).code).toBe(code)
  })

  it('when its metadata names another issuer', async () => {
    const { ports, farEnd } = createTokenWorld(key)
    farEnd.on(DISCOVERY, () => json({ issuer: 'https://evil.example' }))
    expect((await refusalOf(checkJwt(await sign(key, RFC_9068, { typ: 'at+jwt' }), ANY_APP, ports))).code).toBe(
      'provider_error',
    )
  })

  it.each(failures)('when its key set %s', async (_, answer, code) => {
    const { ports, farEnd } = createTokenWorld(key)
    farEnd.on(JWKS, answer)
    expect((await refusalOf(checkJwt(await sign(key, RFC_9068, { typ: 'at+jwt' }), ANY_APP, ports))).code).toBe(code)
  })

  it('and gives one again when it works', async () => {
    const { ports, farEnd, clock } = createTokenWorld(key)
    const token = await sign(key, RFC_9068, { typ: 'at+jwt' })
    farEnd.on(JWKS, () => json({}, 500))
    await refusalOf(checkJwt(token, ANY_APP, ports))
    farEnd.on(JWKS, () => json({ keys: [key.jwk] }))
    clock.advance(10)
    expect((await checkJwt(token, ANY_APP, ports)).active).toBe(true)
  })
})

describe('whose a token is', () => {
  it.each([
    ['a person with a token of RFC 9068', RFC_9068, { typ: 'at+jwt' }, 'user'],
    ['a person with a token of Keycloak', KEYCLOAK, { typ: 'JWT' }, 'user'],
    ['a program whose subject is its client (RFC 9068)', { ...RFC_9068, sub: 'meet' }, { typ: 'at+jwt' }, 'service'],
    ['a recorder, a service account of Keycloak', RECORDER, { typ: 'JWT' }, 'service'],
    ['a recorder whose token leaves out client_id', { ...RECORDER, client_id: undefined }, { typ: 'JWT' }, 'service'],
    [
      'a person who is called like a service account',
      { ...KEYCLOAK, preferred_username: 'service-account-other' },
      { typ: 'JWT' },
      'user',
    ],
    [
      'a person who is called like the account of no client',
      { ...KEYCLOAK, azp: undefined, preferred_username: 'service-account-undefined' },
      { typ: 'JWT' },
      'user',
    ],
    // As Keycloak 26.7 makes them: without the scope profile, and as a lightweight token.
    [
      'a service account whose name is not told',
      { ...RECORDER, jti: 'trrtcc:5c0c', client_id: undefined, preferred_username: undefined },
      { typ: 'JWT' },
      'service',
    ],
    ['a person whose name is not told', { ...KEYCLOAK, preferred_username: undefined }, { typ: 'JWT' }, 'user'],
    [
      'a person whose token of another provider has such an id',
      { ...RFC_9068, jti: 'trrtcc:1' },
      { typ: 'at+jwt' },
      'user',
    ],
    // Keycloak writes user names in lower case, client ids as they are.
    [
      'a service account of a client with capitals in its id',
      {
        ...RECORDER,
        azp: 'OpenTalk-Recorder',
        client_id: 'OpenTalk-Recorder',
        preferred_username: 'service-account-opentalk-recorder',
      },
      { typ: 'JWT' },
      'service',
    ],
  ])('%s', async (_, claims, header, principal) => {
    expect((await good(claims, { header })).principal).toBe(principal)
  })
})

it('a person’s token that names no one is no one’s, and not a program’s', async () => {
  const { ports } = createTokenWorld(key)
  const token = await sign(key, { ...KEYCLOAK, sub: undefined, sid: 's' }, { typ: 'JWT' })
  expect(await checkJwt(token, ANY_APP, ports)).toMatchObject({ active: false })
})

describe('roles', () => {
  it('of a recorder are those of its realm', async () => {
    expect((await good(RECORDER, asKeycloak)).roles).toEqual(['opentalk-recorder'])
  })

  it.each([undefined, null, [], 'admin', {}, { roles: 'admin' }, { roles: null }, { roles: { 0: 'admin' } }])(
    'are not known when the claim is %j, and not told',
    async (realm_access) => {
      expect((await good({ ...KEYCLOAK, realm_access }, asKeycloak)).roles).toBeUndefined()
    },
  )

  it.each([
    [{ roles: [] }, []],
    [{ roles: [5] }, []],
    [{ roles: ['admin', 5, ''] }, ['admin']],
    [{ roles: { admin: { 1: 'corp.example' }, guest: {} } }, ['admin', 'guest']],
    [{ roles: [{ name: 'admin' }, null] }, ['admin']],
    [{ roles: '["admin"]' }, ['admin']],
    ['{"roles":["admin"]}', ['admin']],
  ])('of %j are %j', async (realm_access, roles) => {
    expect((await good({ ...KEYCLOAK, realm_access }, asKeycloak)).roles).toEqual(roles)
  })

  it('come from no other claim at Keycloak', async () => {
    const claims = { ...RFC_9068, roles: ['admin'], groups: ['admin'], resource_access: { app: { roles: ['admin'] } } }
    expect((await good(claims)).roles).toBeUndefined()
  })
})

describe('what an app is told', () => {
  it('of a token of RFC 9068 are its registered claims', async () => {
    expect((await good({ ...RFC_9068, scope: 'read', nbf: NOW, acr: 'high', auth_time: NOW - 20 })).claims).toEqual({
      ...RFC_9068,
      scope: 'read',
      nbf: NOW,
      acr: 'high',
      auth_time: NOW - 20,
      token_type: 'Bearer',
    })
  })

  it('of a token of Keycloak is also the user name, and its client', async () => {
    expect((await good(KEYCLOAK, asKeycloak)).claims).toMatchObject({
      username: 'alice',
      client_id: 'meet',
      scope: 'openid email profile',
    })
  })

  it('is nothing that the app does not need', async () => {
    const { claims } = await good({ ...KEYCLOAK, email: 'MARKER', sid: 'MARKER', address: 'MARKER' }, asKeycloak)
    expect(JSON.stringify(claims)).not.toContain('MARKER')
  })

  it.each([5, null, {}, ['alice']])('is no user name of a wrong type: %j', async (preferred_username) => {
    expect((await good({ ...KEYCLOAK, preferred_username }, asKeycloak)).claims).not.toHaveProperty('username')
  })

  it('of a token bound to a key is the binding, and that it is no Bearer token (A118)', async () => {
    const cnf = { jkt: '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I' }
    expect((await good({ ...RFC_9068, cnf })).claims).toMatchObject({ cnf, token_type: 'DPoP' })
  })

  // RFC 8705: such a token is still of the type Bearer; only its binding tells.
  it('of a token bound to a certificate is the binding, and not that it is a DPoP token (A118)', async () => {
    const cnf = { 'x5t#S256': 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2' }
    const { claims } = await good({ ...RFC_9068, cnf })
    expect(claims.cnf).toEqual(cnf)
    expect(claims.token_type).not.toBe('DPoP')
  })

  it('of a bad token is nothing but the reason, for the log', async () => {
    expect(await judge({ ...RFC_9068, exp: NOW })).toEqual({ active: false, reason: 'it has expired (exp)' })
  })

  it('the reason says which claims are missing', async () => {
    expect(await judge({ ...RFC_9068, aud: undefined, jti: undefined })).toEqual({
      active: false,
      reason: 'no jti, aud',
    })
  })
})

describe('what looks like a JWT', () => {
  it.each(['a.b.c', 'e30.e30.e30', 'A-_.0.z'])('%s does', (token) => {
    expect(looksLikeJwt(token)).toBe(true)
  })

  it.each([
    '',
    'a',
    'a.b',
    'a.b.',
    '.b.c',
    'a..c',
    'a.b.c.d',
    'a.b.c ',
    ' a.b.c',
    'a.b.c\n',
    'a.b.é',
    'a.b.c=',
    'a+b.c.d',
    'a.b.c.d.e',
    '..',
  ])('%j does not', (token) => {
    expect(looksLikeJwt(token)).toBe(false)
  })

  it('has 16,384 characters at most', () => {
    const [fits, tooLong] = [`a.${'b'.repeat(16_380)}.c`, `a.${'b'.repeat(16_381)}.c`]
    expect([looksLikeJwt(fits), looksLikeJwt(tooLong)]).toEqual([true, false])
  })
})
