/**
 * What a sign-in may ask for: strength, freshness, silence, hints; asked of the provider, and checked in its answer.
 */

import { describe, expect, it } from 'vitest'
import { PATHS } from '../support/paths.ts'
import {
  createScene,
  createSettledScene,
  GATE,
  LOGIN,
  refusalOn,
  rowsOf,
  type Scene,
  sessionTokenOf,
  signIn,
  whoIs,
} from './scene.ts'

/** The authorization request that a sign-in leads to. */
async function requestOf(scene: Scene, query: string): Promise<URLSearchParams> {
  const visit = await scene.browser().open(`${LOGIN}${query}`, { stopBefore: '*' })
  return new URL(visit.next ?? GATE).searchParams
}

const LEVELS = { GATEHOUSE_LEVELS: 'low middle high' }

describe('a level', () => {
  it('is asked of the provider', async () => {
    expect((await requestOf(createScene(LEVELS), '?level=middle')).get('acr_values')).toBe('middle')
  })

  it.each(['middle', 'high'])('that is reached or surpassed lets the person in: %s', async (acr) => {
    const scene = createScene(LEVELS)
    scene.provider.setPerson({ sub: 'alice' }, { acr })
    const browser = scene.browser()
    await browser.open(`${LOGIN}?level=middle`)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
    expect((await rowsOf('sessions'))[0]).toMatchObject({ acr })
  })

  it.each([
    ['lower', { acr: 'low' }],
    ['of another list', { acr: 'MIDDLE' }],
    ['absent', {}],
    ['no text', { acr: 2 }],
  ])('that is %s is refused, and userinfo is not asked (A89, ID15)', async (_, claims) => {
    const scene = createScene(LEVELS)
    scene.provider.setPerson({ sub: 'alice' }, claims)
    const browser = scene.browser()
    const page = await browser.open(`${LOGIN}?level=middle`)
    expect(page.status).toBe(403)
    expect(refusalOn(page, scene)?.detail).toMatchObject({ code: 'authentication_too_weak' })
    expect(sessionTokenOf(browser)).toBeUndefined()
    expect(await rowsOf('users')).toEqual([])
    expect(scene.provider.count('/userinfo')).toBe(0)
  })

  it('that is not configured is a request that cannot be understood (A89)', async () => {
    const scene = createScene(LEVELS)
    expect((await scene.browser().open(`${LOGIN}?level=unknown`)).status).toBe(400)
    expect(scene.provider.journal).toEqual([])
  })

  it('below what the operator demands of everybody cannot be asked for', async () => {
    const scene = createScene({ ...LEVELS, OIDC_AUTH_REQUEST_EXTRA_PARAMS: '{"acr_values": "middle high"}' })
    expect((await requestOf(scene, '?level=low')).get('acr_values')).toBe('middle')
    scene.provider.setPerson({ sub: 'alice' }, { acr: 'low' })
    expect((await scene.browser().open(`${LOGIN}?level=low`)).status).toBe(403)
  })

  it('in OIDC_AUTH_REQUEST_EXTRA_PARAMS is asked for and checked at every sign-in', async () => {
    const scene = createScene({ OIDC_AUTH_REQUEST_EXTRA_PARAMS: '{"acr_values": "eidas1 eidas2"}' })
    expect((await requestOf(scene, '')).get('acr_values')).toBe('eidas1 eidas2')
    scene.provider.setPerson({ sub: 'alice' }, { acr: 'eidas2' })
    expect((await signIn(scene.browser())).status).toBe(200)
    scene.provider.setPerson({ sub: 'alice' }, { acr: 'eidas0' })
    expect((await scene.browser().open(LOGIN)).status).toBe(403)
  })
})

