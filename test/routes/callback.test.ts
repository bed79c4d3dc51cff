/**
 * GET /api/v1.0/callback/: whose answer is taken, how often, and what becomes of the browser's sessions.
 */

import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Browser } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import {
  APP,
  addApp,
  answerOf,
  attemptsOf,
  CALLBACK,
  createScene,
  EVIL,
  GATE,
  IDP,
  introspect,
  LOGIN,
  ME,
  refusalOn,
  rowsOf,
  SESSION_COOKIE,
  sessionTokenOf,
  signIn,
  whoIs,
} from './scene.ts'

const BOB = { sub: 'bob', email: 'bob@example.org', given_name: 'Bob' }

function cookieHeaderOf(browser: Browser): string {
  return [...browser.jar.cookiesOf(GATE)].map(([name, value]) => `${name}=${value}`).join('; ')
}

describe('a good answer', () => {
  it('begins one session of one user, and leaves no attempt in the browser', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice', issuer: 'https://idp.example' })
    expect(await rowsOf('users')).toHaveLength(1)
    expect(await rowsOf('sessions')).toHaveLength(1)
    expect(attemptsOf(browser)).toEqual([])
    expect(scene.provider.journal.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /.well-known/openid-configuration',
      'GET /authorize',
      'POST /token',
      'GET /jwks',
      'GET /userinfo',
    ])
  })

  it('is taken without the final slash, too', async () => {
    const browser = createScene().browser()
    const callback = await answerOf(browser)
    await browser.open(callback.replace('/callback/?', '/callback?'))
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
  })

  it('sends the code in the form, with the verifier, and nothing secret in an address', async () => {
    const { browser, provider } = createScene()
    await signIn(browser())
    const sent = provider.journal.find(({ path }) => path === '/token')
    expect(sent?.parameters.toSorted()).toEqual([
      'client_id',
      'client_secret',
      'code',
      'code_verifier',
      'grant_type',
      'redirect_uri',
    ])
    expect(provider.journal.find(({ path }) => path === '/userinfo')?.parameters).toEqual([])
  })

  it('leaves one audit row with the reference number of the log', async () => {
    const scene = createScene()
    await signIn(scene.browser())
    const [row] = await rowsOf('audit')
    const [user] = await rowsOf('users')
    expect(row).toMatchObject({ event: 'sign_in', user_id: user?.id })
    expect(scene.log.find(({ event }) => event === 'sign_in')?.ref).toBe(row?.reference)
  })

  it('is answered with 302 and kept out of every cache', async () => {
    const browser = createScene().browser()
    const visit = await browser.open(await answerOf(browser), { stopBefore: '*' })
    expect(visit.status).toBe(302)
    expect(visit.headers.get('cache-control')).toContain('no-store')
  })

  it('is refused to POST', async () => {
    const visit = await createScene()
      .browser()
      .submit({ action: CALLBACK, fields: { code: 'x', state: 'x' } })
    expect([visit.status, visit.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

describe('an answer without its attempt', () => {
  it('is a page that offers a new sign-in', async () => {
    const scene = createScene()
    const page = await scene.browser().open(`${CALLBACK}?code=x&state=y&iss=https%3A%2F%2Fidp.example`)
    expect(page.status).toBe(400)
    expect(page.text).toContain('Please start again')
    expect(page.text).toContain(`href="${PATHS.login}"`)
    expect(refusalOn(page, scene)?.detail).toMatchObject({ code: 'state_unknown' })
    expect(scene.provider.journal).toEqual([])
  })

  it('leads whoever is signed in already on to the start (A80)', async () => {
    const scene = createScene()
    const browser = scene.browser()
    const callback = await answerOf(browser)
    await signIn(browser)
    const token = sessionTokenOf(browser)
    for (const [name] of attemptsOf(browser)) browser.jar.drop(GATE, name)
    scene.provider.reset()
    const visit = await browser.open(callback, { stopBefore: '*' })
    expect([visit.status, visit.next]).toEqual([302, `${GATE}/`])
    expect(sessionTokenOf(browser)).toBe(token)
    expect(scene.provider.journal).toEqual([])
  })

  it('of another browser is refused (A75)', async () => {
    const scene = createScene()
    const attackersCallback = await answerOf(scene.browser())
    scene.provider.reset()
    const page = await scene.browser().open(attackersCallback, { from: EVIL })
    expect(page.status).toBe(400)
    expect(scene.provider.count('/token')).toBe(0)
    expect(await rowsOf('sessions')).toEqual([])
  })

  it('of another browser is refused although this one has an attempt of its own (A75)', async () => {
    const scene = createScene()
    const attackersCallback = await answerOf(scene.browser())
    const browser = scene.browser()
    const ownCallback = await answerOf(browser)
    expect((await browser.open(attackersCallback)).status).toBe(400)
    expect(scene.provider.count('/token')).toBe(0)
    await browser.open(ownCallback)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
  })

  it("is refused when someone else's code comes with the state of this browser (A74)", async () => {
    const scene = createScene()
    scene.provider.setPerson({ sub: 'mallory' })
    const attackersCode = new URL(await answerOf(scene.browser())).searchParams.get('code') ?? ''
    scene.provider.setPerson(BOB)
    const browser = scene.browser()
    const callback = new URL(await answerOf(browser))
    callback.searchParams.set('code', attackersCode)
    expect((await browser.open(callback.href)).status).toBe(502)
    expect(await rowsOf('sessions')).toEqual([])
  })
})

describe('an answer that comes twice', () => {
  it('is redeemed once, also with the attempt put back by hand (A76)', async () => {
    const scene = createScene()
    const browser = scene.browser()
    const callback = await answerOf(browser, '?returnTo=/after')
    const [[name, value] = ['', '']] = attemptsOf(browser)
    await browser.open(callback)
    browser.jar.put(GATE, name, value)
    const again = await browser.open(callback, { stopBefore: '*' })
    expect([again.status, again.next]).toEqual([302, `${GATE}/after`])
    expect(scene.provider.count('/token')).toBe(1)
    expect(await rowsOf('sessions')).toHaveLength(1)
  })

  it('is "start again" for whoever signed out in between (A76)', async () => {
    const scene = createScene()
    const browser = scene.browser()
    const callback = await answerOf(browser)
    const [[name, value] = ['', '']] = attemptsOf(browser)
    await browser.open(callback)
    browser.jar.drop(GATE, SESSION_COOKIE)
    browser.jar.put(GATE, name, value)
    expect((await browser.open(callback)).status).toBe(400)
    expect(scene.provider.count('/token')).toBe(1)
  })

  it('50 times in parallel at two isolates is redeemed once and begins one session (A59)', async () => {
    const scene = createScene()
    const browser = scene.browser()
    const callback = await answerOf(browser)
    const headers = { cookie: cookieHeaderOf(browser) }
    const isolates = [scene.gate, scene.isolate()]
    const answers = await Promise.all(
      Array.from({ length: 25 }).flatMap(() => isolates.map((isolate) => isolate(new Request(callback, { headers })))),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 302)).toHaveLength(1)
    expect(statuses.filter((status) => status === 400)).toHaveLength(49)
    expect(scene.provider.count('/token')).toBe(1)
    expect(await rowsOf('sessions')).toHaveLength(1)
  })

  it.each(['code', 'state', 'iss', 'error'])('in its parameter %s is refused before any call (A29)', async (name) => {
    const scene = createScene()
    const browser = scene.browser()
    const callback = new URL(await answerOf(browser))
    for (const value of ['x', callback.searchParams.get(name) ?? 'x']) callback.searchParams.append(name, value)
    scene.provider.reset()
    const page = await browser.open(callback.href)
    expect(page.status).toBe(400)
    expect(refusalOn(page, scene)?.detail).toMatchObject({ code: 'invalid_request' })
    expect(scene.provider.journal).toEqual([])
  })

  it('is not redeemed again after the provider failed half-way', async () => {
    const scene = createScene()
    const browser = scene.browser()
    const callback = await answerOf(browser)
    const [[name, value] = ['', '']] = attemptsOf(browser)
    scene.provider.setFault('token-500')
    await browser.open(callback)
    scene.provider.setFault(null)
    browser.jar.put(GATE, name, value)
    expect((await browser.open(callback)).status).toBe(400)
    expect(scene.provider.count('/token')).toBe(1)
  })
})

describe('the session', () => {
  it('is another one after each sign-in, and the one before has ended (A31)', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    const first = sessionTokenOf(browser) ?? ''
    await signIn(browser)
    expect(sessionTokenOf(browser)).not.toBe(first)
    expect(await rowsOf('sessions')).toHaveLength(1)
    const response = await scene.gate(new Request(ME, { headers: { cookie: `${SESSION_COOKIE}=${first}` } }))
    expect(response.status).toBe(401)
  })

  it('never has a token that was in the browser before (A31)', async () => {
    const browser = createScene().browser()
    const planted = `gths_${'A'.repeat(43)}`
    browser.jar.put(GATE, SESSION_COOKIE, planted)
    await signIn(browser)
    expect(sessionTokenOf(browser)).toMatch(/^gths_[\w-]{43}$/)
    expect(sessionTokenOf(browser)).not.toBe(planted)
  })

  it('belongs to whoever signed in last, in every field (A32)', async () => {
    const scene = createScene()
    const app = await addApp('api')
    const browser = scene.browser()
    await signIn(browser)
    const alices = sessionTokenOf(browser) ?? ''
    scene.provider.setPerson(BOB)
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: 'bob', email: 'bob@example.org', full_name: 'Bob' })
    expect(await (await introspect(scene.gate, alices, app)).json()).toEqual({ active: false })
  })

  it('of another browser of the same person goes on', async () => {
    const scene = createScene()
    const [laptop, phone] = [scene.browser(), scene.browser()]
    await signIn(laptop)
    await signIn(phone)
    expect(await whoIs(laptop)).not.toBeNull()
    expect(await rowsOf('users')).toHaveLength(1)
    expect(await rowsOf('sessions')).toHaveLength(2)
  })

  it('ends after SESSION_COOKIE_AGE, whatever the browser still sends', async () => {
    const scene = createScene({ SESSION_COOKIE_AGE: '600' })
    const browser = scene.browser()
    await signIn(browser)
    const token = sessionTokenOf(browser) ?? ''
    scene.clock.advance(599)
    expect(await whoIs(browser)).not.toBeNull()
    scene.clock.advance(1)
    expect(sessionTokenOf(browser)).toBeUndefined()
    browser.jar.put(GATE, SESSION_COOKIE, token)
    expect(await whoIs(browser)).toBeNull()
  })

  it('ends when the provider says, if that is earlier (A101)', async () => {
    const scene = createScene()
    scene.provider.setPerson({ sub: 'alice' }, { session_expiry: Math.floor(scene.clock.now() / 1000) + 600 })
    const browser = scene.browser()
    await signIn(browser)
    const token = sessionTokenOf(browser) ?? ''
    scene.clock.advance(600)
    browser.jar.put(GATE, SESSION_COOKIE, token)
    expect(await whoIs(browser)).toBeNull()
  })

  it('is known to every isolate at once (A97)', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    const response = await scene.isolate()(new Request(ME, { headers: { cookie: cookieHeaderOf(browser) } }))
    expect(response.status).toBe(200)
  })

  it('shows no one a page of someone else, with many people on one isolate (A41)', async () => {
    const scene = createScene()
    const people: { name: string; browser: Browser }[] = []
    for (const name of ['Ann', 'Ben', 'Cat']) {
      scene.provider.setPerson({ sub: name, name })
      const browser = scene.browser()
      await signIn(browser)
      people.push({ name, browser })
    }
    const visits = Array.from({ length: 20 }).flatMap(() => people)
    const shown = await Promise.all(
      visits.map(async ({ name, browser }) => ({ name, me: await whoIs(browser), home: await browser.open(GATE) })),
    )
    for (const { name, me, home } of shown) {
      expect(me).toMatchObject({ full_name: name })
      expect(home.text).toContain(`Hello, ${name}`)
    }
  })
})

