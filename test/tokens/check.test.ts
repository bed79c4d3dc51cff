/**
 * The one question about every kind of token: sessions, JWTs, and whatever else someone may present.
 */
import { base64url } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { createSealer, randomToken, sha256 } from '../../src/crypto.ts'
import { GatehouseError } from '../../src/errors.ts'
import { newSessionToken, type Session } from '../../src/sessions/session.ts'
import { introspectionAnswer } from '../../src/tokens/access-token.ts'
import { check } from '../../src/tokens/check.ts'
import { json } from '../support/far-end.ts'
import { compact, makeKey, sign, type TestKey } from '../support/keys.ts'
import { ALICE, sessionOf } from '../support/people.ts'
import { refusalOf } from '../support/refusal.ts'
import { ANY_APP, createTokenWorld, createWorld, DISCOVERY, ISSUER, NOW } from '../support/token-world.ts'
import { BASE_URL, CLIENT_ID } from '../support/unit-world.ts'

let key: TestKey

beforeAll(async () => {
  key = await makeKey('ES256', 'key-1')
})

/** A world in which Alice is signed in. */
async function signedIn(more: Partial<Session> = {}) {
  const world = createTokenWorld(key)
  const { token, tokenHash } = await newSessionToken()
  world.sessions.set(tokenHash, sessionOf(tokenHash, NOW - 60, { expiresAt: NOW + 600, ...more }))
  return { ...world, token, tokenHash }
}

describe('a session token', () => {
  it('of a live session is good, and tells whose it is', async () => {
    const { token, ports } = await signedIn()
    expect(await check(token, ANY_APP, ports)).toEqual({
      active: true,
      principal: 'user',
      roles: ['member'],
      permissions: ['rooms:join', 'rooms:create', 'rooms:record', 'rooms:moderate'],
      claims: {
        iss: 'https://idp.example/realms/main',
        sub: 'alice-subject',
        aud: 'app',
        client_id: CLIENT_ID,
        iat: NOW - 60,
        exp: NOW + 600,
        token_type: 'session',
        username: 'adupont',
        user_id: ALICE.id,
        tenant_id: 'tenant-1',
        tariff_id: 'tariff-1',
        tariff_status: 'paid',
      },
    })
  })

  it('of a person without a user name tells none', async () => {
    const { token, ports } = await signedIn({ user: { ...ALICE, preferred_username: null } })
    expect(introspectionAnswer(await check(token, ANY_APP, ports))).not.toHaveProperty('username')
  })

  it('of a person who proved more tells how strongly and when', async () => {
    const { token, ports } = await signedIn({ acr: 'eidas2', authTime: NOW - 89.5 })
    expect(introspectionAnswer(await check(token, ANY_APP, ports))).toMatchObject({
      acr: 'eidas2',
      auth_time: NOW - 90,
    })
  })

  it('of a session that ends when it is not used says so', async () => {
    const { token, ports } = await signedIn()
    const config = { ...ports.config, sessionIdleSeconds: 100 }
    expect(introspectionAnswer(await check(token, ANY_APP, { ...ports, config }))).toMatchObject({ exp: NOW + 40 })
  })

  it('tells neither itself nor the ID token (A72, A103)', async () => {
    const { token, tokenHash, ports } = await signedIn()
    const answer = JSON.stringify(await check(token, ANY_APP, ports))
    expect([token, tokenHash, 'SEALED-MARKER'].filter((secret) => answer.includes(secret))).toEqual([])
  })

  it('of no session is not active', async () => {
    const { ports } = await signedIn()
    expect(introspectionAnswer(await check((await newSessionToken()).token, ANY_APP, ports))).toEqual({ active: false })
  })

  it('of a session that ended is not active', async () => {
    const { token, tokenHash, ports, sessions } = await signedIn()
    sessions.delete(tokenHash)
    expect((await check(token, ANY_APP, ports)).active).toBe(false)
  })

  it('is judged without asking the provider', async () => {
    const { token, ports, farEnd } = await signedIn()
    await check(token, ANY_APP, ports)
    expect(farEnd.journal).toEqual([])
  })

  it('gives no verdict while the store fails (A88, A117)', async () => {
    const { token, ports } = await signedIn()
    const findWithFeed = () => Promise.reject(new GatehouseError('store_unavailable', 'database_failed', 'no database'))
    expect((await refusalOf(check(token, ANY_APP, { ...ports, sessions: { findWithFeed } }))).code).toBe(
      'store_unavailable',
    )
  })
})