describe('the age of the sign-in at the provider', () => {
  const aged = (scene: Scene, seconds: number) =>
    scene.provider.setPerson({ sub: 'alice' }, { auth_time: Math.floor(scene.clock.now() / 1000) - seconds })

  it('is asked of the provider', async () => {
    expect((await requestOf(createScene(), '?max_age=60')).get('max_age')).toBe('60')
  })

  it('that is young enough lets the person in, and the session knows it', async () => {
    const scene = createScene()
    aged(scene, 30)
    const browser = scene.browser()
    await browser.open(`${LOGIN}?max_age=60`)
    expect(await whoIs(browser)).not.toBeNull()
    expect((await rowsOf('sessions'))[0]?.auth_time).toBe(Math.floor(scene.clock.now() / 1000) - 30)
  })

  it.each([
    ['two hours', (scene: Scene) => aged(scene, 7200)],
    ['not said', (scene: Scene) => scene.provider.setPerson({ sub: 'alice' })],
    ['a text', (scene: Scene) => scene.provider.setPerson({ sub: 'alice' }, { auth_time: '9999999999' })],
  ])('that is %s is refused (A37, ID16)', async (_, prepare) => {
    const scene = createScene()
    prepare(scene)
    const browser = scene.browser()
    const page = await browser.open(`${LOGIN}?max_age=60`)
    expect(page.status).toBeGreaterThanOrEqual(400)
    expect(refusalOn(page, scene)).toBeDefined()
    expect(sessionTokenOf(browser)).toBeUndefined()
    expect(scene.provider.count('/userinfo')).toBe(0)
  })

  it.each(['99999', '-1', '1.5', 'x', ''])('that means nothing is not asked for: %j (A30)', async (value) => {
    expect((await requestOf(createScene(), `?max_age=${value}`)).has('max_age')).toBe(false)
  })
})

describe('a silent sign-in', () => {
  it('asks the provider to ask no one', async () => {
    expect((await requestOf(await createSettledScene(), '?silent=true')).get('prompt')).toBe('none')
    expect((await requestOf(await createSettledScene(), '?silent=TRUE')).get('prompt')).toBe('none')
    expect((await requestOf(createScene(), '')).has('prompt')).toBe(false)
  })

  it('signs in whoever is signed in at the provider', async () => {
    const browser = (await createSettledScene()).browser()
    await browser.open(`${LOGIN}?silent=true`)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
  })

  it('brings everybody else to the wanted page signed out, in one round trip (A90)', async () => {
    const scene = await createSettledScene()
    scene.provider.setFault('login-required')
    const browser = scene.browser()
    const visit = await browser.open(`${LOGIN}?silent=true&returnTo=/robots.txt`)
    expect([visit.status, visit.url]).toEqual([200, `${GATE}/robots.txt`])
    expect(await whoIs(browser)).toBeNull()
    expect(scene.provider.count('/authorize')).toBe(1)
  })

  it('that brought no one in leaves no trace: the next sign-in shows its failure (F22, A90)', async () => {
    const scene = await createSettledScene()
    scene.provider.setFault('login-required')
    const browser = scene.browser()
    await browser.open(`${LOGIN}?silent=true`)
    expect((await browser.open(LOGIN)).status).toBe(403)
  })

  it('keeps whoever was signed in here before', async () => {
    const scene = await createSettledScene()
    const browser = scene.browser()
    await signIn(browser)
    scene.provider.setFault('login-required')
    await browser.open(`${LOGIN}?silent=true`)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
  })
})