describe('the claims', () => {
  it('of userinfo complete and override those of the ID token', async () => {
    const scene = createScene()
    scene.provider.setPerson(
      { sub: 'alice', given_name: 'Alice (userinfo)' },
      { given_name: 'Alice (ID token)', family_name: 'Archer' },
    )
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ given_name: 'Alice (userinfo)', family_name: 'Archer' })
  })

  it('say of an e-mail address only that it is verified if they come with it', async () => {
    const scene = createScene()
    scene.provider.setPerson(
      { sub: 'alice', email: 'somebody-else@example.org' },
      { email: 'alice@example.org', email_verified: true },
    )
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ email: 'somebody-else@example.org', email_verified: null })
  })

  it('that are null in userinfo do not hide those of the ID token', async () => {
    const scene = createScene()
    scene.provider.setPerson({ sub: 'alice', given_name: null }, { given_name: 'Alice' })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ given_name: 'Alice' })
  })

  it('of a person with 500 groups and a long name fit into the session', async () => {
    const scene = createScene()
    const x_grp = Array.from({ length: 500 }, (_, index) => `CN=group ${index},OU=${'x'.repeat(50)}`)
    scene.provider.setPerson({ sub: 'alice', x_grp, name: 'ü'.repeat(400) })
    const browser = scene.browser()
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ x_grp, full_name: 'ü'.repeat(400) })
  })

  it('name the person by subject: another subject with the same e-mail is another user (A62)', async () => {
    const scene = createScene()
    await signIn(scene.browser())
    scene.provider.setPerson({ sub: 'alice-2', email: 'alice@example.org', email_verified: true })
    await signIn(scene.browser())
    expect((await rowsOf('users')).map(({ subject }) => subject).toSorted()).toEqual(['alice', 'alice-2'])
  })
})

