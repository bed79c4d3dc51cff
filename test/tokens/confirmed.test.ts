/**
 * JWT access tokens that the provider must still stand by (OIDC_OP_INTROSPECT_JWT): what is judged here first, and what its word adds.
 */
import { beforeAll, describe, expect, it } from 'vitest'
import type { Verdict } from '../../src/tokens/access-token.ts'
import { check } from '../../src/tokens/check.ts'
import { json } from '../support/far-end.ts'
import { makeKey, sign, type TestKey, withFlippedBit } from '../support/keys.ts'
import { refusalOf } from '../support/refusal.ts'
import { ANY_APP, createWorld, ISSUER, JWKS, NOW, type TokenWorld } from '../support/token-world.ts'
import { CLIENT_ID } from '../support/unit-world.ts'

const INTROSPECT = `${ISSUER}/introspect`

type Claims = Readonly<Record<string, unknown>>

/** A token as Keycloak makes it, with the audience mapper. */
const TOKEN: Claims = {
  iss: ISSUER,
  exp: NOW + 300,
  iat: NOW - 10,
  aud: [CLIENT_ID, 'account'],
  sub: 'alice',
  typ: 'Bearer',
  azp: 'meet',
  sid: 's',
}

let key: TestKey

beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
})

function worldOf(answer: Claims | (() => Response) = { active: true }, settings: Claims = {}): TokenWorld {
  const metadata = { introspection_endpoint: INTROSPECT }
  const world = createWorld({ keys: [key], metadata, settings: { OIDC_OP_INTROSPECT_JWT: 'true', ...settings } })
  world.farEnd.on(INTROSPECT, () => (typeof answer === 'function' ? answer() : json(answer)))
  return world
}

const askedOf = ({ farEnd }: TokenWorld) => farEnd.journal.filter((url) => url === INTROSPECT).length

async function judge(world: TokenWorld, claims: Claims = {}): Promise<Verdict> {
  return check(await sign(key, { ...TOKEN, ...claims }), ANY_APP, world.ports)
}

describe('a JWT that the provider stands by', () => {
  it('is active, and is asked about once a minute', async () => {
    const world = worldOf()
    expect(await judge(world)).toMatchObject({ active: true, claims: { sub: 'alice', client_id: 'meet' } })
    world.clock.advance(59)
    await judge(world)
    expect(askedOf(world)).toBe(1)
    world.clock.advance(1)
    await judge(world)
    expect(askedOf(world)).toBe(2)
  })

  it('tells what is in it, whatever the provider says beside it', async () => {
    const world = worldOf({ active: true, scope: 'more', aud: 'other', azp: 'other', exp: NOW + 9000, sub: 'alice' })
    expect(await judge(world, { scope: 'less' })).toMatchObject({
      claims: { scope: 'less', aud: [CLIENT_ID, 'account'], client_id: 'meet', exp: NOW + 300 },
    })
  })

  it('is completed by what Keycloak leaves out of a lightweight token', async () => {
    const said = { active: true, ...TOKEN, username: 'aarcher', realm_access: { roles: ['editor'] } }
    const world = worldOf(said)
    expect(await judge(world, { aud: undefined, sub: undefined })).toMatchObject({
      active: true,
      principal: 'user',
      roles: ['editor'],
      claims: { sub: 'alice', username: 'aarcher' },
    })
  })

  it.each<[string, Claims]>([
    ['issuer', { iss: 'https://idp2.example' }],
    ['subject', { sub: 'bob' }],
  ])('by another %s is not active', async (_, said) => {
    expect(await judge(worldOf({ active: true, ...said }))).toMatchObject({
      active: false,
      reason: 'the provider speaks of another token',
    })
  })
})

