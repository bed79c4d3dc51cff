/**
 * What holds for every answer: security headers, no caching, nothing secret in pages and logs.
 */

import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Visit } from '../support/browser.ts'
import type { Fault } from '../support/hostile/provider.ts'
import { PATHS } from '../support/paths.ts'
import {
  addApp,
  CALLBACK,
  createScene,
  GATE,
  INTROSPECT,
  introspect,
  LOGIN,
  LOGOUT,
  LOGOUT_CALLBACK,
  ME,
  rowsOf,
  SETTINGS,
  sessionTokenOf,
  signIn,
  signOut,
} from './scene.ts'

describe('every page', () => {
  it.each([
    ['the start page', `${GATE}/`, 200],
    ['an unknown page', `${GATE}/nowhere`, 404],
    ['an answer without attempt', CALLBACK, 400],
    ['an address with odd characters', `${GATE}/%00%zz<script>`, 404],
  ])('runs no script, is in no frame and in no cache (%s)', async (_, url, status) => {
    const page = await createScene().browser().open(url)
    expect(page.status).toBe(status)
    expectSafePage(page)
  })

  it('for people who are signed in is as safe', async () => {
    const browser = createScene().browser()
    expectSafePage(await signIn(browser))
    expectSafePage(await browser.open(LOGOUT))
    expectSafePage(await browser.submit({ action: LOGOUT, fields: {} }))
  })

  it.each(['down', 'access-denied', 'invalid-iss', 'discovery-html'] as const)(
    'about a failure is as safe (%s)',
    async (fault: Fault) => {
      const scene = createScene()
      scene.provider.setFault(fault)
      expectSafePage(await scene.browser().open(LOGIN))
    },
  )

  it('about a database that does not answer is as safe, and tells nothing of it', async () => {
    const browser = createScene().browser()
    await signIn(browser)
    await env.DB.exec('DROP TABLE sessions')
    const page = await browser.open(GATE)
    expect(page.status).toBe(503)
    expectSafePage(page)
    expect(page.text).not.toMatch(/sqlite|no such table|D1/i)
  })
})

describe('every answer', () => {
  it.each([
    ['GET', LOGIN],
    ['GET', CALLBACK],
    ['GET', LOGOUT],
    ['POST', LOGOUT],
    ['GET', LOGOUT_CALLBACK],
    ['GET', ME],
    ['GET', `${GATE}/ping`],
    ['GET', `${GATE}/ready`],
    ['OPTIONS', ME],
  ])('is for no one else: %s %s', async (method, url) => {
    const { gate } = createScene()
    const { headers } = await gate(new Request(url, { method, headers: { origin: 'null' } }))
    expect(headers.get('cache-control')).toContain('no-store')
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{8}/)
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.has('access-control-allow-origin')).toBe(false)
  })
})

it('an answer to an app that asks about a token has what it needs, and nothing for browsers', async () => {
  const scene = createScene()
  const app = await addApp('api', { audiences: ['api'] })
  const browser = scene.browser()
  await signIn(browser)
  const ask = () => introspect(scene.gate, sessionTokenOf(browser) ?? '', app)
  const refused = await scene.gate(new Request(INTROSPECT, { method: 'POST' }))
  expect(refused.status).toBe(400)
  // The second answer comes from memory.
  for (const { headers } of [refused, await ask(), await ask()]) {
    expect(headers.get('content-type')).toMatch(/^application\/json/)
    const names = [...headers.keys()].filter((name) => name !== 'content-type' && name !== 'www-authenticate')
    expect(names.sort()).toEqual(['cache-control', 'x-content-type-options'])
    expect([headers.get('cache-control'), headers.get('x-content-type-options')]).toEqual(['no-store', 'nosniff'])
  }
})

describe('the path', () => {
  it.each([
    '/api/v1.0//introspect/',
    '//api/v1.0/introspect/',
    '/API/v1.0/introspect/',
    `${PATHS.introspect}x`,
    `${PATHS.me}/`,
    '/api/v1.0/users%2fme/',
  ])('%s leads nowhere, or is judged like the one that it resembles (A21)', async (path) => {
    const { gate } = createScene()
    for (const method of ['GET', 'POST']) {
      expect((await gate(new Request(`${GATE}${path}`, { method }))).status).toBeGreaterThanOrEqual(400)
    }
  })
})