describe('what a sign-in passes on', () => {
  it('is login_hint and ui_locales and nothing else, without a setting', async () => {
    const query = '?login_hint=a@b.example&ui_locales=fr&kc_idp_hint=x&domain_hint=y&prompt=login&acr_values=z'
    const request = await requestOf(createScene(), query)
    expect(request.get('login_hint')).toBe('a@b.example')
    expect(request.get('ui_locales')).toBe('fr')
    for (const name of ['kc_idp_hint', 'domain_hint', 'prompt', 'acr_values']) expect(request.has(name)).toBe(false)
  })

  it('is what GATEHOUSE_LOGIN_PARAMETERS allows', async () => {
    const scene = createScene({ GATEHOUSE_LOGIN_PARAMETERS: 'kc_idp_hint prompt' })
    const request = await requestOf(scene, '?kc_idp_hint=x&prompt=login&ui_locales=fr')
    expect(Object.fromEntries(request)).toMatchObject({ kc_idp_hint: 'x', prompt: 'login' })
    expect(request.has('ui_locales')).toBe(false)
  })

  it('is an invitation of Auth0 with its organization, when the setting says so', async () => {
    const scene = createScene({ GATEHOUSE_LOGIN_PARAMETERS: 'invitation organization' })
    const query = '?invitation=ticket-1&organization=org_1&organization_name=Acme'
    const request = await requestOf(scene, query)
    expect([request.get('invitation'), request.get('organization')]).toEqual(['ticket-1', 'org_1'])
    expect(request.has('organization_name')).toBe(false)
    const usual = await requestOf(createScene(), query)
    expect([usual.has('invitation'), usual.has('organization')]).toEqual([false, false])
  })

  it.each(['none', 'login consent', 'create', 'x'])('is no prompt of another kind: %s', async (prompt) => {
    const scene = createScene({ GATEHOUSE_LOGIN_PARAMETERS: 'prompt' })
    expect((await requestOf(scene, `?prompt=${prompt}`)).has('prompt')).toBe(false)
  })

  it.each(['%0d%0aSet-Cookie:x=1', '%00', 'a'.repeat(321)])('is nothing that does not fit: %s (A26)', async (hint) => {
    expect((await requestOf(createScene(), `?login_hint=${hint}`)).has('login_hint')).toBe(false)
  })

  it('is what OIDC_AUTH_REQUEST_EXTRA_PARAMS adds, in the form of La Suite', async () => {
    const scene = createScene({ OIDC_AUTH_REQUEST_EXTRA_PARAMS: "{'kc_idp_hint': 'agency'}" })
    expect((await requestOf(scene, '')).get('kc_idp_hint')).toBe('agency')
  })
})

describe('offline_access among the scopes', () => {
  const offline = { OIDC_RP_SCOPES: 'openid offline_access' }

  it('asks for consent, as the specification demands (AQ16)', async () => {
    expect((await requestOf(createScene(offline), '')).get('prompt')).toBe('consent')
    expect((await requestOf(createScene(), '')).has('prompt')).toBe(false)
  })

  it('asks for what the settings say instead, where they say something', async () => {
    const scene = createScene({ ...offline, OIDC_AUTH_REQUEST_EXTRA_PARAMS: '{"prompt": "login"}' })
    expect((await requestOf(scene, '')).get('prompt')).toBe('login')
  })
})

