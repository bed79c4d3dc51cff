/**
 * What the provider has ended stays ended: a sign-in that was under way meanwhile does not begin it again.
 */

import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { createEndings } from '../../src/store/endings.ts'
import { purgeExpired } from '../../src/store/purge.ts'
import { noLog } from '../store/signing-in.ts'
import type { Browser } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import {
  addApp,
  answerOf,
  BACK_CHANNEL,
  createScene,
  FRONT_CHANNEL,
  GATE,
  IDP,
  introspect,
  LOGIN,
  LOGOUT,
  ME,
  OTHER_IDP,
  refusalOn,
  rowsOf,
  type Scene,
  SESSION_COOKIE,
  SETTINGS,
  sessionTokenOf,
  signIn,
  whoIs,
} from './scene.ts'

const EVENT = { 'http://schemas.openid.net/event/backchannel-logout': {} }

type Claims = Readonly<Record<string, unknown>>

async function logoutToken({ provider }: Scene, claims: Claims): Promise<string> {
  const usual = { sub: undefined, aud: SETTINGS.OIDC_RP_CLIENT_ID, events: EVENT }
  return provider.signAccessToken({ ...usual, ...claims }, { header: { typ: 'logout+jwt' } })
}

/** The provider says to an isolate of its own that someone has signed out. */
async function tell(scene: Scene, claims: Claims): Promise<number> {
  return send(scene, await logoutToken(scene, claims))
}

async function send(scene: Scene, token: string): Promise<number> {
  const body = new URLSearchParams({ logout_token: token })
  return (await scene.isolate()(new Request(BACK_CHANNEL, { method: 'POST', body }))).status
}

describe('a logout token that arrives between code and session', () => {
  it('is obeyed: the sign-in is refused with a page that says why, and nothing is written', async () => {
    const scene = createScene()
    const browser = scene.browser()
    const answer = await answerOf(browser)
    expect(await tell(scene, { sub: 'alice' })).toBe(200)
    const page = await browser.open(answer)
    expect([page.status, refusalOn(page, scene)?.detail?.code]).toEqual([400, 'login_ended'])
    expect(page.text).toContain('You signed out meanwhile')
    expect(await whoIs(browser)).toBeNull()
    expect([await rowsOf('sessions'), await rowsOf('users'), await rowsOf('audit')]).toEqual([[], [], []])
  })

  it('is obeyed while the ID token is on its way already', async () => {
    const scene = createScene()
    const browser = scene.browser()
    const answer = await answerOf(browser)
    const handle = scene.provider.handle
    let told = 0
    const slow = scene.isolate({}, async (url, init) => {
      if (url === `${IDP}/userinfo`) {
        scene.clock.advance(1)
        told = await tell(scene, { sub: 'alice' })
      }
      return handle(new Request(url, init))
    })
    const cookie = [...browser.jar.cookiesOf(GATE)].map(([name, value]) => `${name}=${value}`).join('; ')
    expect((await slow(new Request(answer, { headers: { cookie } }))).status).toBe(400)
    expect(told).toBe(200)
    expect(await rowsOf('sessions')).toEqual([])
  })

  it('and names the session by its sid is obeyed whenever the ID token was issued', async () => {
    const scene = createScene()
    const browser = scene.browser()
    const answer = await answerOf(browser)
    expect(await tell(scene, { sid: scene.provider.lastConsent().sid })).toBe(200)
    scene.clock.advance(60)
    expect((await browser.open(answer)).status).toBe(400)
    expect(await whoIs(browser)).toBeNull()
  })

  it('and names both is obeyed for a session without a sid, too', async () => {
    const scene = createScene()
    scene.provider.setPerson({ sub: 'alice' }, { sid: undefined })
    const browser = scene.browser()
    const answer = await answerOf(browser)
    expect(await tell(scene, { sub: 'alice', sid: 'some session of alice' })).toBe(200)
    expect((await browser.open(answer)).status).toBe(400)
  })

  it.each<[string, (sid: string) => Claims]>([
    ['someone else', () => ({ sub: 'bob' })],
    ['another session', () => ({ sid: 'another' })],
    ['another session of the same person', () => ({ sub: 'alice', sid: 'another' })],
    ['the session, and someone else', (sid) => ({ sub: 'bob', sid })],
  ])('and means %s refuses no one', async (_, claims) => {
    const scene = createScene()
    const browser = scene.browser()
    const answer = await answerOf(browser)
    expect(await tell(scene, claims(scene.provider.lastConsent().sid))).toBe(200)
    await browser.open(answer)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
  })

  it('leaves a silent sign-in as it was: signed out, without a page that complains', async () => {
    const scene = createScene()
    // The provider is asked silently where someone has signed in before.
    await signIn(scene.browser())
    const browser = scene.browser()
    const answer = await answerOf(browser, '?silent=true&returnTo=/%3Fback')
    await tell(scene, { sub: 'alice' })
    expect((await browser.open(answer)).url).toBe(`${GATE}/?back`)
    expect(await whoIs(browser)).toBeNull()
  })

  it('gives no one the account of an address, and leaves no trace of that in the audit', async () => {
    const scene = createScene({
      OIDC_FALLBACK_TO_EMAIL_FOR_IDENTIFICATION: 'true',
      OIDC_USER_SUB_FIELD_IMMUTABLE: 'false',
    })
    await signIn(scene.browser())
    scene.provider.setPerson({ sub: 'new-alice', email: 'alice@example.org', email_verified: true })
    const browser = scene.browser()
    const answer = await answerOf(browser)
    await tell(scene, { sub: 'new-alice' })
    expect((await browser.open(answer)).status).toBe(400)
    expect((await rowsOf('users')).map(({ subject }) => subject)).toEqual(['alice'])
    expect((await rowsOf('audit')).map(({ event }) => event)).toEqual(['sign_in'])
  })
})

