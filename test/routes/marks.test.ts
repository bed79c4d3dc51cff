/**
 * What a browser remembers of signing out, of refusals and of silent attempts: no link, frame or late answer makes it forget.
 */

import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import {
  createScene,
  createSettledScene,
  EVIL,
  FRONT_CHANNEL,
  GATE,
  IDP,
  LOGIN,
  LOGOUT_CALLBACK,
  OTHER_IDP,
  rowsOf,
  type Scene,
  SETTINGS,
  sessionTokenOf,
  signIn,
  signOut,
  whoIs,
} from './scene.ts'

const ASK = `${LOGIN}?silent=true`
const BY_FORM = { OIDC_RESPONSE_MODE: 'form_post' }
const FRAME = { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'same-site' }

async function answer(scene: Scene, browser: Browser, url: string) {
  return browser.submit({ ...browser.formOf(await browser.open(url)), from: scene.provider.issuer })
}

describe('a browser that has signed out', () => {
  async function signedOut(settings: Record<string, string> = {}) {
    const scene = createScene(settings)
    const browser = scene.browser()
    await signIn(browser)
    await signOut(browser, new URL(LOGOUT_CALLBACK).pathname)
    return { scene, browser }
  }

  it.each(['provider=none-such', 'level=none-such', 'provider=none-such&level=none-such', 'returnTo=//x'])(
    'is signed in by no silent link after one that means nothing: %s',
    async (wish) => {
      const { scene, browser } = await signedOut()
      await browser.open(`${ASK}&${wish}`, { from: EVIL })
      scene.clock.advance(31)
      await browser.open(ASK, { from: EVIL })
      expect(await whoIs(browser)).toBeNull()
    },
  )

  it('is signed in by no silent link after the database was away for a moment', async () => {
    const { scene, browser } = await signedOut()
    await env.DB.exec('ALTER TABLE sessions RENAME TO away')
    await browser.open(ASK, { from: EVIL }).finally(() => env.DB.exec('ALTER TABLE away RENAME TO sessions'))
    scene.clock.advance(31)
    await browser.open(ASK, { from: EVIL })
    expect(await whoIs(browser)).toBeNull()
  })
})

describe('a browser whose session was ended elsewhere', () => {
  it('is signed in by no silent link after a frame of front-channel logout took its cookie', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    await env.DB.prepare('DELETE FROM sessions').run()
    await browser.open(`${FRONT_CHANNEL}?${new URLSearchParams({ iss: IDP, sid: 'any' })}`, { headers: FRAME })
    expect(sessionTokenOf(browser)).toBeUndefined()
    await browser.open(ASK, { from: EVIL })
    expect([await whoIs(browser), scene.provider.count('/authorize')]).toEqual([null, 1])
  })
})

describe('the answer by form to a silent attempt of a visitor', () => {
  async function underWay() {
    const scene = createScene(BY_FORM)
    await answer(scene, scene.browser(), LOGIN)
    const browser = scene.browser()
    const form = { ...browser.formOf(await browser.open(ASK, { from: EVIL })), from: scene.provider.issuer }
    await answer(scene, browser, LOGIN)
    expect(await whoIs(browser)).not.toBeNull()
    return { scene, browser, form }
  }

  it('signs no one in who has signed in and out meanwhile', async () => {
    const { browser, form } = await underWay()
    await signOut(browser, new URL(LOGOUT_CALLBACK).pathname)
    await browser.submit(form)
    expect(await whoIs(browser)).toBeNull()
  })

  it('does not let a link sign in who has signed in and out meanwhile, when it is an error', async () => {
    const { scene, browser, form } = await underWay()
    await signOut(browser, new URL(LOGOUT_CALLBACK).pathname)
    const { code: _, ...fields } = form.fields
    await browser.submit({ ...form, fields: { ...fields, error: 'login_required' } })
    scene.clock.advance(31)
    const redeemed = scene.provider.count('/authorize')
    await browser.open(ASK, { from: EVIL })
    expect(scene.provider.count('/authorize')).toBe(redeemed)
  })

  it('leaves no second session behind when the person has signed in meanwhile', async () => {
    const { browser, form } = await underWay()
    const before = await rowsOf('sessions')
    await browser.submit(form)
    expect(await whoIs(browser)).not.toBeNull()
    expect(await rowsOf('sessions')).toHaveLength(before.length)
  })
})