describe('an answer by form', () => {
  const byForm = { OIDC_RESPONSE_MODE: 'form_post' }

  /** The form with the answer, on the provider's page. */
  async function answerForm(scene: Scene, browser: ReturnType<Scene['browser']>, query = '') {
    const form = browser.formOf(await browser.open(`${LOGIN}${query}`))
    return { ...form, from: scene.provider.issuer }
  }

  const postAnswer = async (scene: Scene, browser: ReturnType<Scene['browser']>, query = '') =>
    browser.submit(await answerForm(scene, browser, query))

  it('is asked of the provider', async () => {
    expect((await requestOf(createScene(byForm), '')).get('response_mode')).toBe('form_post')
  })

  it('signs the person in, although it comes from another site (A84, CK11)', async () => {
    const scene = createScene(byForm)
    const browser = scene.browser()
    const visit = await postAnswer(scene, browser, '?returnTo=/robots.txt')
    expect(visit.url).toBe(`${GATE}/robots.txt`)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
  })

  it('needs SameSite=None for the cookie of the attempt and for no other (A84)', async () => {
    const scene = createScene(byForm)
    const browser = scene.browser()
    await postAnswer(scene, browser)
    const kinds = new Set(
      browser.jar.received.map(
        ({ line }) => `${line.split('=')[0]?.replace(/-login-.*/, '-login')} ${/SameSite=(\w+)/.exec(line)?.[1]}`,
      ),
    )
    expect(kinds).toContain('__Host-gatehouse-login None')
    expect(kinds).toContain('__Host-gatehouse-session Lax')
    expect(kinds).not.toContain('__Host-gatehouse-session None')
  })

  it('ends the session that the browser had, whose cookie did not come along (A32)', async () => {
    const scene = createScene(byForm)
    const browser = scene.browser()
    await postAnswer(scene, browser)
    await postAnswer(scene, browser)
    expect(await rowsOf('sessions')).toHaveLength(1)
  })

  it('that comes twice leads on whoever is signed in, and redeems the code once (A76)', async () => {
    const scene = createScene(byForm)
    const browser = scene.browser()
    const form = await answerForm(scene, browser)
    await browser.submit(form)
    const again = await browser.submit(form)
    expect([again.status, again.url]).toEqual([200, `${GATE}/`])
    expect(scene.provider.count('/token')).toBe(1)
  })

  it('that belongs to no sign-in asks to start again', async () => {
    const scene = createScene(byForm)
    const page = await scene.browser().submit({
      action: `${GATE}${PATHS.callback}`,
      fields: { code: 'x', state: 'y' },
      from: scene.provider.issuer,
    })
    expect(page.status).toBe(400)
    expect(page.text).toContain('Please start again')
  })

  it('is not taken when it was not asked for', async () => {
    const { gate } = createScene()
    const body = new URLSearchParams({ code: 'x', state: 'y' })
    const response = await gate(new Request(`${GATE}${PATHS.callback}`, { method: 'POST', body }))
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

describe('a sign-in begun elsewhere', () => {
  const INITIATE = `${GATE}${PATHS.initiateLogin}`

  it.each(['GET', 'POST'])('by %s leads through the provider to the wanted page (TP1, TP3)', async (method) => {
    const scene = createScene()
    const browser = scene.browser()
    const fields = { iss: scene.provider.issuer, target_link_uri: `${GATE}/robots.txt`, unknown: 'x' }
    const from = 'https://portal.example'
    const visit =
      method === 'GET'
        ? await browser.open(`${INITIATE}?${new URLSearchParams(fields)}`, { from })
        : await browser.submit({ action: INITIATE, fields, from })
    expect(visit.url).toBe(`${GATE}/robots.txt`)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
  })

  it.each(['https://evil.example', '', 'https://idp.example/'])(
    'at an issuer that is not configured is refused, and no one is asked: %j (A68)',
    async (iss) => {
      const scene = createScene()
      const page = await scene.browser().open(`${INITIATE}?${new URLSearchParams({ iss })}`)
      expect(page.status).toBe(400)
      expect(scene.provider.journal).toEqual([])
    },
  )

  it.each(['https://evil.example/', '//evil.example', 'javascript:alert(1)', 'https://evilgate.example.com/'])(
    'leads nowhere else: %s (A6, TP2)',
    async (target) => {
      const scene = createScene()
      const query = new URLSearchParams({ iss: scene.provider.issuer, target_link_uri: target })
      expect((await scene.browser().open(`${INITIATE}?${query}`)).url).toBe(`${GATE}/`)
    },
  )

  it('passes login_hint on, and nothing that only our own pages may ask (TP4)', async () => {
    const scene = createScene(LEVELS)
    const query = new URLSearchParams({
      iss: scene.provider.issuer,
      login_hint: 'a@b.example',
      level: 'high',
      silent: 'true',
    })
    const visit = await scene.browser().open(`${INITIATE}?${query}`, { stopBefore: '*' })
    const request = new URL(visit.next ?? GATE).searchParams
    expect(request.get('login_hint')).toBe('a@b.example')
    expect([request.has('acr_values'), request.has('prompt')]).toEqual([false, false])
  })
})
