/**
 * A person's way with a real Keycloak: in by its own pages, known, refreshed, and out again on every channel; with and without `/auth`.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { textOf } from '../support/html.ts'
import { PATHS } from '../support/paths.ts'
import { proves } from '../support/proofs.ts'
import { GATEHOUSE_CLIENT } from './support/realm.ts'
import { type KeycloakWorld, signedIn, signIn, signOut, startWithKeycloak, whoIs } from './support/world.ts'

const { keycloak: missing } = inject('missing')
/** Keycloak tells of a session's end after it has answered who ended it. */
const TOLD_WITHIN = { timeout: 5000, interval: 100 }

describe.skipIf(missing !== null).each(['', '/auth'] as const)('Keycloak at the path "%s"', (path) => {
  let world: KeycloakWorld
  beforeAll(async () => {
    world = await startWithKeycloak(path)
  })
  afterAll(() => world?.stop())

  describe('a sign-in', () => {
    it('leads to the wanted page', proves('real', 'keycloak', 'sign-in'), async () => {
      const visit = await signIn(world, world.browser(), 'alice', '?returnTo=/?there')
      expect([visit.status, visit.url]).toEqual([200, world.at('/?there')])
      expect(visit.text).toContain('Alice Archer')
    })

    it(
      'brings names, e-mail address, tenant, tariff and groups',
      proves('real', 'keycloak', 'names', 'groups'),
      async () => {
        const me = await whoIs(world, await signedIn(world, 'alice'))
        expect(me).toMatchObject({
          issuer: world.issuer,
          email: 'alice@example.org',
          email_verified: true,
          full_name: 'Alice Archer',
          given_name: 'Alice',
          family_name: 'Archer',
          preferred_username: 'alice',
          nickname: 'Ali',
          tenant_id: 'example-org',
          tariff_id: 'premium',
          tariff_status: 'paid',
          x_grp: expect.arrayContaining(['staff', 'administrators']),
        })
      },
    )

    it('says of an address that Keycloak did not verify that it is not verified', async () => {
      const me = await whoIs(world, await signedIn(world, 'bob'))
      expect(me).toMatchObject({ email: 'bob@example.org', email_verified: false })
    })

    it('works for someone without a family name', async () => {
      expect(await whoIs(world, await signedIn(world, 'carol'))).toMatchObject({
        full_name: 'Carol',
        family_name: null,
      })
    })

    it('is not asked for a password twice', async () => {
      const browser = await signedIn(world, 'alice')
      const again = await browser.open(world.at(PATHS.login))
      expect([again.status, again.url]).toEqual([200, world.at('/')])
    })

    it('goes on with a new signing key, which is used at once', async () => {
      const before = await signedIn(world, 'alice')
      await world.admin.rotateKeys()
      expect(await whoIs(world, before)).toMatchObject({ preferred_username: 'alice' })
      expect(await whoIs(world, await signedIn(world, 'bob'))).toMatchObject({ preferred_username: 'bob' })
    })
  })

  describe('a session', () => {
    const lives = (accessTokenLifespan: number) => world.admin.changeRealm({ accessTokenLifespan })
    /** As if the time had passed after which the provider is asked again. */
    const letTimePass = async () => {
      await sleep(1500)
      await world.gatehouse.query(
        'UPDATE sessions SET created_at = created_at - 900, refreshed_at = refreshed_at - 900',
      )
    }

    it('goes on with new tokens when the old ones expire', proves('real', 'keycloak', 'refresh'), async () => {
      await lives(1)
      const browser = await signedIn(world, 'alice')
      const refreshes = async () =>
        Number((await world.gatehouse.query('SELECT sum(refresh_version) AS sum FROM sessions'))[0]?.sum)
      const before = await refreshes()
      await letTimePass()
      expect(await whoIs(world, browser)).toMatchObject({ preferred_username: 'alice' })
      expect(await refreshes()).toBeGreaterThan(before)
      await lives(300)
    })

    it('ends when Keycloak no longer lets the person in', proves('real', 'keycloak', 'refresh'), async () => {
      await lives(1)
      const browser = await signedIn(world, 'carol')
      await world.admin.changeUser('carol', { enabled: false })
      await letTimePass()
      expect(await whoIs(world, browser)).toBeNull()
      await world.admin.changeUser('carol', { enabled: true })
      await lives(300)
    })

    it('ends when an administrator ends it at Keycloak', proves('real', 'keycloak', 'back-channel'), async () => {
      await world.admin.signOut('bob')
      const here = await signedIn(world, 'bob')
      const [first = ''] = await world.admin.sessionsOf('bob')
      const there = await signedIn(world, 'bob')
      await world.admin.endSession(first)
      await expect.poll(() => whoIs(world, here), TOLD_WITHIN).toBeNull()
      expect(await whoIs(world, there)).toMatchObject({ preferred_username: 'bob' })
    })

    it('ends with all others of the person', proves('real', 'keycloak', 'back-channel'), async () => {
      const browsers = [await signedIn(world, 'bob'), await signedIn(world, 'bob')]
      await world.admin.signOut('bob')
      for (const browser of browsers) await expect.poll(() => whoIs(world, browser), TOLD_WITHIN).toBeNull()
    })
  })

  describe('a sign-out', () => {
    it('ends the session at Keycloak and comes back', proves('real', 'keycloak', 'RP logout'), async () => {
      await world.admin.signOut('carol')
      const browser = await signedIn(world, 'carol')
      expect(await world.admin.sessionsOf('carol')).toHaveLength(1)
      const visit = await signOut(world, browser)
      expect([visit.status, visit.url]).toEqual([200, world.at('/')])
      expect(visit.path.filter((url) => url.startsWith(world.issuer))).toHaveLength(1)
      expect(await world.admin.sessionsOf('carol')).toEqual([])
      expect(await whoIs(world, browser)).toBeNull()
      expect((await browser.open(world.at(PATHS.login))).text).toContain('name="password"')
    })

    it('at Keycloak itself ends the session here by a frame', proves('real', 'keycloak', 'front-channel'), async () => {
      const attributes = {
        'frontchannel.logout.url': world.at(PATHS.frontchannelLogout),
        'frontchannel.logout.session.required': 'true',
      }
      await world.admin.changeClient('gatehouse', { frontchannelLogout: true, attributes })
      const browser = await signedIn(world, 'carol')
      const question = await browser.open(`${world.issuer}/protocol/openid-connect/logout`)
      const page = await browser.submit(browser.formOf(question))
      const [, frame = ''] = /<iframe[^>]* src="([^"]+)"/.exec(page.text) ?? []
      expect(frame).toContain(`${PATHS.frontchannelLogout}?`)
      expect(await whoIs(world, browser)).not.toBeNull()
      await browser.background(frame.replaceAll('&amp;', '&'), { from: page.url })
      expect(await whoIs(world, browser)).toBeNull()
      await world.admin.changeClient('gatehouse', { frontchannelLogout: false })
    })
  })

  describe('a setting that is wrong at Keycloak', () => {
    it('the client secret: a page of ours, and a log line that says so', async () => {
      await world.admin.changeClient('gatehouse', { secret: 'another-secret' })
      const visit = await signIn(world, world.browser(), 'alice')
      await world.admin.changeClient('gatehouse', { secret: GATEHOUSE_CLIENT.clientSecret })
      expect(visit.url).toContain(world.at(PATHS.callback))
      expect(visit.status).toBe(502)
      const line = world.gatehouse.log.findLast((one) => one.includes('"event":"refused"'))
      expect(JSON.parse(line ?? '{}')).toMatchObject({
        code: 'provider_error',
        provider_error: 'unauthorized_client',
        provider_description: 'Invalid client or Invalid client credentials',
      })
      expect(visit.text).not.toContain('another-secret')
    })

    it('the redirect URI: the page of Keycloak', async () => {
      const callback = world.at(PATHS.callback)
      await world.admin.changeClient('gatehouse', { redirectUris: [callback.slice(0, -1)] })
      const visit = await world.browser().open(world.at(PATHS.login))
      await world.admin.changeClient('gatehouse', { redirectUris: [callback] })
      expect(visit.url).toContain(world.issuer)
      expect(visit.status).toBe(400)
      expect(textOf(visit.text)).toContain('Invalid parameter: redirect_uri')
    })
  })
})
