/**
 * A person's way with a real Dex, which has passwords of its own, other connectors, and no word for signing out.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { decodeJwt, decodeProtectedHeader } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest'
import { textOf } from '../support/html.ts'
import { introspect } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'
import { proves } from '../support/proofs.ts'
import { GATEHOUSE_CLIENT } from './support/realm.ts'
import { accessTokenOf, askProvider, tokensOf } from './support/tokens.ts'
import { DEX_MOCK_PERSON, type DexWorld, signedIn, signIn, signOut, startWithDex, whoIs } from './support/world.ts'

const { dex: missing } = inject('missing')
/** The shortest that lets a sign-in come to its end on a busy machine. */
const LIFE_SECONDS = 3

const SCOPES = { OIDC_RP_SCOPES: 'openid profile email groups offline_access' }

describe.skipIf(missing !== null)('Dex', () => {
  let world: DexWorld
  beforeAll(async () => {
    world = await startWithDex(SCOPES)
  })
  afterAll(() => world?.stop())

  describe('a sign-in', () => {
    it('with a password of Dex leads to the wanted page', proves('real', 'dex', 'sign-in'), async () => {
      const visit = await signIn(world, world.browser(), 'alice', '?returnTo=/?there')
      expect([visit.status, visit.url]).toEqual([200, world.at('/?there')])
      expect(visit.text).toContain('Alice Archer')
    })

    it('brings name, e-mail address and groups', proves('real', 'dex', 'names', 'groups'), async () => {
      expect(await whoIs(world, await signedIn(world, 'alice'))).toMatchObject({
        issuer: world.issuer,
        email: 'alice@example.org',
        email_verified: true,
        full_name: 'Alice Archer',
        preferred_username: 'alice',
        x_grp: ['staff', 'administrators'],
      })
    })

    it('through another connector brings what that knows', proves('real', 'dex', 'sign-in', 'groups'), async () => {
      expect(await whoIs(world, await signedIn(world, DEX_MOCK_PERSON))).toMatchObject({
        email: 'kilgore@kilgore.trout',
        full_name: 'Kilgore Trout',
        preferred_username: null,
        x_grp: ['authors'],
      })
    })

    it('says of an address that was not verified that it is not verified', async () => {
      expect(await whoIs(world, await signedIn(world, 'bob'))).toMatchObject({ email_verified: false })
    })
  })

  describe('an access token', () => {
    it(
      'is active here as at Dex, though it looks like an ID token',
      proves('real', 'dex', 'introspection'),
      async () => {
        const token = await accessTokenOf(world, 'alice', 'openid profile email')
        expect(await askProvider(world, token)).toMatchObject({
          active: true,
          username: 'alice',
          client_id: 'gatehouse',
        })
        expect(decodeProtectedHeader(token)).not.toHaveProperty('typ')
        expect(decodeJwt(token)).not.toHaveProperty('typ')
        expect(await (await introspect(world, token)).json()).toMatchObject({ active: true, aud: 'gatehouse' })
      },
    )
  })

  it('an ID token, which looks the same, is not active here: it has the hash of its code', async () => {
    const { access_token, id_token = '' } = await tokensOf(world, 'alice')
    expect([decodeJwt(id_token).c_hash, decodeJwt(access_token).c_hash]).toEqual([expect.any(String), undefined])
    expect(await (await introspect(world, id_token)).json()).toEqual({ active: false })
  })

  it('a silent sign-in ends at once, signed out, for Dex would show its page', async () => {
    const visit = await world.browser().open(world.at(`${PATHS.login}?silent=true&returnTo=/?there`))
    expect(visit.url).toBe(world.at('/?there'))
    expect(visit.path.filter((url) => url.startsWith(world.issuer))).toEqual([])
  })

  it('a sign-out ends here, for Dex has none', async () => {
    const browser = await signedIn(world, 'alice')
    const visit = await signOut(world, browser)
    expect([visit.status, visit.path.map((url) => new URL(url).origin)]).toEqual([200, Array(2).fill(world.at(''))])
    expect(await whoIs(world, browser)).toBeNull()
  })

  it('with other keys, after a restart, signs in at once, and who is signed in stays so', async () => {
    const before = await signedIn(world, 'alice')
    await world.dex.restart()
    expect(await whoIs(world, before)).toMatchObject({ preferred_username: 'alice' })
    expect(await whoIs(world, await signedIn(world, 'bob'))).toMatchObject({ preferred_username: 'bob' })
  })
})

