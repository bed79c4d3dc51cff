/**
 * What has ended or changed is known to every isolate within five seconds, also to those that remember it; and what they do when no one can say.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Site } from '../support/browser.ts'
import {
  addApp,
  BACK_CHANNEL,
  type Credential,
  createScene,
  INTROSPECT,
  introspect,
  type Scene,
  SETTINGS,
  sessionTokenOf,
  signIn,
} from './scene.ts'

const LAG_SECONDS = 5
const EVENTS = { 'http://schemas.openid.net/event/backchannel-logout': {} }

async function answerOf(isolate: Site, token: string, app: Credential): Promise<Record<string, unknown>> {
  const response = await introspect(isolate, token, app)
  return { status: response.status, ...(await response.json<Record<string, unknown>>()) }
}

async function isActive(isolate: Site, token: string, app: Credential): Promise<unknown> {
  return (await answerOf(isolate, token, app)).active
}

/** An app, and the token of someone who has just signed in. */
async function signedIn(settings = {}) {
  const scene = createScene(settings)
  const app = await addApp('api', { audiences: ['api'] })
  const browser = scene.browser()
  await signIn(browser)
  return { scene, app, token: sessionTokenOf(browser) ?? '' }
}

/** The provider says, to an isolate of its own, that someone has signed out. */
async function sendLogoutToken(scene: Scene, claims: Record<string, unknown>): Promise<void> {
  const usual = { sub: undefined, aud: SETTINGS.OIDC_RP_CLIENT_ID, events: EVENTS }
  const token = await scene.provider.signAccessToken({ ...usual, ...claims }, { header: { typ: 'logout+jwt' } })
  const body = new URLSearchParams({ logout_token: token })
  const response = await scene.isolate()(new Request(BACK_CHANNEL, { method: 'POST', body }))
  expect(response.status).toBe(200)
}

describe('a session that ends', () => {
  it('is not active in a second isolate after five seconds, 100 of 100 times, also when its end and a pull race', async () => {
    const { scene, app } = await signedIn()
    const other = scene.isolate()
    let late = 0
    for (let time = 0; time < 100; time += 1) {
      const browser = scene.browser()
      await signIn(browser)
      const token = sessionTokenOf(browser) ?? ''
      expect(await isActive(other, token, app)).toBe(true)
      scene.clock.advance(LAG_SECONDS)
      // The checks pull, because the feed is too old for them.
      await Promise.all([
        env.DB.prepare('DELETE FROM sessions').run(),
        isActive(other, token, app),
        isActive(scene.gate, token, app),
        isActive(other, token, app),
      ])
      scene.clock.advance(LAG_SECONDS)
      if ((await isActive(other, token, app)) || (await isActive(scene.gate, token, app))) late += 1
    }
    expect(late).toBe(0)
  }, 60_000)

  it('stays active until then in an isolate that remembers it', async () => {
    const { scene, app, token } = await signedIn()
    expect(await isActive(scene.gate, token, app)).toBe(true)
    await env.DB.exec('DELETE FROM sessions')
    scene.clock.advance(LAG_SECONDS - 1)
    expect(await isActive(scene.gate, token, app)).toBe(true)
    scene.clock.advance(1)
    expect(await isActive(scene.gate, token, app)).toBe(false)
  })

  it('is not prolonged by checks: its own end comes on time', async () => {
    const { scene, app, token } = await signedIn({ SESSION_COOKIE_AGE: '600' })
    for (let time = 0; time < 599; time += 4) {
      expect(await isActive(scene.gate, token, app)).toBe(true)
      scene.clock.advance(4)
    }
    expect(await isActive(scene.gate, token, app)).toBe(false)
  })

  it('is refused to an app that names another provider, however well it is remembered', async () => {
    const table = { id: 'other', url: 'https://other-idp.example', client_id: 'gatehouse' }
    const { scene, app, token } = await signedIn()
    const isolate = scene.isolate({
      OIDC_PROVIDERS: JSON.stringify([table]),
      OIDC_PROVIDERS_OTHER_CLIENT_SECRET: SETTINGS.OIDC_RP_CLIENT_SECRET,
    })
    const asking = (provider: string) => {
      const body = new URLSearchParams({ token, provider, client_id: app.clientId, client_secret: app.secret })
      return isolate(new Request(INTROSPECT, { method: 'POST', body }))
    }
    for (let time = 0; time < 3; time += 1) {
      expect(await (await asking('default')).json()).toMatchObject({ active: true })
      expect(await (await asking('other')).json()).toEqual({ active: false })
    }
  })
})

