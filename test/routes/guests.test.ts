/**
 * Guests: what a visitor without a sign-in becomes where the operator allows it, what apps are told of them, and what they never are.
 */
import { describe, expect, it } from 'vitest'
import { createRpcService } from '../../src/rpc.ts'
import type { Browser } from '../support/browser.ts'
import { PATHS } from '../support/paths.ts'
import { addApp, createScene, EVIL, GATE, introspect, LOGIN, ME, rowsOf, type Scene, signIn, whoIs } from './scene.ts'

const GUEST = `${GATE}${PATHS.guest}`
const COOKIE = '__Host-gatehouse-guest'
const ON = { ALLOW_GUESTS: 'true' }

function join(browser: Browser, name: string, from?: string) {
  return browser.submit({ action: GUEST, fields: { display_name: name }, ...(from === undefined ? {} : { from }) })
}

async function guestIn(scene: Scene, name = 'Grace Guest') {
  const browser = scene.browser()
  const answer = await join(browser, name)
  const body = JSON.parse(answer.text) as Record<string, unknown>
  return { browser, status: answer.status, body, token: String(body.token) }
}

const TABLES = ['users', 'sessions', 'audit', 'spent_logins', 'refusals'] as const

async function allRows() {
  return Promise.all(TABLES.map((table) => rowsOf(table)))
}

describe('a visitor with a name to show', () => {
  it('is refused where guests are not allowed, with the setting in the answer', async () => {
    const { browser } = createScene()
    const answer = await join(browser(), 'Grace')
    expect([answer.status, answer.json()]).toEqual([
      403,
      { error: 'access_denied', error_description: expect.stringContaining('ALLOW_UNREGISTERED_ROOMS') },
    ])
    expect((await browser().background(GUEST)).status).toBe(403)
  })

  it('becomes a guest for an hour, who may join and nothing else, and leaves no row', async () => {
    const scene = createScene(ON)
    const { browser, status, body, token } = await guestIn(scene, '  Grace \u202eGuest\n ')
    expect(status).toBe(201)
    expect(body).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      display_name: 'Grace Guest',
      is_guest: true,
      permissions: ['rooms:join'],
      expires_at: new Date(Math.floor(scene.clock.now() / 1000) * 1000 + 3_600_000).toISOString(),
      token: expect.stringMatching(/^gthg_/),
    })
    const { token: _, ...shown } = body
    expect((await browser.background(GUEST)).json()).toEqual(shown)
    expect(await allRows()).toEqual(TABLES.map(() => []))
    expect(JSON.stringify(scene.log)).not.toMatch(/Grace|gthg_/)
    expect(token.length + COOKIE.length).toBeLessThan(1024)
  })

  it('is one after an hour no more', async () => {
    const scene = createScene(ON)
    const app = await addApp('meet')
    const { browser, token } = await guestIn(scene)
    scene.clock.advance(3599)
    expect((await browser.background(GUEST)).status).toBe(200)
    scene.clock.advance(1)
    expect(await (await introspect(scene.gate, token, app)).json()).toEqual({ active: false })
    expect((await browser.background(GUEST)).status).toBe(401)
  })

  it('sends it as JSON as well', async () => {
    const { gate } = createScene(ON)
    const post = (body: string) =>
      gate(new Request(GUEST, { method: 'POST', body, headers: { origin: GATE, 'content-type': 'application/json' } }))
    const answer = await post('{"display_name":"Grace"}')
    expect([answer.status, await answer.json()]).toMatchObject([201, { display_name: 'Grace' }])
    for (const body of [
      '',
      '{',
      '[]',
      '{}',
      'null',
      '{"display_name":1}',
      '{"display_name":""}',
      '{"display_name":" \u200b "}',
    ]) {
      expect((await post(body)).status).toBe(400)
    }
    expect((await post(`{"display_name":"${'x'.repeat(70_000)}"}`)).status).toBe(413)
  })

  it.each(['', '   ', '\u202e', 'x'.repeat(101)])('is asked for another one than %j', async (name) => {
    const answer = await join(createScene(ON).browser(), name)
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([400, null])
  })

  it('may have one of 100 characters of any script', async () => {
    const { status } = await guestIn(createScene(ON), '😀'.repeat(100))
    expect(status).toBe(201)
  })

  it('is no guest by the page of another site', async () => {
    const answer = await join(createScene(ON).browser(), 'Grace', `${EVIL}/`)
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([403, null])
  })

  it('is one of a hundred in a minute from one network, and of any number from others', {
    timeout: 30_000,
  }, async () => {
    const scene = createScene(ON)
    const school = scene.browser({ 'cf-connecting-ip': '203.0.113.7' })
    let refused: number | undefined
    // So many that a minute that ends meanwhile does not matter.
    for (let count = 0; count < 202 && refused === undefined; count += 1) {
      const answer = await join(school, `Child ${count}`)
      if (answer.status !== 201) refused = answer.status
    }
    expect(refused).toBe(429)
    const again = await join(scene.browser({ 'cf-connecting-ip': '203.0.113.99' }), 'Neighbour')
    expect([again.status, again.headers.get('retry-after')]).toEqual([429, '60'])
    expect((await join(scene.browser({ 'cf-connecting-ip': '198.51.100.1' }), 'Elsewhere')).status).toBe(201)
  })

  it('is refused, with the reason in the log, where wrangler.toml has no rate limit', async () => {
    const scene = createScene(ON)
    const gate = scene.isolate({ GUEST_RATE_LIMIT: undefined } as never)
    const answer = await join(scene.browserAt(gate), 'Grace')
    expect(answer.status).toBe(503)
    expect(scene.log.at(-1)?.detail).toMatchObject({
      reason_code: 'rate_limit_missing',
      hint: expect.stringContaining('[[ratelimits]]'),
    })
  })
})