/** A world for one test, because Dex is configured when it starts. */
describe.skipIf(missing !== null)('Dex with short-lived tokens', () => {
  const lives = { idTokens: `${LIFE_SECONDS}s` }
  const renewing = { OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS: String(LIFE_SECONDS) }
  let world: DexWorld
  afterEach(() => world?.stop())

  it('goes on with new ones when the old ones expire', proves('real', 'dex', 'refresh'), async () => {
    world = await startWithDex({ ...SCOPES, ...renewing }, { expiry: lives })
    const browser = await signedIn(world, 'alice')
    await sleep(LIFE_SECONDS * 1000)
    expect(await whoIs(world, browser)).toMatchObject({ preferred_username: 'alice' })
    const [row] = await world.gatehouse.query('SELECT refresh_version FROM sessions')
    expect(row?.refresh_version).toBeGreaterThan(0)
  })

  it('asked for offline_access, lets a second browser end the session of the first', async () => {
    world = await startWithDex({ ...SCOPES, ...renewing }, { expiry: lives })
    const [first, second] = [await signedIn(world, 'alice'), await signedIn(world, 'alice')]
    await sleep(LIFE_SECONDS * 1000)
    expect(await whoIs(world, first)).toBeNull()
    expect(await whoIs(world, second)).toMatchObject({ preferred_username: 'alice' })
  })

  it('is not asked for it by itself, but for groups', async () => {
    world = await startWithDex(renewing, { expiry: lives })
    const [first, second] = [await signedIn(world, 'alice'), await signedIn(world, 'alice')]
    await sleep(LIFE_SECONDS * 1000)
    for (const browser of [first, second])
      expect(await whoIs(world, browser)).toMatchObject({ x_grp: ['staff', 'administrators'] })
  })

  it('ends the session when the refresh token has expired', proves('real', 'dex', 'refresh'), async () => {
    world = await startWithDex(
      { ...SCOPES, ...renewing },
      { expiry: { ...lives, refreshTokens: { absoluteLifetime: '1s' } } },
    )
    const browser = await signedIn(world, 'alice')
    await sleep(LIFE_SECONDS * 1000)
    expect(await whoIs(world, browser)).toBeNull()
  })

  it('ends the session when Dex has forgotten the refresh token', proves('real', 'dex', 'refresh'), async () => {
    world = await startWithDex({ ...SCOPES, ...renewing }, { expiry: lives })
    const browser = await signedIn(world, 'alice')
    await world.dex.restart()
    await sleep(LIFE_SECONDS * 1000)
    expect(await whoIs(world, browser)).toBeNull()
  })
})

describe.skipIf(missing !== null)('Dex with a wrong', () => {
  const client = { id: GATEHOUSE_CLIENT.clientId, name: 'Gatehouse', secret: GATEHOUSE_CLIENT.clientSecret }
  let world: DexWorld
  afterEach(() => world?.stop())

  it('client secret: a page of ours, and a log line that says so', async () => {
    world = await startWithDex({ OIDC_RP_CLIENT_SECRET: 'another-secret' })
    const visit = await signIn(world, world.browser(), 'alice')
    expect([visit.status, new URL(visit.url).pathname]).toEqual([502, PATHS.callback])
    const line = world.gatehouse.log.findLast((one) => one.includes('"event":"refused"'))
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      code: 'provider_error',
      provider_error: 'invalid_client',
      provider_description: 'Invalid client credentials.',
    })
    expect(line).not.toContain('another-secret')
  })

  it('redirect URI: the page of Dex', async () => {
    const redirectURIs = ['https://login.example.org/api/v1.0/callback']
    // With more than one way to sign in, Dex asks for the way first and looks at the rest afterwards.
    world = await startWithDex({}, { connectors: [], staticClients: [{ ...client, redirectURIs }] })
    const visit = await world.browser().open(world.at(PATHS.login))
    expect([visit.status, visit.url.startsWith(world.issuer)]).toEqual([400, true])
    expect(textOf(visit.text)).toContain('Unregistered redirect_uri.')
  })
})
