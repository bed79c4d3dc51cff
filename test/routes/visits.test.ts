/**
 * Someone visits the start page and is not signed in: sent elsewhere, signed in without being asked, or shown a button (a.3 and a.4 of
 * La Suite's settings: OIDC_REDIRECT_UNAUTHENTICATED_URL, FRONTEND_*, ALLOW_UNREGISTERED_ROOMS).
 */

import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Visit } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import {
  APP,
  createScene,
  createSettledScene,
  GATE,
  LOGIN,
  LOGOUT_CALLBACK,
  ME,
  OTHER_IDP,
  SETTINGS,
  type Settings,
  signIn,
  signOut,
  whoIs,
} from './scene.ts'

const CONFIG = `${GATE}${PATHS.configuration}`
const SILENT = { FRONTEND_IS_SILENT_LOGIN_ENABLED: 'true' }

/** Where the first answer to a visit leads; `null`: it is a page. */
async function firstStep(settings: Settings, url = `${GATE}/`): Promise<string | null> {
  const { next } = await (await createSettledScene(settings)).browser().open(url, { stopBefore: '*' })
  return next
}

const parametersOf = (url: string | null) => Object.fromEntries(new URL(url ?? '').searchParams)

describe('OIDC_REDIRECT_UNAUTHENTICATED_URL', () => {
  const WELCOME = { OIDC_REDIRECT_UNAUTHENTICATED_URL: `${APP}/welcome?from=gate` }

  it('is where a visitor goes who is not signed in, with the way back', async () => {
    const next = await firstStep(WELCOME, `${GATE}/?x=1`)
    expect(next?.split('?')[0]).toBe(`${APP}/welcome`)
    expect(parametersOf(next)).toEqual({ from: 'gate', returnTo: `${GATE}/?x=1` })
  })

  it('names the way back as OIDC_REDIRECT_FIELD_NAME says', async () => {
    const next = await firstStep({ ...WELCOME, OIDC_REDIRECT_FIELD_NAME: 'next' })
    expect(parametersOf(next)).toEqual({ from: 'gate', next: `${GATE}/` })
  })

  it.each([
    [`${APP}/room`, `${APP}/room`],
    ['/room', `${GATE}/room`],
    ['https://evil.example/', `${GATE}/?returnTo=https://evil.example/`],
    ['//evil.example', `${GATE}/?returnTo=//evil.example`],
  ])('carries a way back along that is allowed, and no other: %s', async (wanted, carried) => {
    const settings = { ...WELCOME, OIDC_REDIRECT_ALLOWED_HOSTS: 'app.example.com' }
    expect(parametersOf(await firstStep(settings, `${GATE}/?returnTo=${wanted}`)).returnTo).toBe(carried)
  })

  it('does not concern someone who is signed in', async () => {
    const browser = createScene(WELCOME).browser()
    const visit = await signIn(browser)
    expect(visit.url).toBe(`${GATE}/`)
    expect(visit.text).toContain('Hello')
  })

  it('leaves the sign-in itself alone', async () => {
    expect(await firstStep(WELCOME, LOGIN)).toMatch(/^https:\/\/idp\.example\/authorize/)
  })

  it('leaves 401 to applications', async () => {
    expect((await createScene(WELCOME).browser().background(ME)).status).toBe(401)
  })

  it.each(['iframe', 'empty', 'image'])('does not concern what is no page visit: %s', async (destination) => {
    const headers = { 'sec-fetch-dest': destination }
    const response = await createScene(WELCOME).gate(new Request(`${GATE}/`, { headers }))
    expect(response.status).toBe(200)
  })

  it.each(['/', `${GATE}/`, `${GATE}/?welcome=1`])(
    'does not lead round and round when it is the page itself: %s',
    async (url) => {
      const visit = await createScene({ OIDC_REDIRECT_UNAUTHENTICATED_URL: url }).browser().open(`${GATE}/`)
      expect([visit.status, visit.path.length]).toEqual([200, 1])
    },
  )

  it('may be another page of this host', async () => {
    const next = await firstStep({ OIDC_REDIRECT_UNAUTHENTICATED_URL: '/welcome' })
    expect(next?.split('?')[0]).toBe(`${GATE}/welcome`)
  })

  it('lets whoever comes from a failed sign-in stay, and read why', async () => {
    const scene = createScene({ ...WELCOME, LOGIN_REDIRECT_URL_FAILURE: '/' })
    scene.provider.setFault('error-with-script')
    const visit = await scene.browser().open(LOGIN)
    expect([visit.status, new URL(visit.url).searchParams.get('error')]).toEqual([200, 'provider_error'])
  })

  it('sends no one away where visitors may stay (ALLOW_UNREGISTERED_ROOMS)', async () => {
    expect(await firstStep({ ...WELCOME, ALLOW_UNREGISTERED_ROOMS: 'True' })).toBeNull()
  })

  it('comes before signing in without being asked', async () => {
    expect(await firstStep({ ...WELCOME, ...SILENT })).toContain(APP)
  })
})

