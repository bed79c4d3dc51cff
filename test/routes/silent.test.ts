/**
 * Silent sign-ins that come to nothing: no one ends on an error page, and nothing is tried again that was refused.
 */

import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Fault } from '../support/hostile/provider.ts'
import { PATHS } from '../support/paths.ts'
import {
  createScene,
  createSettledScene,
  GATE,
  LOGIN,
  OTHER_IDP,
  rowsOf,
  type Scene,
  SETTINGS,
  sessionTokenOf,
  signIn,
  whoIs,
} from './scene.ts'

const SILENT = { FRONTEND_IS_SILENT_LOGIN_ENABLED: 'true' }
const TARGET = `${GATE}/robots.txt`
const ASK = `${LOGIN}?silent=true&returnTo=/robots.txt`
const WITHOUT_REFRESH = { ...SILENT, OIDC_STORE_REFRESH_TOKEN: 'false' }

const FAILURES: readonly Fault[] = [
  'invalid-request',
  'error-with-script',
  'access-denied',
  'server-error',
  'temporarily-unavailable',
  'callback-iss-wrong',
  'code-dropped',
  'token-invalid-grant',
  'token-invalid-client',
  'token-html-as-json',
  'invalid-iss',
  'invalid-sig-rs256',
  'userinfo-401',
]

describe('a silent attempt that fails', () => {
  it.each(FAILURES)('brings the visitor to the wanted page, signed out (%s)', async (fault) => {
    const scene = await createSettledScene()
    scene.provider.setFault(fault)
    scene.clock.advance(3601)
    const browser = scene.browser()
    const visit = await browser.open(ASK)
    expect([visit.status, visit.url]).toEqual([200, TARGET])
    expect(await whoIs(browser)).toBeNull()
  })

  it.each(FAILURES)('brings a person who is signed in back to where they were (%s)', async (fault) => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    const session = sessionTokenOf(browser)
    scene.provider.setFault(fault)
    const visit = await browser.open(ASK)
    expect([visit.status, visit.url]).toEqual([200, TARGET])
    expect(sessionTokenOf(browser)).toBe(session)
    expect(await whoIs(browser)).not.toBeNull()
  })

  it('for claims that are missing, or an account that is not known, is no error page either', async () => {
    const scene = await createSettledScene()
    const gate = scene.isolate({ OIDC_CREATE_USER: 'false' })
    const browser = scene.browser()
    scene.provider.setPerson({ sub: 'nobody-here' })
    const { next } = await browser.open(ASK, { stopBefore: PATHS.callback })
    const cookie = [...browser.jar.cookiesOf(GATE)].map(([name, value]) => `${name}=${value}`).join('; ')
    const response = await gate(new Request(next ?? '', { headers: { cookie } }))
    expect([response.status, response.headers.get('location')]).toEqual([302, TARGET])
    expect(response.headers.getSetCookie().join()).toContain('__Host-gatehouse-silent=refused')
  })

  it('is none of the refused sign-ins of the diagnosis, and a line in the log', async () => {
    const scene = await createSettledScene()
    scene.provider.setFault('invalid-request')
    await scene.browser().open(ASK)
    expect(await rowsOf('refusals')).toEqual([])
    expect(scene.log.find(({ event }) => event === 'silent_sign_in_failed')?.detail).toMatchObject({
      provider_error: 'invalid_request',
    })
  })

  it.each(['level=none-such', 'provider=none-such'])(
    'for a wish that means nothing goes on as well: %s',
    async (wish) => {
      const visit = await (await createSettledScene()).browser().open(`${ASK}&${wish}`)
      expect([visit.status, visit.url]).toEqual([200, TARGET])
    },
  )

  it('because the database is away goes on as well', async () => {
    const scene = await createSettledScene()
    const browser = scene.browser()
    const { next } = await browser.open(ASK, { stopBefore: PATHS.callback })
    await env.DB.exec('ALTER TABLE spent_logins RENAME TO away')
    const visit = await browser.open(next ?? '').finally(() => env.DB.exec('ALTER TABLE away RENAME TO spent_logins'))
    expect([visit.status, visit.url]).toEqual([200, TARGET])
  })

  it.each([
    ['silent_sign_in_skipped', 'when it begins', []],
    ['silent_sign_in_failed', 'when its answer comes', [PATHS.callback]],
  ])('by a fault of our own is an error in the log, and goes on as well (%s, %s)', async (event, _when, [stop]) => {
    const scene = await createSettledScene()
    const browser = scene.browser()
    await signIn(browser)
    const { next } = stop === undefined ? { next: ASK } : await browser.open(ASK, { stopBefore: stop })
    await env.DB.exec("UPDATE sessions SET amr = 'not JSON'")
    const visit = await browser.open(next ?? '')
    expect([visit.status, visit.url]).toEqual([200, TARGET])
    expect(scene.log.find((line) => line.event === event)).toMatchObject({
      level: 'error',
      ref: expect.any(String),
      detail: { code: 'internal' },
    })
  })

  it('is refused by form just as quietly', async () => {
    const scene = await createSettledScene()
    const gate = scene.isolate({ OIDC_RESPONSE_MODE: 'form_post' })
    expect((await gate(new Request(ASK))).headers.get('location')).toBe(TARGET)
    const byForm = createScene({ OIDC_RESPONSE_MODE: 'form_post' })
    const first = byForm.browser()
    await first.submit({ ...first.formOf(await first.open(LOGIN)), from: byForm.provider.issuer })
    byForm.provider.setFault('invalid-request')
    const browser = byForm.browser()
    const visit = await browser.submit({ ...browser.formOf(await browser.open(ASK)), from: byForm.provider.issuer })
    expect([visit.status, visit.url]).toEqual([200, TARGET])
  })
})