describe('an answer to a silent attempt that cannot be read', () => {
  const TARGET = `${GATE}/`
  it.each([
    ['names its error twice', 'error=login_required&error=again', true],
    ['leaves out the state', 'error=invalid_request', false],
    ['has an empty state', 'error=login_required&state=', false],
  ])('and that %s is no error page', async (_, query, hasState) => {
    const scene = await createSettledScene()
    const browser = scene.browser()
    const { next } = await browser.open(ASK, { stopBefore: PATHS.callback })
    const url = new URL(next ?? '')
    const state = hasState ? `&state=${url.searchParams.get('state')}` : ''
    const visit = await browser.open(`${url.origin}${url.pathname}?${query}${state}`)
    expect([visit.status, visit.url]).toEqual([200, TARGET])
  })

  it('and that comes by form without the state is no error page', async () => {
    const scene = createScene(BY_FORM)
    await answer(scene, scene.browser(), LOGIN)
    const browser = scene.browser()
    const form = browser.formOf(await browser.open(ASK))
    const visit = await browser.submit({ ...form, fields: { error: 'invalid_request' }, from: scene.provider.issuer })
    expect([visit.status, visit.url]).toEqual([200, TARGET])
  })

  it('is one for a browser that has begun no silent attempt', async () => {
    const visit = await (await createSettledScene()).browser().open(`${GATE}${PATHS.callback}?error=login_required`)
    expect(visit.status).toBe(400)
  })
})

describe('a silent link that names a person', () => {
  it('does not replace the session of another person', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    const session = sessionTokenOf(browser)
    scene.provider.setPerson({ sub: 'bob', email: 'bob@example.com' })
    await browser.open(`${ASK}&login_hint=bob`, { from: EVIL })
    expect(sessionTokenOf(browser)).toBe(session)
  })

  it.each([{}, { GATEHOUSE_SUBJECT_CLAIM: 'email' }])(
    'confirms the session of the person if it names them: %o',
    async (settings) => {
      const scene = createScene(settings)
      const browser = scene.browser()
      await signIn(browser)
      const session = sessionTokenOf(browser)
      await browser.open(`${ASK}&login_hint=alice`)
      expect(sessionTokenOf(browser)).not.toBe(session)
      expect(await whoIs(browser)).not.toBeNull()
    },
  )
})

describe('a browser with a session that never came back from its confirmation', () => {
  it('is asked to confirm it again when that is due the next time', async () => {
    const scene = createScene({ FRONTEND_IS_SILENT_LOGIN_ENABLED: 'true', OIDC_STORE_REFRESH_TOKEN: 'false' })
    const browser = scene.browser()
    await signIn(browser)
    scene.clock.advance(901)
    await browser.open(GATE, { stopBefore: '/authorize' })
    scene.provider.setFault('login-required')
    scene.clock.advance(901)
    await browser.open(GATE)
    expect(await whoIs(browser)).toBeNull()
  })
})

describe('with two providers', () => {
  const partner = { id: 'partner', url: OTHER_IDP, client_id: SETTINGS.OIDC_RP_CLIENT_ID }
  const TWO = {
    OIDC_PROVIDERS: JSON.stringify([partner]),
    OIDC_PROVIDERS_PARTNER_CLIENT_SECRET: SETTINGS.OIDC_RP_CLIENT_SECRET,
    OIDC_RESPONSE_MODE: 'form_post',
  }

  it('a silent answer of one by form replaces no session of the other that began meanwhile', async () => {
    const scene = createScene(TWO)
    await answer(scene, scene.browser(), `${LOGIN}?provider=default`)
    const browser = scene.browser()
    const form = browser.formOf(await browser.open(`${ASK}&provider=default`, { from: EVIL }))
    await browser.open(`${LOGIN}?provider=partner`)
    const session = sessionTokenOf(browser)
    expect(session).toBeDefined()
    await browser.submit({ ...form, from: IDP })
    expect(sessionTokenOf(browser)).toBe(session)
  })
})
