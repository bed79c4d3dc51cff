/**
 * What La Suite's environment decides of addresses: hosts, trusted origins, the name of the return parameter, the callback, attempts.
 */

import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { PATHS } from '../support/paths.ts'
import { APP, attemptsOf, CALLBACK, createScene, EVIL, GATE, LOGIN, LOGOUT, ME, signIn, whoIs } from './scene.ts'

describe('DJANGO_ALLOWED_HOSTS', () => {
  const ask = (hosts: string, url: string) => createScene({ DJANGO_ALLOWED_HOSTS: hosts }).gate(new Request(url))

  it.each([
    ['meet.example.org', 'https://meet.example.org/robots.txt', 200],
    ['meet.example.org', 'https://MEET.example.org:8443/', 200],
    ['meet.example.org', 'https://other.example.org/', 400],
    ['meet.example.org', 'https://x.meet.example.org/', 400],
    ['.example.org', 'https://meet.example.org/', 200],
    ['.example.org', 'https://example.org/', 200],
    ['.example.org', 'https://badexample.org/', 400],
    ['*', 'https://anything.example/', 200],
    ['', 'https://anything.example/', 200],
    ['meet.example.org', `${GATE}/`, 200],
    ['meet.example.org', 'https://other.example.org/ping', 200],
  ])('%j answers %s with %i', async (hosts, url, status) => {
    expect((await ask(hosts, url)).status).toBe(status)
  })

  it('does not decide where the provider answers', async () => {
    const answer = await ask('meet.example.org', `https://meet.example.org${PATHS.login}?moved=true`)
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('redirect_uri')).toBe(CALLBACK)
  })
})

describe('DJANGO_CSRF_TRUSTED_ORIGINS', () => {
  async function signOutFrom(origin: string, trusted: string): Promise<number> {
    const scene = createScene({ DJANGO_CSRF_TRUSTED_ORIGINS: trusted })
    const browser = scene.browser()
    await signIn(browser)
    const form = browser.formOf(await browser.open(LOGOUT))
    // A neighbour on the same site: its forms bring the cookie along.
    const headers = { origin, 'sec-fetch-site': 'same-site' }
    const { status } = await browser.submit({ ...form, headers, stopBefore: '*' })
    expect((await whoIs(browser)) === null).toBe(status === 303)
    return status
  }

  it.each([
    [APP, APP, 303],
    [APP, 'https://*.example.com', 303],
    [APP, '', 403],
    [EVIL, APP, 403],
    [EVIL, 'https://*.example.com', 403],
    ['http://app.example.com', 'https://*.example.com', 403],
    ['https://evilexample.com', 'https://*.example.com', 403],
  ])('a form from %s while %j is trusted: %i', async (origin, trusted, status) => {
    expect(await signOutFrom(origin, trusted)).toBe(status)
  })

  it('does not stand in for the token of our page', async () => {
    const browser = createScene({ DJANGO_CSRF_TRUSTED_ORIGINS: APP }).browser()
    await signIn(browser)
    const visit = await browser.submit({ action: LOGOUT, fields: {}, headers: { origin: APP } })
    expect(visit.status).toBe(403)
  })
})

describe('OIDC_REDIRECT_FIELD_NAME', () => {
  it('is where the way back is read, and nowhere else', async () => {
    const scene = createScene({ OIDC_REDIRECT_FIELD_NAME: 'next' })
    const visit = await scene.browser().open(`${LOGIN}?next=/robots.txt&returnTo=/ping`)
    expect(visit.url).toBe(`${GATE}/robots.txt`)
  })
})

describe('OIDC_AUTHENTICATION_CALLBACK_URL', () => {
  it.each(['/oidc/callback/', '/oidc/callback'])('as a path is where the provider answers: %s', async (path) => {
    const scene = createScene({ OIDC_AUTHENTICATION_CALLBACK_URL: path })
    const browser = scene.browser()
    const visit = await browser.open(LOGIN)
    expect(visit.path.map((url) => new URL(url).pathname)).toContain(path)
    expect(await whoIs(browser)).not.toBeNull()
  })

  it('as the name of a Django route changes nothing', async () => {
    const scene = createScene({ OIDC_AUTHENTICATION_CALLBACK_URL: 'oidc_authentication_callback' })
    const visit = await scene.browser().open(LOGIN)
    expect(visit.path.map((url) => url.split('?')[0])).toContain(CALLBACK)
  })
})

it('OIDC_MAX_STATES is how many sign-ins may be under way, and the oldest is dropped', async () => {
  const scene = createScene({ OIDC_MAX_STATES: '2' })
  const browser = scene.browser()
  for (let start = 0; start < 3; start++) {
    await browser.open(LOGIN, { stopBefore: '*' })
    scene.clock.advance(1)
  }
  expect(attemptsOf(browser)).toHaveLength(2)
})

describe('OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS and OIDC_EXEMPT_URLS', () => {
  async function visitAfter(
    seconds: number,
    settings: Readonly<Record<string, string>>,
    tokenSeconds = 300,
  ): Promise<number> {
    const scene = createScene(settings)
    const browser = scene.browser()
    await signIn(browser)
    await env.DB.prepare('UPDATE sessions SET tokens_expire_at = created_at + ?1').bind(tokenSeconds).run()
    scene.clock.advance(seconds)
    const before = scene.provider.count('/token')
    expect((await browser.background(ME)).status).toBe(200)
    return scene.provider.count('/token') - before
  }

  it('the provider is asked again after 900 seconds, however long the access token lives', async () => {
    for (const tokenSeconds of [60, 300, 86_400]) {
      expect(await visitAfter(899, {}, tokenSeconds)).toBe(0)
      expect(await visitAfter(901, {}, tokenSeconds)).toBe(1)
    }
  })

  it('the provider is asked after the time that is set', async () => {
    expect(await visitAfter(61, { OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS: '60' })).toBe(1)
  })

  it.each([PATHS.me, `${PATHS.users}me`])('but not at an exempt path: %s', async (path) => {
    expect(await visitAfter(901, { OIDC_EXEMPT_URLS: `/other/,${path}` })).toBe(0)
  })
})