describe('a JWT that the provider no longer stands by', () => {
  it('is not active within a minute', async () => {
    let isRevoked = false
    const world = worldOf(() => json({ active: !isRevoked }))
    expect((await judge(world)).active).toBe(true)
    isRevoked = true
    world.clock.advance(60)
    expect(await judge(world)).toEqual({ active: false, reason: 'verified here, and not active at the provider' })
  })

  it('and that lacks us as audience lacks the audience mapper, at Keycloak', async () => {
    const verdict = await judge(worldOf({ active: false }), { aud: 'account' })
    expect(verdict).toMatchObject({ active: false, reason: expect.stringMatching(/26\.6\.2.*mapper of type Audience/) })
    expect(verdict).toMatchObject({ reason: expect.stringContaining(CLIENT_ID) })
  })

  it('says in the log which client must be the audience, when another one asks', async () => {
    const settings = { OIDC_RS_CLIENT_ID: 'asker', OIDC_RS_CLIENT_SECRET: 's' }
    expect(await judge(worldOf({ active: false }, settings))).toMatchObject({
      reason: expect.stringContaining('asker'),
    })
  })

  it('says nothing of a mapper at another provider', async () => {
    const world = worldOf({ active: false }, { OIDC_OP_TYPE: 'generic' })
    expect(await judge(world, { aud: 'account' })).toMatchObject({
      reason: 'verified here, and not active at the provider',
    })
  })
})

describe('a JWT that is not good here', () => {
  it.each<[string, Claims]>([
    ['has expired', { exp: NOW }],
    ['is not valid yet', { nbf: NOW + 100 }],
    ['is a refresh token', { typ: 'Refresh' }],
    ['has another issuer', { iss: 'https://idp2.example' }],
  ])('because it %s is not active, and the provider is not asked about it', async (_, claims) => {
    const world = worldOf()
    expect((await judge(world, claims)).active).toBe(false)
    expect(askedOf(world)).toBe(0)
  })

  it('because its signature is wrong is not active, and the provider is not asked about it', async () => {
    const world = worldOf()
    expect((await check(withFlippedBit(await sign(key, TOKEN)), ANY_APP, world.ports)).active).toBe(false)
    expect(askedOf(world)).toBe(0)
  })

  it('because it is for another audience is not active, though the provider stands by it', async () => {
    expect(await judge(worldOf(), { aud: 'other' })).toEqual({ active: false, reason: 'meant for another audience' })
  })
})

describe('a JWT under a key that cannot be had', () => {
  const outage = () => {
    const world = worldOf()
    world.farEnd.on(JWKS, () => json({}, 500))
    return world
  }

  it('is not active if it names another audience and a client that may not come', async () => {
    expect(await judge(outage(), { aud: 'other' })).toEqual({ active: false, reason: 'meant for another audience' })
  })

  it.each<[string, Claims]>([
    ['is for us', {}],
    ['does not say for whom it is', { aud: undefined }],
    ['does not say to which client it was issued', { aud: 'other', azp: undefined }],
  ])('is not judged if it %s', async (_, claims) => {
    expect((await refusalOf(judge(outage(), claims))).code).toBe('provider_error')
  })
})

describe('the provider’s word cannot be had', () => {
  it('when it fails: no verdict, and nothing is kept (A117)', async () => {
    let isGood = false
    const world = worldOf(() => (isGood ? json({ active: true }) : json({}, 500)))
    expect((await refusalOf(judge(world))).code).toBe('provider_error')
    isGood = true
    expect((await judge(world)).active).toBe(true)
  })

  it('when it has no endpoint: no verdict, and the log names the setting', async () => {
    const world = createWorld({ keys: [key], settings: { OIDC_OP_INTROSPECT_JWT: 'true' } })
    const { code, message } = await refusalOf(judge(world))
    expect([code, message]).toEqual(['not_configured', expect.stringContaining('OIDC_OP_INTROSPECT_JWT')])
  })

  it('when no one wants it: then it is not asked for', async () => {
    const world = worldOf({ active: false }, { OIDC_OP_INTROSPECT_JWT: 'false' })
    expect((await judge(world)).active).toBe(true)
    expect(askedOf(world)).toBe(0)
  })
})