describe('a person who changes', () => {
  it('is shown as they are now after five seconds', async () => {
    const { scene, app, token } = await signedIn()
    await env.DB.exec("UPDATE users SET preferred_username = 'before'")
    expect(await answerOf(scene.gate, token, app)).toMatchObject({ username: 'before' })
    await env.DB.exec("UPDATE users SET preferred_username = 'after'")
    scene.clock.advance(LAG_SECONDS)
    expect(await answerOf(scene.gate, token, app)).toMatchObject({ username: 'after' })
  })
})

describe('an app', () => {
  it('that was removed is refused after five seconds, whatever it asked before', async () => {
    const { scene, app, token } = await signedIn()
    expect(await isActive(scene.gate, token, app)).toBe(true)
    await env.DB.exec('DELETE FROM apps')
    scene.clock.advance(LAG_SECONDS)
    for (let time = 0; time < 2; time += 1)
      expect(await answerOf(scene.gate, token, app)).toMatchObject({ status: 401, error: 'invalid_client' })
  })

  it('whose audiences change is answered by them after five seconds', async () => {
    const { scene, app } = await signedIn()
    const token = await scene.provider.signAccessToken({ aud: 'api' })
    expect(await isActive(scene.gate, token, app)).toBe(true)
    await env.DB.exec(`UPDATE apps SET audiences = '["other"]'`)
    scene.clock.advance(LAG_SECONDS)
    for (let time = 0; time < 2; time += 1) expect(await isActive(scene.gate, token, app)).toBe(false)
  })

  it('that is added is let in after five seconds, where it came too early', async () => {
    const scene = createScene()
    const credential = { clientId: 'new', secret: 'secret-of-new' }
    expect(await answerOf(scene.gate, 'x', credential)).toMatchObject({ status: 401 })
    await addApp('new')
    scene.clock.advance(LAG_SECONDS)
    expect(await answerOf(scene.gate, 'x', credential)).toMatchObject({ status: 200 })
  })
})

describe('an access token (JWT) of a person who signs out at the provider', () => {
  const [ALICE, BOB] = [{ sub: 'alice' }, { sub: 'bob' }]

  it.each<[string, Record<string, unknown>, Record<string, unknown>, boolean]>([
    ['ends with its session', { ...ALICE, sid: 'a' }, { ...ALICE, sid: 'a' }, false],
    ['ends with its session, also when no one is named', { ...ALICE, sid: 'a' }, { sid: 'a' }, false],
    ['goes on when another session ends', { ...ALICE, sid: 'a' }, { ...ALICE, sid: 'b' }, true],
    ['goes on when the session of that name is another person’s', { ...BOB, sid: 'a' }, { ...ALICE, sid: 'a' }, true],
    ['without a session goes on when one session ends', ALICE, { ...ALICE, sid: 'a' }, true],
    ['ends when the person signs out everywhere', { ...ALICE, sid: 'a' }, ALICE, false],
    ['without a session ends when the person signs out everywhere', ALICE, ALICE, false],
    ['goes on when another person signs out everywhere', BOB, ALICE, true],
  ])('%s', async (_, claims, notice, goesOn) => {
    const { scene, app } = await signedIn()
    const token = await scene.provider.signAccessToken({ aud: 'api', ...claims })
    for (let time = 0; time < 2; time += 1) expect(await isActive(scene.gate, token, app)).toBe(true)
    await sendLogoutToken(scene, notice)
    expect(await isActive(scene.isolate(), token, app)).toBe(goesOn)
    scene.clock.advance(LAG_SECONDS)
    expect(await isActive(scene.gate, token, app)).toBe(goesOn)
  })

  it('that was issued after the sign-out is good', async () => {
    const { scene, app } = await signedIn()
    await sendLogoutToken(scene, ALICE)
    scene.clock.advance(1)
    expect(await isActive(scene.gate, await scene.provider.signAccessToken({ aud: 'api' }), app)).toBe(true)
  })
})

describe('a database that does not answer', () => {
  it('is not missed for five seconds, and then no token is good: 503 with Retry-After', async () => {
    const { scene, app, token } = await signedIn()
    const jwt = await scene.provider.signAccessToken({ aud: 'api' })
    for (const one of [token, jwt, token, jwt]) expect(await isActive(scene.gate, one, app)).toBe(true)
    await env.DB.exec('ALTER TABLE revocations RENAME TO gone')
    scene.clock.advance(LAG_SECONDS - 1)
    for (const one of [token, jwt]) expect(await isActive(scene.gate, one, app)).toBe(true)
    scene.clock.advance(1)
    for (const one of [token, jwt]) {
      const response = await introspect(scene.gate, one, app)
      expect([response.status, response.headers.has('retry-after')]).toEqual([503, true])
      expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' })
    }
    await env.DB.exec('ALTER TABLE gone RENAME TO revocations')
    for (const one of [token, jwt]) expect(await isActive(scene.gate, one, app)).toBe(true)
  })
})
