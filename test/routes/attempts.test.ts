/**
 * Sign-in attempts in the browser: several at once, few in all, for ten minutes, and nothing that anyone else could have made.
 */

import { base64url } from 'jose'
import { describe, expect, it } from 'vitest'
import { PATHS } from '../support/paths.ts'
import { answerOf, attemptsOf, createScene, GATE, LOGIN, SETTINGS, sessionTokenOf, whoIs } from './scene.ts'

const AUTHORIZE = { stopBefore: '/authorize' }

const query = (returnTo: string) => `?${new URLSearchParams({ returnTo })}`

describe('two tabs', () => {
  it('both finish, each at its own target (A79)', async () => {
    const browser = createScene().browser()
    const [a, b] = [await answerOf(browser, '?returnTo=/a'), await answerOf(browser, '?returnTo=/b')]
    expect((await browser.open(a, { stopBefore: '*' })).next).toBe(`${GATE}/a`)
    expect(await whoIs(browser)).not.toBeNull()
    expect((await browser.open(b, { stopBefore: '*' })).next).toBe(`${GATE}/b`)
    expect(await whoIs(browser)).not.toBeNull()
  })

  it('both finish, the later one first (A79)', async () => {
    const browser = createScene().browser()
    const [a, b] = [await answerOf(browser, '?returnTo=/a'), await answerOf(browser, '?returnTo=/b')]
    expect((await browser.open(b, { stopBefore: '*' })).next).toBe(`${GATE}/b`)
    expect((await browser.open(a, { stopBefore: '*' })).next).toBe(`${GATE}/a`)
  })

  it('leave no attempt behind', async () => {
    const browser = createScene().browser()
    const callbacks = [await answerOf(browser), await answerOf(browser)]
    expect(attemptsOf(browser)).toHaveLength(2)
    for (const callback of callbacks) await browser.open(callback)
    expect(attemptsOf(browser)).toEqual([])
  })
})

describe('a hundred starts', () => {
  it.each([
    ['in one second', 0],
    ['a second apart', 1],
  ])('%s leave at most 7 attempts under 8 KiB, and the newest finishes (A81)', async (_, pauseSeconds) => {
    const { browser: newBrowser, clock } = createScene()
    const browser = newBrowser()
    for (let start = 0; start < 99; start++) {
      await browser.open(`${LOGIN}?returnTo=/${'x'.repeat(900)}`, AUTHORIZE)
      clock.advance(pauseSeconds)
    }
    const newest = await answerOf(browser, '?returnTo=/newest')
    const attempts = attemptsOf(browser)
    expect(attempts.length).toBeLessThanOrEqual(7)
    expect(attempts.map(([name, value]) => `${name}=${value}; `).join('').length).toBeLessThan(8192)
    expect((await browser.open(newest, { stopBefore: '*' })).next).toBe(`${GATE}/newest`)
    expect(browser.jar.received.filter(({ refused }) => refused !== null)).toEqual([])
  })

  it('for long targets leave cookies that browsers keep, and two of them at least', async () => {
    const path = `/rooms/planning?${'view=grid&filter=open&sort=name&'.repeat(62)}`.slice(0, 2000)
    const browser = createScene().browser()
    const callbacks = [await answerOf(browser, query(path)), await answerOf(browser, query(`${path.slice(0, -1)}x`))]
    for (const [name, value] of attemptsOf(browser)) expect(name.length + value.length).toBeLessThanOrEqual(4096)
    const landed: (string | null)[] = []
    for (const callback of callbacks) landed.push((await browser.open(callback, { stopBefore: '*' })).next)
    expect(landed).toEqual([`${GATE}${path}`, `${GATE}${path.slice(0, -1)}x`])
  })

  it('for a target of 2,000 random characters leave a cookie that browsers keep', async () => {
    const random = base64url.encode(crypto.getRandomValues(new Uint8Array(1499)))
    const path = `/${random}`.padEnd(2000, 'x')
    const browser = createScene({ OIDC_PKCE_CODE_VERIFIER_SIZE: '128' }).browser()
    const callback = await answerOf(browser, query(path))
    for (const [name, value] of attemptsOf(browser)) expect(name.length + value.length).toBeLessThanOrEqual(4096)
    expect((await browser.open(callback, { stopBefore: '*' })).next).toBe(`${GATE}${path}`)
  })

  it('for a target that does not fit beside the rest go on without it, and the log says so', async () => {
    const level = () => base64url.encode(crypto.getRandomValues(new Uint8Array(150)))
    const levels = Array.from({ length: 4 }, level).join(' ')
    const { browser: newBrowser, log } = createScene({ GATEHOUSE_LEVELS: levels })
    const browser = newBrowser()
    const random = base64url.encode(crypto.getRandomValues(new Uint8Array(1499)))
    const request = `${query(`/${random}`)}&level=${levels.split(' ')[0]}`
    await browser.open(`${LOGIN}${request}`, AUTHORIZE)
    for (const [name, value] of attemptsOf(browser)) expect(name.length + value.length).toBeLessThanOrEqual(4096)
    expect(attemptsOf(browser)).toHaveLength(1)
    const lines = log.filter(({ event }) => event === 'return_target_refused')
    expect(lines).toHaveLength(1)
    expect(lines[0]?.ref).toMatch(/^\w+$/)
  })

  it('push the oldest out first', async () => {
    const { browser: newBrowser, clock } = createScene()
    const browser = newBrowser()
    const callbacks: string[] = []
    for (let start = 0; start < 8; start++) {
      callbacks.push(await answerOf(browser, `?returnTo=/${start}`))
      clock.advance(1)
    }
    const [oldest = '', ...others] = callbacks
    expect((await browser.open(oldest)).status).toBe(400)
    for (const [index, callback] of others.entries()) {
      expect((await browser.open(callback, { stopBefore: '*' })).next).toBe(`${GATE}/${index + 1}`)
    }
  })
})

