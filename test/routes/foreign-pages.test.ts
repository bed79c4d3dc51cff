/**
 * What a page of another site can make a browser ask of Gatehouse: none of it signs in, out, or as someone else.
 */

import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import {
  attemptsOf,
  createScene,
  EVIL,
  FRONT_CHANNEL,
  GATE,
  IDP,
  LOGIN,
  LOGOUT_CALLBACK,
  OTHER_IDP,
  rowsOf,
  SETTINGS,
  type Settings,
  sessionTokenOf,
  signIn,
  signOut,
  whoIs,
} from './scene.ts'

const INITIATE = `${GATE}${PATHS.initiateLogin}`
const form = () => new URLSearchParams({ iss: IDP })

describe('a request that says it is for something other than a page', () => {
  const destinations = ['empty', 'iframe', 'frame', 'object', 'embed', 'image', 'script', 'fencedframe']
  const cases = destinations.flatMap((destination) => [
    [destination, 'GET', LOGIN],
    [destination, 'GET', `${LOGIN}?silent=true`],
    [destination, 'GET', `${INITIATE}?${form()}`],
    [destination, 'POST', INITIATE],
  ])

  it.each(cases)('begins no sign-in: %s, %s %s', async (destination, method, url) => {
    const { gate, provider } = createScene()
    const headers = {
      'sec-fetch-dest': destination ?? '',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-site': 'cross-site',
    }
    const response = await gate(
      new Request(url ?? '', { method, headers, ...(method === 'POST' ? { body: form() } : {}) }),
    )
    expect([response.status, response.headers.getSetCookie(), response.headers.get('location')]).toEqual([
      401,
      [],
      null,
    ])
    expect(provider.journal).toEqual([])
  })

  it('ahead of a click begins none either', async () => {
    const headers = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate', 'sec-purpose': 'prefetch;prerender' }
    expect((await createScene().gate(new Request(LOGIN, { headers }))).status).toBe(401)
  })

  it.each(['GET', 'POST'])('is let through when it does not say (%s)', async (method) => {
    const { gate } = createScene()
    const request =
      method === 'GET' ? new Request(`${INITIATE}?${form()}`) : new Request(INITIATE, { method, body: form() })
    expect((await gate(request)).headers.get('location')).toContain(`${IDP}/authorize`)
  })
})

describe('forms of another site that begin sign-ins in a window', () => {
  it.each(['query', 'form_post'])('leave no more attempts than links do (%s)', async (mode) => {
    const browser = createScene({ OIDC_RESPONSE_MODE: mode }).browser()
    await browser.open(GATE)
    for (let count = 0; count < 12; count += 1) {
      await browser.submit({ action: INITIATE, fields: { iss: IDP }, from: EVIL, stopBefore: '/authorize' })
    }
    expect(attemptsOf(browser)).toHaveLength(7)
    expect(browser.jar.received.filter(({ refused }) => refused !== null)).toEqual([])
  })

  it('take the very way of a link, with what they may ask for and nothing else', async () => {
    const browser = createScene().browser()
    const fields = { iss: IDP, login_hint: 'a@b.example', target_link_uri: '/x', silent: 'true' }
    const visit = await browser.submit({ action: INITIATE, fields, from: EVIL, stopBefore: '*' })
    const { silent: _, ...passed } = fields
    expect([visit.status, visit.next]).toEqual([303, `${INITIATE}?${new URLSearchParams(passed)}`])
    expect(browser.jar.received).toEqual([])
  })
})

describe('the cookie of an attempt', () => {
  it.each([
    ['form_post', 'None'],
    ['query', 'Lax'],
  ])('is taken away with the SameSite that it was given: %s, %s', async (mode, sameSite) => {
    const scene = createScene({ OIDC_RESPONSE_MODE: mode })
    const browser = scene.browser()
    for (let count = 0; count < 8; count += 1) await browser.open(LOGIN, { stopBefore: '/authorize' })
    const page = await browser.open(LOGIN)
    if (mode === 'form_post') await browser.submit({ ...browser.formOf(page), from: IDP })
    const lines = browser.jar.received.map(({ line }) => line).filter((line) => line.includes('-login-'))
    expect(lines.some((line) => /Max-Age=0\b/.test(line))).toBe(true)
    expect(new Set(lines.map((line) => /SameSite=(\w+)/.exec(line)?.[1]))).toEqual(new Set([sameSite]))
  })
})