describe('a sign-in after a sign-out', () => {
  it('of the same second succeeds, if it was begun afterwards', async () => {
    const scene = createScene()
    await tell(scene, { sub: 'alice' })
    scene.clock.advance(0.001)
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).not.toBeNull()
  })

  it.each<[string, Claims]>([
    ['of the person', { sub: 'alice' }],
    ['of a session of the person', { sub: 'alice', sid: 'the former' }],
    ['of a session', { sid: 'the former' }],
  ])('%s succeeds one second later', async (_, claims) => {
    const scene = createScene()
    await tell(scene, claims)
    scene.clock.advance(1)
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).not.toBeNull()
  })

  it('is not refused by a logout token that is sent again', async () => {
    const scene = createScene()
    const token = await logoutToken(scene, { sub: 'alice' })
    expect([await send(scene, token), await send(scene, token)]).toEqual([200, 400])
    expect(await rowsOf('recent_endings')).toHaveLength(1)
  })
})

describe('a front-channel logout between code and session', () => {
  it('is obeyed, for a sign-in that was under way', async () => {
    const scene = createScene()
    const browser = scene.browser()
    const answer = await answerOf(browser)
    scene.clock.advance(1)
    const named = new URLSearchParams({ iss: IDP, sid: scene.provider.lastConsent().sid })
    expect((await scene.gate(new Request(`${FRONT_CHANNEL}?${named}`))).status).toBe(200)
    scene.clock.advance(5)
    expect((await browser.open(answer)).status).toBe(400)
    expect(await whoIs(browser)).toBeNull()
  })

  it('keeps no one from signing in afterwards, whoever may have sent it', async () => {
    const scene = createScene()
    scene.provider.setPerson({ sub: 'alice' }, { sid: 'known to others' })
    await scene.gate(new Request(`${FRONT_CHANNEL}?${new URLSearchParams({ iss: IDP, sid: 'known to others' })}`))
    scene.clock.advance(0.001)
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).not.toBeNull()
  })

  it('of an issuer that is not configured is not remembered', async () => {
    const { gate } = createScene()
    await gate(new Request(`${FRONT_CHANNEL}?${new URLSearchParams({ iss: 'https://evil.example', sid: 'x' })}`))
    await gate(new Request(`${FRONT_CHANNEL}?sid=x`))
    expect(await rowsOf('recent_endings')).toEqual([])
  })

  it('fills no table: 1,000 are remembered, one for each sid, and logout tokens are not driven out', async () => {
    const scene = createScene()
    await tell(scene, { sub: 'alice' })
    const endings = createEndings(env.DB, scene.clock, noLog)
    const until = Math.floor(scene.clock.now() / 1000) + 600
    await env.DB.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) INSERT INTO recent_endings (name, expires_at, arrived_at, by_browser) SELECT 'sid ' || i, ${until}, 0, 1 FROM n`,
    )
    for (const sid of ['a', 'b', 'c', 'c', 'c']) await endings.endBySid(sid, until, 'reference')
    const rows = await rowsOf('recent_endings')
    expect(rows.filter(({ by_browser }) => by_browser === 1)).toHaveLength(1000)
    expect(rows.filter(({ by_browser }) => by_browser === 0)).toHaveLength(1)
    expect(rows.slice(-4).map(({ name }) => name)).toEqual(['sid 1000', 'sid a', 'sid b', 'sid c'])
  })
})

it('what has ended is forgotten when no sign-in can be under way any longer', async () => {
  const scene = createScene()
  await tell(scene, { sub: 'alice' })
  scene.clock.advance(599)
  expect(await purgeExpired(env.DB, scene.clock, 365)).toMatchObject({ recent_endings: 0 })
  scene.clock.advance(62)
  expect(await purgeExpired(env.DB, scene.clock, 365)).toMatchObject({ recent_endings: 1 })
  expect(await rowsOf('recent_endings')).toEqual([])
})

describe('when the provider of an id has another issuer than before, a session of the former one', () => {
  const asks = (site: (request: Request) => Promise<Response>, browser: Browser, url: string, init: RequestInit = {}) =>
    site(new Request(url, { ...init, headers: { cookie: `${SESSION_COOKIE}=${sessionTokenOf(browser)}` } }))

  it('is good for no one, and no one is asked', async () => {
    const scene = createScene()
    const app = await addApp('app')
    const browser = scene.browser()
    await signIn(browser)
    const moved = scene.isolate({ OIDC_OP_URL: OTHER_IDP })
    expect((await asks(moved, browser, ME)).status).toBe(401)
    expect((await asks(moved, browser, `${GATE}${PATHS.session}`)).status).toBe(401)
    expect((await asks(moved, browser, `${GATE}${PATHS.sessionRefresh}`, { method: 'POST' })).status).toBe(401)
    expect((await asks(moved, browser, LOGOUT)).status).toBe(302)
    expect(await (await introspect(moved, sessionTokenOf(browser) ?? '', app)).json()).toEqual({ active: false })
    expect(scene.other.journal).toEqual([])
  })

  it('is not followed silently by one of the new issuer, for the person was not asked', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    const moved = createScene({ OIDC_OP_URL: OTHER_IDP })
    await signIn(moved.browser())
    const same = moved.browser()
    same.jar.put(GATE, SESSION_COOKIE, sessionTokenOf(browser) ?? '')
    const { path } = await same.open(`${LOGIN}?silent=true`)
    expect(path.filter((address) => address.startsWith(OTHER_IDP))).toEqual([])
    expect(await whoIs(same)).toBeNull()
  })

  it('is followed by one of the new issuer', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    const moved = createScene({ OIDC_OP_URL: OTHER_IDP })
    const same = moved.browser()
    same.jar.put(GATE, SESSION_COOKIE, sessionTokenOf(browser) ?? '')
    await same.open(LOGIN)
    expect(await whoIs(same)).toMatchObject({ issuer: OTHER_IDP })
  })

  it('stays good at each of two clients of one issuer', async () => {
    const twice = {
      OIDC_PROVIDERS: JSON.stringify([{ id: 'second', url: IDP, client_id: SETTINGS.OIDC_RP_CLIENT_ID }]),
      OIDC_PROVIDERS_SECOND_CLIENT_SECRET: SETTINGS.OIDC_RP_CLIENT_SECRET,
    }
    const { browser } = createScene(twice)
    const visitors = [browser(), browser()] as const
    await visitors[0].open(`${LOGIN}?provider=default`)
    await visitors[1].open(`${LOGIN}?provider=second`)
    for (const visitor of visitors) expect(await whoIs(visitor)).toMatchObject({ issuer: IDP })
  })

  it('stays good where nothing but the client has changed', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    expect((await asks(scene.isolate({ OIDC_RP_CLIENT_ID: 'another' }), browser, ME)).status).toBe(200)
  })
})