it.each([
  [PATHS.configuration, 200],
  [PATHS.configuration.slice(0, -1), 200],
  [PATHS.jwks, 200],
  [`${PATHS.jwks}/`, 200],
  [`${PATHS.configuration}/`, 404],
  [`${PATHS.jwks}//`, 404],
])('a path answers with one final slash and without, and no others: %s', async (path, status) => {
  expect((await createScene().gate(new Request(`${GATE}${path}`))).status).toBe(status)
})

describe('secrets (A72, A103)', () => {
  it('stay out of pages, logs and tables on a whole journey', async () => {
    const scene = createScene()
    const app = await addApp('api', { audiences: ['api'] })
    const browser = scene.browser()
    const seen: string[] = []
    seen.push((await browser.open(`${LOGIN}?returnTo=/&login_hint=alice`)).text)
    const attempts = browser.jar.received.map(({ value }) => value).filter((value) => value.length > 50)
    const session = sessionTokenOf(browser) ?? ''
    seen.push((await browser.open(GATE)).text, (await browser.background(ME)).text)
    const accessToken = await scene.provider.signAccessToken()
    for (const token of [session, accessToken, `${accessToken}x`]) {
      seen.push(await (await introspect(scene.gate, token, app)).text())
      seen.push(await (await introspect(scene.gate, token, { ...app, secret: 'wrong-secret-of-api' })).text())
    }
    seen.push((await signOut(browser)).text)
    const secrets = [...scene.provider.confidential, ...attempts, session, app.secret, 'wrong-secret-of-api']
    expectNowhere([...secrets, ...Object.values(SETTINGS).slice(1, 2)], seen, scene.log)
    expect(JSON.stringify([...(await rowsOf('sessions')), ...(await rowsOf('audit'))])).not.toContain(session)
  })

  it('stay out of the tables while the session lives', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await signIn(browser)
    const dump = JSON.stringify([await rowsOf('users'), await rowsOf('sessions'), await rowsOf('spent_logins')])
    const secrets = [...scene.provider.confidential, sessionTokenOf(browser) ?? '', SETTINGS.GATEHOUSE_SECRET]
    for (const secret of secrets.filter((value) => value !== '')) expect(dump).not.toContain(secret)
  })

  it.each([
    'invalid-iss',
    'nonce-invalid',
    'invalid-sig-rs256',
    'sig-by-stranger-unknown-kid',
    'expired-exp',
    'id-token-not-a-jwt',
    'no-access-token',
    'token-type-not-understood',
    'token-invalid-grant',
    'token-invalid-client',
    'token-html-as-json',
    'userinfo-invalid-sub',
    'userinfo-401',
    'userinfo-text',
    'callback-iss-wrong',
    'state-changed',
    'access-denied',
    'error-with-script',
    'jwks-empty',
  ] as const)('and claims stay out of pages and logs of a failure (%s)', async (fault) => {
    const scene = createScene()
    scene.provider.setPerson({ sub: 'a-telling-subject', email: 'a-telling-address@example.org' })
    scene.provider.setFault(fault)
    const browser = scene.browser()
    const page = await browser.open(LOGIN)
    expect(page.status).toBeGreaterThanOrEqual(400)
    const parameters = new URL(page.url).searchParams
    const secrets = [...scene.provider.confidential, parameters.get('state') ?? '', 'a-telling-']
    expectNowhere(secrets, [page.text], scene.log)
  })
})

function expectSafePage({ headers, text }: Visit): void {
  expect(headers.get('content-type')).toMatch(/^text\/html/)
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).toContain("base-uri 'none'")
  expect(policy).not.toMatch(/unsafe|script-src|\*|https?:/)
  expect(headers.get('x-frame-options')).toBe('DENY')
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('referrer-policy')).toBe('no-referrer')
  expect(headers.get('cache-control')).toContain('no-store')
  expect(text).toMatch(/^<!doctype html>/)
  expect(text).not.toMatch(/<script|\son\w+=|style="|javascript:/i)
}

function expectNowhere(secrets: readonly string[], pages: readonly string[], log: readonly unknown[]): void {
  const everything = [...pages, ...log.map((entry) => JSON.stringify(entry))].join('\n')
  const told = secrets.filter((secret) => secret !== '' && everything.includes(secret))
  expect(told).toEqual([])
}