describe('a JWT', () => {
  const claims = { iss: ISSUER, exp: NOW + 300, aud: BASE_URL, sub: 'alice', client_id: 'meet', iat: NOW, jti: 'x' }

  it('of the provider for Gatehouse is good', async () => {
    const { ports } = createTokenWorld(key)
    expect((await check(await sign(key, claims, { typ: 'at+jwt' }), ANY_APP, ports)).active).toBe(true)
  })

  it('is judged by the policy of the app that asks (A54, A114)', async () => {
    const { ports } = createTokenWorld(key)
    const token = await sign(key, { ...claims, aud: 'https://a.example' }, { typ: 'at+jwt' })
    const apps = ['https://a.example', 'https://b.example', 'https://a.example'].map((audience) => ({
      ...ANY_APP,
      audiences: [audience],
    }))
    const verdicts = []
    for (const app of apps) verdicts.push((await check(token, app, ports)).active)
    expect(verdicts).toEqual([true, false, true])
  })

  it('that is longer than 16,384 characters is not active, and no one is asked', async () => {
    const { ports, farEnd } = createTokenWorld(key)
    const token = await sign(key, { ...claims, padding: 'x'.repeat(16_384) }, { typ: 'at+jwt' })
    expect([(await check(token, ANY_APP, ports)).active, farEnd.journal]).toEqual([false, []])
  })
})

describe('anything else', () => {
  const nested = base64url.encode('{"iss":'.repeat(1000))

  it.each([
    '',
    ' ',
    'x',
    'Bearer x',
    '.',
    '..',
    'a.b.c',
    'a.b.c.d.e',
    'e30.e30.e30',
    `e30.${nested}.e30`,
    `${nested}.${nested}.${nested}`,
    `e30.${base64url.encode(`{"iss":"${ISSUER}"}`)}.e30`,
    `!.${base64url.encode(`{"iss":"${ISSUER}"}`)}.!`,
    `bnVsbA.${base64url.encode(`{"iss":"${ISSUER}"}`)}.AA`,
    compact({ alg: 'none' }, { iss: ISSUER }),
    compact({ alg: 'ES256', kid: '__proto__' }, { iss: ISSUER, exp: 1e300 }),
    'bnVsbA.bnVsbA.bnVsbA',
    'gths_',
    'gths_short',
    `gths_${'A'.repeat(44)}`,
    '__proto__',
    'constructor',
    'a\r\nb',
    '\0',
    '\ud800',
    '🚪',
    'null',
    '{}',
    'x'.repeat(1_000_000),
    '.'.repeat(1_000_000),
  ])('is not active, and never an error: %j (A124)', async (token) => {
    const { ports } = createTokenWorld(key)
    expect(introspectionAnswer(await check(token, ANY_APP, ports))).toEqual({ active: false })
  })

  it('that is sealed by us, such as the cookie of a sign-in, is not active (A123)', async () => {
    const { ports } = createTokenWorld(key)
    const cookie = await createSealer(ports.config.sealingSecrets, 'login').seal('{}', '__Host-login')
    expect((await check(cookie, ANY_APP, ports)).active).toBe(false)
  })

  it('that is the hash of a session token is not active', async () => {
    const { token, ports } = await signedIn()
    expect((await check(await sha256(token), ANY_APP, ports)).active).toBe(false)
  })

  it('that is an opaque token of a provider that cannot be asked is not active, and it is not sent anywhere', async () => {
    const { ports, farEnd } = createTokenWorld(key)
    expect([(await check(randomToken(), ANY_APP, ports)).active, farEnd.journal]).toEqual([false, [DISCOVERY]])
  })
})

describe('a JWT without a signature', () => {
  it('is refused for that, and no provider is asked about it', async () => {
    const { ports, farEnd } = createWorld({ metadata: { introspection_endpoint: `${ISSUER}/introspect` } })
    const token = compact({ alg: 'none', typ: 'at+jwt' }, { iss: ISSUER, aud: BASE_URL, exp: NOW + 300 }, '')
    expect(await check(token, ANY_APP, ports)).toEqual({ active: false, reason: 'a JWT that is not signed' })
    expect(farEnd.journal).toEqual([])
  })

  it('is told from an opaque token that only has as many dots', async () => {
    const { ports, farEnd } = createWorld({ metadata: { introspection_endpoint: `${ISSUER}/introspect` } })
    farEnd.on(`${ISSUER}/introspect`, () => json({ active: false }))
    await check('an-opaque-token.with-two-dots-in-it.', ANY_APP, ports)
    expect(farEnd.journal).toContain(`${ISSUER}/introspect`)
  })
})

it('a JWT that has expired is not active, also when no one can find out whose it is', async () => {
  const { ports } = createWorld({
    settings: {
      OIDC_OP_URL: '',
      OIDC_OP_AUTHORIZATION_ENDPOINT: `${ISSUER}/authorize`,
      OIDC_OP_TOKEN_ENDPOINT: `${ISSUER}/token`,
      OIDC_OP_JWKS_ENDPOINT: `${ISSUER}/jwks`,
    },
  })
  const token = await sign(key, { iss: ISSUER, aud: BASE_URL, exp: NOW }, { typ: 'at+jwt' })
  expect(await check(token, ANY_APP, ports)).toEqual({ active: false, reason: 'it has expired (exp)' })
})