describe('after a sign-in that failed', () => {
  it.each<Fault>(['access-denied', 'userinfo-invalid-sub', 'invalid-iss', 'token-invalid-grant'])(
    'no visit of the start page begins another, until the person asks (%s)',
    async (fault) => {
      const scene = await createSettledScene(SILENT)
      scene.provider.setFault(fault)
      const browser = scene.browser()
      expect((await browser.open(LOGIN)).status).toBeGreaterThanOrEqual(400)
      scene.provider.reset()
      scene.clock.advance(3600)
      expect((await browser.open(GATE)).text).toContain('Sign in')
      await browser.open(ASK)
      expect(scene.provider.count('/authorize')).toBe(0)
      await signIn(browser)
      expect(await whoIs(browser)).not.toBeNull()
    },
  )

  it('no visit begins another when it was a silent one whose code was refused', async () => {
    const scene = await createSettledScene(SILENT)
    scene.provider.setFault('userinfo-invalid-sub')
    const browser = scene.browser()
    await browser.open(GATE)
    scene.clock.advance(3600)
    await browser.open(GATE)
    expect(scene.provider.count('/token')).toBe(1)
  })

  it('a session that the browser has is still confirmed', async () => {
    const scene = createScene(WITHOUT_REFRESH)
    const browser = scene.browser()
    await signIn(browser)
    scene.provider.setFault('access-denied')
    await browser.open(`${LOGIN}?max_age=0`)
    scene.provider.setFault('login-required')
    scene.clock.advance(901)
    await browser.open(GATE)
    expect(await whoIs(browser)).toBeNull()
  })

  it('a session that the browser got while a silent one was under way is still confirmed', async () => {
    const scene = await createSettledScene(WITHOUT_REFRESH)
    const browser = scene.browser()
    scene.provider.setFault('access-denied')
    const { next } = await browser.open(ASK, { stopBefore: PATHS.callback })
    scene.provider.reset()
    await signIn(browser)
    await browser.open(next ?? '')
    expect(await whoIs(browser)).not.toBeNull()
    scene.provider.setFault('login-required')
    scene.clock.advance(901)
    await browser.open(GATE)
    expect(await whoIs(browser)).toBeNull()
  })
})

describe('a browser that the provider keeps', () => {
  it('is not sent there silently again, until the person asks', async () => {
    const scene = await createSettledScene(SILENT)
    const browser = scene.browser()
    await browser.open(GATE, { stopBefore: '/authorize' })
    scene.clock.advance(3600)
    const visit = await browser.open(GATE)
    expect(visit.path).toEqual([`${GATE}/`])
    await signIn(browser)
    expect(await whoIs(browser)).not.toBeNull()
  })
})

describe('a provider that shows its form in spite of prompt=none', () => {
  async function afterForm(
    seconds: number,
    authAge: number | null,
    fault: Fault | null = 'form-in-spite-of-prompt-none',
  ) {
    const scene = await createSettledScene(SILENT)
    scene.provider.setFault(fault)
    const browser = scene.browser()
    const asked = await browser.open(GATE, { stopBefore: '/authorize' })
    scene.clock.advance(seconds)
    const authTime = authAge === null ? {} : { auth_time: Math.floor(scene.clock.now() / 1000) - authAge }
    scene.provider.setPerson({ sub: 'alice' }, authTime)
    await browser.open(asked.next ?? '')
    expect(await whoIs(browser)).not.toBeNull()
    const before = scene.provider.count('/authorize')
    await scene.browser().open(GATE)
    return { scene, isTriedAgain: scene.provider.count('/authorize') > before }
  }

  it('is found out once, and no one is sent there silently any more', async () => {
    const { scene, isTriedAgain } = await afterForm(12, 1)
    expect(isTriedAgain).toBe(false)
    expect(scene.log.filter(({ event }) => event === 'silent_sign_in_asked')).toMatchObject([
      { detail: { fix: 'set FRONTEND_IS_SILENT_LOGIN_ENABLED=false' } },
    ])
    const other = scene.isolate()
    const headers = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' }
    expect((await other(new Request(GATE, { headers }))).status).toBe(200)
  })

  it.each([
    ['is slow', 12, 3600],
    ['does not say when people authenticated', 12, null],
    ['has just let the person in elsewhere', 1, 0],
  ])('is not one that %s', async (_, seconds, authAge) => {
    expect((await afterForm(seconds, authAge)).isTriedAgain).toBe(true)
  })

  it('is not one that sends unknown browsers back, though a person held a silent sign-in and signed in elsewhere', async () => {
    const { scene, isTriedAgain } = await afterForm(12, 1, null)
    expect(isTriedAgain).toBe(true)
    expect(scene.log.filter(({ event }) => event === 'silent_sign_in_asked')).toEqual([])
  })
})