describe('a link to a silent sign-in', () => {
  const WITHOUT_REFRESH = { FRONTEND_IS_SILENT_LOGIN_ENABLED: 'true', OIDC_STORE_REFRESH_TOKEN: 'false' }
  const LEVELS = { GATEHOUSE_LEVELS: 'low high', GATEHOUSE_LOGIN_PARAMETERS: 'prompt' }

  async function signedInLongAgo(settings: Settings = {}) {
    const scene = createScene({ ...WITHOUT_REFRESH, ...LEVELS, ...settings })
    const browser = scene.browser()
    await signIn(browser)
    scene.clock.advance(901)
    scene.provider.setFault('login-required')
    return { scene, browser }
  }

  it.each([
    'max_age=0',
    'level=high',
    'prompt=login',
    'prompt=select_account',
    'login_hint=bob',
    'provider=default&max_age=5',
  ])('that asks for more than who is there ends no session: %s', async (demand) => {
    const { scene, browser } = await signedInLongAgo()
    await browser.open(`${LOGIN}?silent=true&${demand}`, { from: EVIL })
    expect(scene.provider.count('/authorize')).toBe(2)
    expect(await whoIs(browser)).not.toBeNull()
  })

  it('that asks for nothing else ends a session that the provider no longer knows, as the start page would', async () => {
    const { browser } = await signedInLongAgo()
    await browser.open(`${LOGIN}?silent=true`, { from: EVIL })
    expect(await whoIs(browser)).toBeNull()
  })

  it.each(['true', 'false'])(
    'signs no one in who has signed out (FRONTEND_IS_SILENT_LOGIN_ENABLED=%s)',
    async (enabled) => {
      const scene = createScene({ FRONTEND_IS_SILENT_LOGIN_ENABLED: enabled })
      const browser = scene.browser()
      await signIn(browser)
      await signOut(browser, new URL(LOGOUT_CALLBACK).pathname)
      const before = scene.provider.count('/authorize')
      scene.clock.advance(60)
      await browser.open(`${LOGIN}?silent=true`, { from: EVIL })
      expect([await whoIs(browser), scene.provider.count('/authorize') - before]).toEqual([null, 0])
      await signIn(browser)
      expect(await whoIs(browser)).not.toBeNull()
    },
  )

  it('signs no one in whose session was ended elsewhere', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    await env.DB.prepare('DELETE FROM sessions').run()
    await browser.open(`${LOGIN}?silent=true`, { from: EVIL })
    expect([await whoIs(browser), scene.provider.count('/authorize')]).toEqual([null, 1])
  })

  it('signs no one in whose session was left unused for too long', async () => {
    const scene = createScene({ GATEHOUSE_SESSION_IDLE_AGE: '600' })
    const browser = scene.browser()
    await signIn(browser)
    scene.clock.advance(601)
    await browser.open(`${LOGIN}?silent=true`, { from: EVIL })
    expect(await whoIs(browser)).toBeNull()
  })

  it('is of no use once the person has signed out before its answer came', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    const { next } = await browser.open(`${LOGIN}?silent=true`, { from: EVIL, stopBefore: PATHS.callback })
    await signOut(browser, new URL(LOGOUT_CALLBACK).pathname)
    const redeemed = scene.provider.count('/token')
    expect((await browser.open(next ?? '')).url).toBe(`${GATE}/`)
    expect([await whoIs(browser), scene.provider.count('/token') - redeemed]).toEqual([null, 0])
  })
})

describe('a session of one provider', () => {
  const partner = { id: 'partner', url: OTHER_IDP, client_id: SETTINGS.OIDC_RP_CLIENT_ID }
  const TWO = {
    OIDC_PROVIDERS: JSON.stringify([partner]),
    OIDC_PROVIDERS_PARTNER_CLIENT_SECRET: SETTINGS.OIDC_RP_CLIENT_SECRET,
  }

  async function expectUnchanged(browser: Browser, session: string | undefined): Promise<void> {
    expect(sessionTokenOf(browser)).toBe(session)
    expect(await rowsOf('sessions')).toMatchObject([{ provider: 'default' }])
  }

  it('is not replaced by one of another without a question', async () => {
    const scene = createScene(TWO)
    await scene.browser().open(`${LOGIN}?provider=partner`)
    await env.DB.prepare('DELETE FROM sessions').run()
    scene.other.reset()
    const browser = scene.browser()
    await browser.open(`${LOGIN}?provider=default`)
    const session = sessionTokenOf(browser)
    await browser.open(`${LOGIN}?silent=true&provider=partner`, { from: EVIL })
    await expectUnchanged(browser, session)
    expect(scene.other.count('/authorize')).toBe(0)
  })

  it('is not replaced by the answer of another to a question from before it began', async () => {
    const scene = createScene(TWO)
    await scene.browser().open(`${LOGIN}?provider=partner`)
    await env.DB.prepare('DELETE FROM sessions').run()
    scene.other.reset()
    const browser = scene.browser()
    const { next } = await browser.open(`${LOGIN}?silent=true&provider=partner`, {
      stopBefore: `${PATHS.callback}partner/`,
    })
    await browser.open(`${LOGIN}?provider=default`)
    const session = sessionTokenOf(browser)
    await browser.open(next ?? '')
    await expectUnchanged(browser, session)
    expect(scene.other.count('/token')).toBe(0)
  })

  it('is replaced when the person asks for the other', async () => {
    const browser = createScene(TWO).browser()
    await browser.open(`${LOGIN}?provider=default`)
    await browser.open(`${LOGIN}?provider=partner`)
    expect(await rowsOf('sessions')).toMatchObject([{ provider: 'partner' }])
  })
})

describe('a frame of front-channel logout that names no session', () => {
  it.each(['', `?iss=${encodeURIComponent(IDP)}`, '?sid=', '?iss=&sid='])(
    'shows its page and ends nothing, though the cookie arrives: %j',
    async (query) => {
      const browser = createScene().browser()
      await signIn(browser)
      const headers = { 'sec-fetch-dest': 'iframe', 'sec-fetch-site': 'same-site' }
      const frame = await browser.open(`${FRONT_CHANNEL}${query}`, { headers })
      expect([frame.status, frame.headers.get('x-frame-options')]).toEqual([200, null])
      expect(await whoIs(browser)).not.toBeNull()
    },
  )
})