describe('an app that asks about a guest', () => {
  it('is told that it is a guest, with the name if it may have names, and no person’s claims', async () => {
    const scene = createScene(ON)
    const { token, body } = await guestIn(scene)
    const nosy = await addApp('nosy', { claims: ['email', 'profile', 'groups', 'tenant'] })
    const now = Math.floor(scene.clock.now() / 1000)
    expect(await (await introspect(scene.gate, token, nosy)).json()).toEqual({
      active: true,
      principal: 'guest',
      permissions: ['rooms:join'],
      iss: GATE,
      sub: body.id,
      aud: 'nosy',
      iat: now,
      exp: now + 3600,
      token_type: 'guest',
      name: 'Grace Guest',
    })
    const discreet = await addApp('discreet', { claims: ['email'] })
    expect(await (await introspect(scene.gate, token, discreet)).json()).not.toHaveProperty('name')
    expect(await allRows()).toEqual(TABLES.map(() => []))
  })

  it('is told the permissions of the settings', async () => {
    const scene = createScene({ ...ON, GATEHOUSE_GUEST_PERMISSIONS: 'rooms:knock' })
    const { token } = await guestIn(scene)
    expect(await (await introspect(scene.gate, token, await addApp('meet'))).json()).toMatchObject({
      permissions: ['rooms:knock'],
    })
  })

  it('is told nothing if it may not ask about sessions', async () => {
    const scene = createScene(ON)
    const { token } = await guestIn(scene)
    const app = await addApp('tokens-only', { hasSessions: false })
    expect(await (await introspect(scene.gate, token, app)).json()).toEqual({ active: false })
  })

  it('is told that it is not active once the operator has switched guests off', async () => {
    const scene = createScene(ON)
    const { token } = await guestIn(scene)
    const app = await addApp('meet')
    const later = scene.isolate({ ALLOW_GUESTS: 'false' })
    expect(await (await introspect(later, token, app)).json()).toEqual({ active: false })
  })

  it('is told that a token that was changed, cut or sealed for something else is not active', async () => {
    const scene = createScene(ON)
    const { token } = await guestIn(scene)
    const app = await addApp('meet')
    const parts = token.split('.')
    const changed = [
      token.slice(0, -1),
      `${token}A`,
      token.replace('gthg_', 'gths_'),
      `${token}.x`,
      [...parts.slice(0, 3), `A${parts[3]?.slice(1)}`, parts[4]].join('.'),
      `gthg_${'A'.repeat(2000)}`,
    ]
    for (const one of changed) expect(await (await introspect(scene.gate, one, app)).json()).toEqual({ active: false })
    expect(scene.provider.count('/introspect')).toBe(0)
  })

  it('learns of the guest of a visitor over RPC, unless the visitor is signed in', async () => {
    const scene = createScene(ON)
    const { browser, token } = await guestIn(scene)
    await addApp('meet', { claims: ['profile'] })
    const service = createRpcService(scene.deps(), { app: 'App meet' })
    const visit = () => ({
      url: `${GATE}/app`,
      headers: new Headers({ cookie: [...browser.jar.cookiesOf(GATE)].map((pair) => pair.join('=')).join('; ') }),
    })
    expect(await service.session(visit())).toMatchObject({ active: true, principal: 'guest', name: 'Grace Guest' })
    const bearer = { url: 'https://app.example/', headers: new Headers({ authorization: `Bearer ${token}` }) }
    expect(await service.session(bearer)).toMatchObject({ active: true, principal: 'guest' })
    await signIn(browser)
    // Also when the cookie of the guest is still there.
    browser.jar.take(new URL(GATE), [`${COOKIE}=${token}; Path=/; Secure`])
    expect(browser.jar.cookiesOf(GATE).has(COOKIE)).toBe(true)
    expect(await service.session(visit())).toMatchObject({ active: true, principal: 'user' })
  })
})

describe('a guest', () => {
  it('is never a person who is signed in', async () => {
    const scene = createScene(ON)
    const { browser, token } = await guestIn(scene)
    expect(await whoIs(browser)).toBeNull()
    const bearer = await scene.gate(new Request(ME, { headers: { authorization: `Bearer ${token}` } }))
    expect(bearer.status).toBe(401)
    for (const path of [PATHS.account, PATHS.admin]) {
      const { next } = await browser.open(`${GATE}${path}`, { stopBefore: '*' })
      expect(next).toContain(LOGIN)
    }
    // With the cookie of a guest in the place of a session.
    browser.jar.take(new URL(GATE), [`__Host-gatehouse-session=${token}; Path=/; Secure`])
    expect(await whoIs(browser)).toBeNull()
  })

  it('is replaced by signing in', async () => {
    const scene = createScene(ON)
    const { browser } = await guestIn(scene)
    await signIn(browser)
    expect(browser.jar.cookiesOf(GATE).has(COOKIE)).toBe(false)
    expect((await browser.background(GUEST)).status).toBe(401)
    const again = await join(browser, 'Grace')
    expect([again.status, JSON.parse(again.text).error_description]).toEqual([
      403,
      expect.stringContaining('has a session'),
    ])
  })
})