describe('a failed sign-in', () => {
  it('keeps the session that was there', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    const token = sessionTokenOf(browser)
    scene.provider.setFault('access-denied')
    expect((await browser.open(LOGIN)).status).toBe(403)
    expect(sessionTokenOf(browser)).toBe(token)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
  })

  it('leads to LOGIN_REDIRECT_URL_FAILURE with code and reference, if that is set', async () => {
    const scene = createScene({ LOGIN_REDIRECT_URL_FAILURE: `${APP}/failed` })
    scene.provider.setFault('access-denied')
    const visit = await scene.browser().open(LOGIN)
    const { error, ref, ...rest } = Object.fromEntries(new URL(visit.url).searchParams)
    expect([visit.url.split('?')[0], error, rest]).toEqual([`${APP}/failed`, 'access_denied', {}])
    expect(scene.log.find((line) => line.event === 'refused')?.ref).toBe(ref)
  })

  it('for want of the database is 503 with Retry-After, and the code is not sent', async () => {
    const scene = createScene()
    const browser = scene.browser()
    const callback = await answerOf(browser)
    await env.DB.exec('DROP TABLE spent_logins')
    const page = await browser.open(callback)
    expect(page.status).toBe(503)
    expect(page.headers.get('retry-after')).toMatch(/^\d+$/)
    expect(refusalOn(page, scene)?.detail).toMatchObject({ code: 'store_unavailable' })
    expect(scene.provider.count('/token')).toBe(0)
  })
})