describe('FRONTEND_IS_SILENT_LOGIN_ENABLED', () => {
  it('signs a visitor in whom the provider knows', async () => {
    const visit = await (await createSettledScene(SILENT)).browser().open(`${GATE}/?x=1`)
    expect(visit.text).toContain('Hello')
    expect(visit.url).toBe(`${GATE}/?x=1&silentLogin=false`)
    expect(
      visit.path.some((url) => url.startsWith('https://idp.example/authorize') && url.includes('prompt=none')),
    ).toBe(true)
  })

  it('shows the page to everybody else, after one attempt in 30 seconds', async () => {
    const scene = await createSettledScene(SILENT)
    scene.provider.setFault('login-required')
    const browser = scene.browser()
    const asked: number[] = []
    for (const seconds of [0, 10, 15, 6]) {
      scene.clock.advance(seconds)
      expect((await browser.open(`${GATE}/`)).text).toContain('You are not signed in')
      asked.push(scene.provider.count('/authorize'))
    }
    expect(asked).toEqual([1, 1, 1, 2])
  })

  it('is tried once in 30 seconds by applications, too', async () => {
    const scene = await createSettledScene()
    scene.provider.setFault('login-required')
    const browser = scene.browser()
    for (const seconds of [0, 29, 2]) {
      scene.clock.advance(seconds)
      expect((await browser.open(`${LOGIN}?silent=true&returnTo=/robots.txt`)).url).toBe(`${GATE}/robots.txt`)
    }
    expect(scene.provider.count('/authorize')).toBe(2)
  })

  it('asks no browser twice that keeps no cookies', async () => {
    const { gate } = await createSettledScene(SILENT)
    const headers = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' }
    const first = await gate(new Request(`${GATE}/`, { headers }))
    const wayBack = new URL(first.headers.get('location') ?? '', GATE).searchParams.get('returnTo') ?? ''
    expect((await gate(new Request(new URL(wayBack, GATE), { headers }))).status).toBe(200)
  })

  it('is the default', async () => {
    expect(await firstStep({ FRONTEND_IS_SILENT_LOGIN_ENABLED: '' })).toContain('silent=true')
  })

  it.each([
    ['is off', { FRONTEND_IS_SILENT_LOGIN_ENABLED: 'False' }, '/'],
    ['is not wanted for this visit', SILENT, '/?silentLogin=false'],
    ['the provider is a Dex, which would ask all the same', { ...SILENT, OIDC_OP_TYPE: 'dex' }, '/'],
  ])('does nothing when it %s', async (_, settings, path) => {
    expect(await firstStep(settings, `${GATE}${path}`)).toBeNull()
  })

  it('does nothing at a provider that lists its prompts, without none among them', async () => {
    const scene = await createSettledScene(SILENT)
    scene.provider.setFault('no-silent-sign-in')
    scene.clock.advance(3601)
    expect((await scene.browser().open(`${GATE}/`, { stopBefore: '*' })).next).toBeNull()
    expect((await scene.browser().open(`${LOGIN}?silent=true&returnTo=/robots.txt`)).url).toBe(`${GATE}/robots.txt`)
    expect(scene.provider.count('/authorize')).toBe(0)
  })

  it('does nothing while the provider is down, and the page is there', async () => {
    const scene = await createSettledScene(SILENT)
    scene.provider.setFault('down')
    scene.clock.advance(3)
    const visit = await scene.browser().open(`${GATE}/`)
    expect([visit.status, visit.text.includes('You are not signed in')]).toEqual([200, true])
  })

  it('brings whoever asks for it to their page when the provider has gone down since', async () => {
    const scene = await createSettledScene(SILENT)
    await signIn(scene.browser())
    scene.provider.setFault('down')
    scene.clock.advance(3)
    const visit = await scene.browser().open(`${LOGIN}?silent=true&returnTo=/robots.txt`)
    expect(visit.url).toBe(`${GATE}/robots.txt`)
  })

  it('does not sign in again whoever has signed out, until they ask', async () => {
    const scene = await createSettledScene(SILENT)
    const browser = scene.browser()
    await signIn(browser)
    await signOut(browser, new URL(LOGOUT_CALLBACK).pathname)
    scene.clock.advance(3600)
    expect((await browser.open(`${GATE}/`)).text).toContain('You are signed out')
    await browser.open(LOGIN)
    expect(await whoIs(browser)).not.toBeNull()
  })

  it('does not sign in again whose session was ended elsewhere, until they ask', async () => {
    const scene = await createSettledScene(SILENT)
    const browser = scene.browser()
    await signIn(browser)
    await env.DB.prepare('DELETE FROM sessions').run()
    expect((await browser.open(`${GATE}/`)).text).toContain('You are signed out')
  })

  it('does nothing in a frame', async () => {
    const headers = { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' }
    expect((await (await createSettledScene(SILENT)).gate(new Request(`${GATE}/`, { headers }))).status).toBe(200)
  })
})

describe('a session without a refresh token', () => {
  const WITHOUT = { ...SILENT, OIDC_STORE_REFRESH_TOKEN: 'False' }

  async function visitAfter(
    seconds: number,
    fault: 'login-required' | 'consent-required' | null,
    settings: Settings = WITHOUT,
  ) {
    const scene = await createSettledScene(settings)
    const browser = scene.browser()
    await signIn(browser)
    scene.clock.advance(seconds)
    scene.provider.setFault(fault)
    const before = scene.provider.count('/authorize')
    await browser.open(`${GATE}/`)
    return { asked: scene.provider.count('/authorize') - before, isSignedIn: (await whoIs(browser)) !== null }
  }

  it('is confirmed by the browser at the first visit of the page after 15 minutes', async () => {
    expect(await visitAfter(899, null)).toEqual({ asked: 0, isSignedIn: true })
    expect(await visitAfter(901, null)).toEqual({ asked: 1, isSignedIn: true })
  })

  it('ends when the provider no longer knows who is there', async () => {
    expect(await visitAfter(901, 'login-required')).toEqual({ asked: 1, isSignedIn: false })
  })

  it('goes on when the provider only wants to ask something', async () => {
    expect(await visitAfter(901, 'consent-required')).toEqual({ asked: 1, isSignedIn: true })
  })

  it('is left alone without silent sign-in', async () => {
    const settings = { ...WITHOUT, FRONTEND_IS_SILENT_LOGIN_ENABLED: 'False' }
    expect(await visitAfter(901, 'login-required', settings)).toEqual({ asked: 0, isSignedIn: true })
  })

  it('is not ended by a silent sign-in that someone asks for before it is due', async () => {
    const scene = await createSettledScene(WITHOUT)
    const browser = scene.browser()
    await signIn(browser)
    scene.provider.setFault('login-required')
    await browser.open(`${LOGIN}?silent=true`)
    expect(await whoIs(browser)).not.toBeNull()
  })

  it('is not ended by the word of another provider, which a link on any page could ask for', async () => {
    const partner = { id: 'partner', url: OTHER_IDP, client_id: SETTINGS.OIDC_RP_CLIENT_ID }
    const scene = createScene({
      ...WITHOUT,
      OIDC_PROVIDERS: JSON.stringify([partner]),
      OIDC_PROVIDERS_PARTNER_CLIENT_SECRET: SETTINGS.OIDC_RP_CLIENT_SECRET,
    })
    const browser = scene.browser()
    await browser.open(`${LOGIN}?provider=default`)
    scene.clock.advance(901)
    scene.other.setFault('login-required')
    await browser.open(`${LOGIN}?silent=true&provider=partner`)
    expect(scene.other.count('/authorize')).toBe(0)
    expect(await whoIs(browser)).not.toBeNull()
  })
})

describe('FRONTEND_EXTERNAL_HOME_URL', () => {
  const HOME = { FRONTEND_EXTERNAL_HOME_URL: 'https://www.example.org/home?a=1&b=2' }
  const scriptOf = ({ text }: Visit) => /<script data-home="([^"]*)">(.*?)<\/script>/.exec(text)

  it('is asked for by the browser of a visitor who is not signed in, with the one script that the page may have', async () => {
    const page = await createScene(HOME).browser().open(`${GATE}/`)
    const [, home, script = ''] = scriptOf(page) ?? []
    expect(home).toBe('https://www.example.org/home?a=1&amp;b=2')
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script))
    const hash = btoa(String.fromCharCode(...new Uint8Array(digest)))
    expect(page.headers.get('content-security-policy')).toBe(
      `default-src 'none'; style-src 'self'; img-src 'self'; script-src 'sha256-${hash}'; connect-src https://www.example.org/home; base-uri 'none'; frame-ancestors 'none'`,
    )
  })

  it('concerns no one who is signed in, and no other page', async () => {
    const browser = createScene(HOME).browser()
    const pages = [await browser.open(`${GATE}/nowhere`), await signIn(browser)]
    expect(pages.map(scriptOf)).toEqual([null, null])
    expect(pages.map(({ headers }) => headers.get('content-security-policy')?.includes('connect-src'))).toEqual([
      false,
      false,
    ])
  })
})