describe('id_token_hint', () => {
  async function confirmation(settings: Record<string, string> = {}, query = '') {
    const scene: Scene = createScene({ ...WITHOUT_REFRESH, ...settings })
    const browser = scene.browser()
    await browser.open(LOGIN)
    const { next } = await browser.open(`${LOGIN}?silent=true${query}`, { stopBefore: '/authorize' })
    return new URL(next ?? GATE).searchParams
  }

  it('comes with prompt=none and names the session that is to be confirmed', async () => {
    const request = await confirmation()
    expect(request.get('prompt')).toBe('none')
    const [, payload = ''] = request.get('id_token_hint')?.split('.') ?? []
    expect(JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))).toMatchObject({ sub: 'alice' })
  })

  it.each([
    ['the ID token is not kept', { OIDC_STORE_ID_TOKEN: 'false' }],
    ['the address would be too long', { GATEHOUSE_ADDRESS_LENGTH_MAX: '600' }],
  ])('is left out when %s', async (_, settings) => {
    const request = await confirmation(settings)
    expect([request.get('prompt'), request.has('id_token_hint')]).toEqual(['none', false])
  })

  it('is in no sign-in that may ask, nor in one of a browser without a session', async () => {
    const scene = await createSettledScene()
    const browser = scene.browser()
    const silent = await browser.open(ASK, { stopBefore: '/authorize' })
    expect(silent.next).not.toContain('id_token_hint')
    await signIn(browser)
    const asked = await browser.open(LOGIN, { stopBefore: '/authorize' })
    expect(asked.next).not.toContain('id_token_hint')
  })
})

describe('before anyone has signed in with the settings of now', () => {
  it('no visitor is sent to the provider unasked, and the first sign-in changes that for all', async () => {
    const scene = createScene(SILENT)
    expect((await scene.browser().open(GATE)).path).toEqual([`${GATE}/`])
    expect((await scene.browser().open(ASK)).url).toBe(TARGET)
    expect(scene.provider.count('/authorize')).toBe(0)
    await signIn(scene.browser())
    expect((await scene.browser().open(GATE)).text).toContain('Hello')
  })

  it('another isolate learns of the first sign-in, and one with other settings does not', async () => {
    const scene = await createSettledScene(SILENT)
    const headers = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' }
    const visit = (settings: Record<string, string>) => scene.isolate(settings)(new Request(GATE, { headers }))
    expect((await visit({})).status).toBe(302)
    expect((await visit({ OIDC_RP_CLIENT_ID: 'another' })).status).toBe(200)
    expect((await visit({ OIDC_RP_SCOPES: 'openid more' })).status).toBe(200)
    expect((await visit({ BASE_URL: 'https://gate.example.net' })).status).toBe(200)
  })

  it('a refused sign-in changes nothing', async () => {
    const scene = createScene(SILENT)
    scene.provider.setFault('userinfo-invalid-sub')
    await scene.browser().open(LOGIN)
    scene.provider.reset()
    await scene.browser().open(GATE)
    expect(scene.provider.count('/authorize')).toBe(0)
  })

  it('the sign-in of one provider says nothing of another', async () => {
    const scene = createScene({
      ...SILENT,
      OIDC_PROVIDERS: JSON.stringify([{ id: 'partner', url: OTHER_IDP, client_id: SETTINGS.OIDC_RP_CLIENT_ID }]),
      OIDC_PROVIDERS_PARTNER_CLIENT_SECRET: SETTINGS.OIDC_RP_CLIENT_SECRET,
    })
    await scene.browser().open(`${LOGIN}?provider=default`)
    await scene.browser().open(`${LOGIN}?silent=true&provider=partner`)
    expect(scene.other.count('/authorize')).toBe(0)
  })

  it('one mark is kept in KV, which names no one and holds no setting', async () => {
    const scene = await createSettledScene()
    await signIn(scene.browser())
    const { keys } = await env.KV.list({ prefix: 'sign-in/' })
    expect(keys).toHaveLength(1)
    expect(keys[0]?.name).toMatch(/^sign-in\/1\/[\w-]{43}$/)
    expect(await env.KV.get(keys[0]?.name ?? '')).toBe('works')
  })
})
