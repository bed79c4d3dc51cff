/**
 * Someone whose account is disabled here: no sign-in, no session and no token, whatever the provider says, until it is enabled again.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { PATHS } from '../support/paths.ts'
import {
  addApp,
  createScene,
  GATE,
  introspect,
  LOGIN,
  ME,
  referenceOn,
  refusalOn,
  rowsOf,
  type Settings,
  sessionTokenOf,
  signIn,
  whoIs,
} from './scene.ts'

const LAG_SECONDS = 5
const ALICE = { sub: 'alice', email: 'alice@corp.example', email_verified: true, name: 'Alice Archer' }
const BY_EMAIL = { OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION: 'true' }

const disable = () => env.DB.prepare("UPDATE users SET disabled_at = 1 WHERE subject = 'alice'").run()
const enable = () => env.DB.prepare('UPDATE users SET disabled_at = NULL').run()

async function signedIn(settings: Settings = {}) {
  const scene = createScene(settings)
  scene.provider.setPerson(ALICE)
  const browser = scene.browser()
  await signIn(browser)
  return { scene, browser }
}

describe('a sign-in of someone who is disabled', () => {
  it.each([
    ['with the same subject', {}, ALICE],
    ['found by the address', BY_EMAIL, { ...ALICE, sub: 'newcomer' }],
    [
      'found by the address, and kept',
      { ...BY_EMAIL, OIDC_USER_SUB_FIELD_IMMUTABLE: 'true' },
      { ...ALICE, sub: 'newcomer' },
    ],
  ])('is refused with a page that says so, and only the audit notes it (%s)', async (_, settings, person) => {
    const { scene } = await signedIn(settings)
    await disable()
    scene.provider.setPerson({ ...person, name: 'Other Name' })
    const before = [await rowsOf('users'), await rowsOf('sessions')]
    const [account] = await rowsOf('users')
    const page = await scene.browser().open(LOGIN)
    expect(page.status).toBe(403)
    expect(page.text).toContain('Your account here is disabled')
    expect(refusalOn(page, scene)?.detail).toMatchObject({
      code: 'account_disabled',
      reason_code: 'disabled_here',
      fix: expect.stringContaining('npm run user:enable'),
    })
    expect([await rowsOf('users'), await rowsOf('sessions')]).toEqual(before)
    expect((await rowsOf('audit')).at(-1)).toMatchObject({
      event: 'sign_in_refused',
      reason: 'disabled_here',
      reference: referenceOn(page),
      user_id: person.sub === 'alice' ? account?.id : null,
    })
  })

  it('is a sign-in again once they are enabled', async () => {
    const { scene } = await signedIn()
    await disable()
    await scene.browser().open(LOGIN)
    await enable()
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
  })

  it('keeps no one else out', async () => {
    const { scene } = await signedIn()
    await disable()
    scene.provider.setPerson({ ...ALICE, sub: 'bob', email: 'bob@corp.example' })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: 'bob' })
  })
})

describe('what someone who is disabled has already', () => {
  it('a session in the browser is none at once, and in an isolate that remembers it within the lag', async () => {
    const { scene, browser } = await signedIn()
    const app = await addApp('api', { audiences: ['api'] })
    const token = sessionTokenOf(browser) ?? ''
    const isActive = async () => (await (await introspect(scene.gate, token, app)).json<{ active: boolean }>()).active
    expect(await isActive()).toBe(true)
    await disable()
    expect((await browser.background(ME)).status).toBe(401)
    scene.clock.advance(LAG_SECONDS)
    expect(await isActive()).toBe(false)
  })

  it('an access token of the provider is not good within the lag, and good again when they are enabled', async () => {
    const { scene } = await signedIn()
    const app = await addApp('api', { audiences: ['api'] })
    const token = await scene.provider.signAccessToken({ sub: 'alice', aud: 'api' })
    const other = await scene.provider.signAccessToken({ sub: 'bob', aud: 'api' })
    const answers = async () =>
      Promise.all(
        [token, other].map(
          async (one) => (await (await introspect(scene.gate, one, app)).json<{ active: boolean }>()).active,
        ),
      )
    expect(await answers()).toEqual([true, true])
    await disable()
    scene.clock.advance(LAG_SECONDS)
    expect(await answers()).toEqual([false, true])
    expect(scene.log.filter(({ event }) => event === 'token_not_active').at(-1)?.detail).toMatchObject({
      reason: 'the account of its person is disabled here',
    })
    await enable()
    scene.clock.advance(LAG_SECONDS)
    expect(await answers()).toEqual([true, true])
  })

  it('no one finds them', async () => {
    const { scene } = await signedIn({ ALLOW_UNSECURE_USER_LISTING: 'true' })
    scene.provider.setPerson({ ...ALICE, sub: 'bob', email: 'bob@corp.example' })
    const bob = scene.browser()
    await signIn(bob)
    const count = async () => (await bob.background(`${GATE}${PATHS.users}?q=alice@corp`)).json()
    expect(await count()).toMatchObject({ count: 1 })
    await disable()
    expect(await count()).toMatchObject({ count: 0 })
  })
})