describe('a person who cancels', () => {
  const SENTENCES = {
    en: 'You did not agree',
    de: 'Sie haben nicht zugestimmt',
    fr: 'Vous n’avez pas donné votre accord',
  }

  it.each(
    Object.entries(SENTENCES).flatMap(([language, title]) =>
      ['user_cancelled_login', 'user_cancelled_authorize'].map((error) => ({ language, title, error })),
    ),
  )('reads so in $language, with 403 ($error)', async ({ language, title, error }) => {
    const scene = createScene()
    const browser = scene.browser()
    const state = new URL(await answerOf(browser)).searchParams.get('state') ?? ''
    const query = new URLSearchParams({ error, state, iss: IDP })
    const page = await browser.open(`${CALLBACK}?${query}`, { headers: { 'accept-language': language } })
    expect(page.status).toBe(403)
    expect(page.text).toContain(title)
    expect(page.text).not.toContain('prompt')
  })

  it('at the consent after signing in is not told to sign in without being asked', async () => {
    const scene = createScene()
    const browser = scene.browser()
    const state = new URL(await answerOf(browser)).searchParams.get('state') ?? ''
    const page = await browser.open(
      `${CALLBACK}?${new URLSearchParams({ error: 'consent_required', state, iss: IDP })}`,
    )
    expect(page.status).toBe(403)
    expect(refusalOn(page, scene)?.detail).toMatchObject({ code: 'access_denied', provider_error: 'consent_required' })
  })

  it('comes to LOGIN_REDIRECT_URL_FAILURE as access_denied', async () => {
    const scene = createScene({ LOGIN_REDIRECT_URL_FAILURE: `${APP}/failed` })
    const browser = scene.browser()
    const state = new URL(await answerOf(browser)).searchParams.get('state') ?? ''
    const query = new URLSearchParams({ error: 'user_cancelled_login', state, iss: IDP })
    const page = await browser.open(`${CALLBACK}?${query}`)
    expect(new URL(page.url).searchParams.get('error')).toBe('access_denied')
  })
})
