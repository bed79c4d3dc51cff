/**
 * Tokens that were found good before: when the verdict still holds without a look at the signature or the database, and when not.
 */
import fc from 'fast-check'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type App, CLAIM_SETS } from '../../src/accounts/apps.ts'
import { check } from '../../src/tokens/check.ts'
import { createKnownTokens, type FoundGood, keyOf } from '../../src/tokens/known-tokens.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { json } from '../support/far-end.ts'
import { makeKey, sign, type TestKey } from '../support/keys.ts'
import {
  ANY_APP,
  createTokenWorld,
  createWorld,
  ISSUER,
  JWKS,
  NOW,
  START,
  type TokenWorld,
} from '../support/token-world.ts'
import { BASE_URL } from '../support/unit-world.ts'

let key: TestKey
let world: TokenWorld

beforeAll(async () => {
  key = await makeKey('ES256', 'key-1')
})

beforeEach(() => {
  world = createTokenWorld(key)
})

const CLAIMS = { iss: ISSUER, sub: 'alice', aud: BASE_URL, client_id: 'meet', jti: 'j', iat: NOW, exp: NOW + 600 }

const tokenWith = (claims: Record<string, unknown> = {}) => sign(key, { ...CLAIMS, ...claims }, { typ: 'at+jwt' })

async function isActive(token: string, app: App = ANY_APP): Promise<boolean> {
  return (await check(token, app, world.ports)).active
}

/** Checks until it is known; the first check after the keys came is not kept. */
async function known(token: string, app: App = ANY_APP): Promise<string> {
  for (let time = 0; time < 2; time++) expect(await isActive(token, app)).toBe(true)
  expect(world.ports.verdicts.known.recall(await keyOf(token, app))).toBeDefined()
  return token
}

describe('a JWT that was found good', () => {
  it('is good until it expires, and not a second longer', async () => {
    const token = await known(await tokenWith({ exp: NOW + 60 }))
    world.clock.advance(59)
    expect(await isActive(token)).toBe(true)
    world.clock.advance(1)
    expect(await isActive(token)).toBe(false)
  })

  it('is not good when the clock is set back to before it was valid', async () => {
    const token = await known(await tokenWith({ nbf: NOW - 5, iat: NOW - 5 }))
    world.clock.advance(-120)
    expect(await isActive(token)).toBe(false)
    world.clock.advance(120)
    expect(await isActive(token)).toBe(true)
  })

  it('is judged anew when the provider shows other keys, and refused when its own is gone', async () => {
    const token = await known(await tokenWith())
    const next = await makeKey('ES256', 'key-2')
    world.farEnd.on(JWKS, () => json({ keys: [next.jwk] }))
    const ofNext = await sign(next, { ...CLAIMS, iat: NOW + 1 }, { typ: 'at+jwt' })
    world.clock.advance(1)
    expect(await isActive(ofNext)).toBe(true)
    expect(await isActive(token)).toBe(false)
  })

  it('is judged by the keys as they are after an hour', async () => {
    const token = await known(await tokenWith({ exp: NOW + 9000 }))
    world.farEnd.on(JWKS, () => json({ keys: [] }))
    const next = await makeKey('ES256', 'key-2')
    world.farEnd.on(JWKS, () => json({ keys: [next.jwk] }))
    world.clock.advance(3601)
    expect(await isActive(token)).toBe(false)
  })

  it('calls no one while the keys are fresh', async () => {
    const token = await known(await tokenWith())
    const before = world.farEnd.journal.length
    world.clock.advance(300)
    expect(await isActive(token)).toBe(true)
    expect(world.farEnd.journal.length).toBe(before)
  })

  it('is good for no app that it is not meant for, nor for the same app with another policy', async () => {
    const mine = { ...ANY_APP, audiences: ['api'] }
    const token = await known(await tokenWith({ aud: 'api' }), mine)
    expect(await isActive(token, { ...ANY_APP, clientId: 'other', audiences: ['other'] })).toBe(false)
    expect(await isActive(token, { ...mine, audiences: ['api-2'] })).toBe(false)
    expect(await isActive(token, mine)).toBe(true)
  })

  it('is not good with another signature', async () => {
    const token = await known(await tokenWith())
    const forged = await sign(await makeKey('ES256', 'key-1'), CLAIMS, { typ: 'at+jwt' })
    expect(await isActive(forged)).toBe(false)
    expect(await isActive(token.slice(0, -2))).toBe(false)
  })

  it('is asked about again where the provider must stand by it, however good it was', async () => {
    const introspection = `${ISSUER}/introspect`
    world = createWorld({
      keys: [key],
      metadata: { introspection_endpoint: introspection },
      settings: { OIDC_OP_INTROSPECT_JWT: 'true' },
    })
    world.farEnd.on(introspection, () => json({ active: true }))
    const token = await tokenWith()
    for (let time = 0; time < 3; time++) expect(await isActive(token)).toBe(true)
    world.farEnd.on(introspection, () => json({ active: false }))
    world.clock.advance(60)
    expect(await isActive(token)).toBe(false)
  })
})

describe('the memory of good tokens', () => {
  it('has one verdict for each token, app and policy, and no two share one', async () => {
    const names = fc.array(fc.constantFrom('a', 'b', '"', ',', '[]'), { maxLength: 3 })
    const asked = fc.record({
      clientId: fc.constantFrom('a', 'b'),
      audiences: names,
      clients: names,
      hasSessions: fc.boolean(),
      claims: fc.subarray([...CLAIM_SETS]),
      token: fc.constantFrom('t', 'u'),
    })
    await fc.assert(
      fc.asyncProperty(asked, asked, async (one, other) => {
        const [left, right] = await Promise.all(
          [one, other].map(({ token, ...app }) => keyOf(token, { ...ANY_APP, ...app })),
        )
        expect(left === right).toBe(JSON.stringify(one) === JSON.stringify(other))
      }),
    )
  })

  it('keeps 10,000 at most', () => {
    const clock = createFakeClock(START)
    const provider = {} as FoundGood['provider'] // the memory asks nothing of it
    const more = { provider, asOf: { stretch: {}, id: 1 }, names: [], isCurrent: () => true }
    const verdict = {
      active: true as const,
      principal: undefined,
      roles: undefined,
      permissions: undefined,
      claims: {},
    }
    const memory = createKnownTokens(clock, { stands: () => true })
    for (let count = 0; count <= 10_000; count++) {
      memory.keep(String(count), { verdict, validFrom: NOW, validUntil: NOW + 60, ...more })
    }
    expect([memory.recall('0'), memory.recall('1')?.answer, memory.recall('10000')?.answer]).toEqual([
      undefined,
      '{"active":true}',
      '{"active":true}',
    ])
  })
})