describe('an attempt', () => {
  it.each([
    ['is still good after 9 minutes and 59 seconds', 599, 302],
    ['is over after 10 minutes', 600, 400],
  ])('%s, whatever the browser kept', async (_, seconds, status) => {
    const { browser: newBrowser, clock } = createScene()
    const browser = newBrowser()
    const callback = await answerOf(browser)
    const kept = attemptsOf(browser)
    clock.advance(seconds)
    for (const [name, value] of kept) browser.jar.put(GATE, name, value)
    expect((await browser.open(callback, { stopBefore: '*' })).status).toBe(status)
  })

  it('shows nothing of what it holds', async () => {
    const browser = createScene().browser()
    const callback = new URL(await answerOf(browser, '?returnTo=/a-telling-target'))
    const state = callback.searchParams.get('state') ?? ''
    for (const [name, value] of attemptsOf(browser)) {
      const readable = [name, value, ...value.split('.').map(decoded)].join(' ')
      expect(readable).not.toContain('a-telling-target')
      expect(readable).not.toContain(state)
    }
  })

  it('is as absent with any of its characters changed (A34)', async () => {
    const { browser: newBrowser, provider } = createScene()
    const browser = newBrowser()
    const callback = await answerOf(browser)
    const [[name, value] = ['', '']] = attemptsOf(browser)
    for (let at = 0; at < value.length; at += 7) {
      const changed = value[at] === 'A' ? 'B' : 'A'
      browser.jar.put(GATE, name, value.slice(0, at) + changed + value.slice(at + 1))
      expect((await browser.open(callback)).status).toBe(400)
    }
    expect(provider.count('/token')).toBe(0)
  })

  it.each([12, 8, 4, 1, 0])('is as absent with its tag cut to %i bytes (A34)', async (bytes) => {
    const browser = createScene().browser()
    const callback = await answerOf(browser)
    const [[name, value] = ['', '']] = attemptsOf(browser)
    const parts = value.split('.')
    const tag = base64url.encode(base64url.decode(parts.pop() ?? '').slice(0, bytes))
    browser.jar.put(GATE, name, [...parts, tag].join('.'))
    expect((await browser.open(callback)).status).toBe(400)
  })

  it.each([
    ['plain JSON', (state: string) => base64url.encode(JSON.stringify({ pending: { state }, returnTo: null }))],
    ['a JWE under no algorithm', () => `${base64url.encode('{"alg":"none"}')}....`],
    ['nothing', () => ''],
  ])('cannot be made by anyone else (%s, A35)', async (_, forge) => {
    const browser = createScene().browser()
    const callback = await answerOf(browser)
    const [[name] = ['']] = attemptsOf(browser)
    browser.jar.put(GATE, name, forge(new URL(callback).searchParams.get('state') ?? ''))
    expect((await browser.open(callback)).status).toBe(400)
  })

  it('cannot pass for another attempt by taking its name', async () => {
    const { browser: newBrowser, provider } = createScene()
    const [alices, mallorys] = [newBrowser(), newBrowser()]
    const alicesCallback = await answerOf(alices)
    await answerOf(mallorys)
    const [[name] = ['']] = attemptsOf(alices)
    const [[, value] = ['', '']] = attemptsOf(mallorys)
    alices.jar.put(GATE, name, value)
    expect((await alices.open(alicesCallback)).status).toBe(400)
    expect(provider.count('/token')).toBe(0)
  })

  it('does no harm under a name like ours', async () => {
    const browser = createScene().browser()
    browser.jar.put(GATE, '__Host-gatehouse-login-zzzzzzzzz-AAAAAAAAAAAAAAAA', 'x')
    browser.jar.put(GATE, '__Host-gatehouse-login-', 'x')
    const callback = await answerOf(browser)
    expect((await browser.open(callback, { stopBefore: '*' })).status).toBe(302)
  })
})

describe('a change of GATEHOUSE_SECRET (A102)', () => {
  const [before, after] = [SETTINGS.GATEHOUSE_SECRET, 'another-sealing-secret-of-32-characters']

  it('signs in who started under the secret before, while that is still listed', async () => {
    const scene = createScene()
    const browser = scene.browser()
    const callback = await answerOf(browser)
    const cookie = attemptsOf(browser)
      .map((pair) => pair.join('='))
      .join('; ')
    const rotated = scene.isolate({ GATEHOUSE_SECRET: `${after} ${before}` })
    expect((await rotated(new Request(callback, { headers: { cookie } }))).status).toBe(302)
  })

  it('asks to start again, without a fault, once the secret before is gone', async () => {
    const scene = createScene()
    const browser = scene.browser()
    const callback = await answerOf(browser)
    const cookie = attemptsOf(browser)
      .map((pair) => pair.join('='))
      .join('; ')
    const rotated = scene.isolate({ GATEHOUSE_SECRET: after })
    expect((await rotated(new Request(callback, { headers: { cookie } }))).status).toBe(400)
  })

  it('signs no one out', async () => {
    const scene = createScene()
    const browser = scene.browser()
    await browser.open(LOGIN)
    const cookie = `__Host-gatehouse-session=${sessionTokenOf(browser)}`
    const rotated = scene.isolate({ GATEHOUSE_SECRET: after })
    const response = await rotated(new Request(`${GATE}${PATHS.me}`, { headers: { cookie } }))
    expect(response.status).toBe(200)
  })
})

function decoded(part: string): string {
  try {
    return new TextDecoder().decode(base64url.decode(part))
  } catch {
    return ''
  }
}