describe('the button', () => {
  it('is that of ProConnect with FRONTEND_USE_PROCONNECT_BUTTON, in the language of the visitor', async () => {
    const browser = createScene({ FRONTEND_USE_PROCONNECT_BUTTON: 'True' }).browser()
    const page = await browser.open(`${GATE}/`, { headers: { 'accept-language': 'fr' } })
    expect(page.text).toMatch(
      /<a class="action proconnect" href="\/api\/v1\.0\/authenticate\/">S’identifier avec ProConnect<\/a>/,
    )
    expect(page.text).toContain('https://www.proconnect.gouv.fr/')
    expect(page.text).not.toMatch(/<img|<script/)
  })

  it('is left out with ?hideLogin=true', async () => {
    const page = await createScene().browser().open(`${GATE}/?hideLogin=true`)
    expect(page.text).not.toContain(PATHS.login)
    expect(page.text).toContain('You are not signed in')
  })
})

describe('GET /api/v1.0/config/', () => {
  const ask = async (settings: Settings) => (await createScene(settings).browser().background(CONFIG)).json()

  it('tells everybody the five things that a front end must know', async () => {
    expect(await ask(SILENT)).toEqual({
      is_silent_login_enabled: true,
      is_guest_access_enabled: false,
      use_proconnect_button: false,
      external_home_url: null,
      authenticated_users_can_edit_display_name: true,
    })
  })

  it('tells what is set', async () => {
    const settings = {
      FRONTEND_IS_SILENT_LOGIN_ENABLED: 'False',
      FRONTEND_USE_PROCONNECT_BUTTON: 'yes',
      FRONTEND_EXTERNAL_HOME_URL: 'https://www.example.org/',
      AUTHENTICATED_PARTICIPANTS_CAN_EDIT_DISPLAY_NAME: '0',
      ALLOW_GUESTS: 'true',
    }
    expect(await ask(settings)).toEqual({
      is_silent_login_enabled: false,
      is_guest_access_enabled: true,
      use_proconnect_button: true,
      external_home_url: 'https://www.example.org/',
      authenticated_users_can_edit_display_name: false,
    })
  })

  it('says no to silent sign-in at a provider that cannot do it', async () => {
    expect(await ask({ ...SILENT, OIDC_OP_TYPE: 'dex' })).toMatchObject({ is_silent_login_enabled: false })
  })

  it('is for reading only', async () => {
    const response = await createScene().gate(new Request(CONFIG, { method: 'POST' }))
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})
