/**
 * Cookies on the wire: how ours are set, and which ones of those that come are believed.
 */
import { Hono } from 'hono'
import { describe, expect, it } from 'vitest'
import { requestCookies } from '../../src/routes/http/cookies.ts'
import { createScene, GATE, LOGIN, ME, SESSION_COOKIE, sessionTokenOf, signIn, signOut, whoIs } from './scene.ts'

describe('every cookie of a whole journey (A139)', () => {
  it('is __Host-, Secure, HttpOnly, SameSite=Lax, for the whole host, without a Domain, and short', async () => {
    const browser = createScene().browser()
    await signIn(browser)
    await signIn(browser)
    await signOut(browser)
    const { received } = browser.jar
    expect(received.length).toBeGreaterThanOrEqual(7)
    for (const { name, line, attributes, refused } of received) {
      expect(refused).toBeNull()
      expect(name).toMatch(/^__Host-gatehouse-/)
      expect(Object.fromEntries(attributes)).toMatchObject({ path: '/', secure: '', httponly: '', samesite: 'Lax' })
      expect(attributes.get('max-age')).toMatch(/^\d+$/)
      expect(attributes.has('domain')).toBe(false)
      expect(line.length).toBeLessThan(4096)
    }
  })

  it('is gone in the end, but for the mark that the person has signed out', async () => {
    const browser = createScene().browser()
    await signIn(browser)
    await signOut(browser)
    expect([...browser.jar.cookiesOf(GATE)]).toEqual([['__Host-gatehouse-silent', 'signed-out']])
  })
})

describe('a session cookie', () => {
  it('that comes twice is not believed, in either order (A139)', async () => {
    const scene = createScene()
    const [alice, bob] = [scene.browser(), scene.browser()]
    await signIn(alice)
    scene.provider.setPerson({ sub: 'bob' })
    await signIn(bob)
    const pair = [alice, bob].map((browser) => `${SESSION_COOKIE}=${sessionTokenOf(browser)}`)
    for (const cookie of [pair.join('; '), pair.toReversed().join('; ')]) {
      expect((await scene.gate(new Request(ME, { headers: { cookie } }))).status).toBe(401)
    }
  })

  it.each([
    ['a no-break space in UTF-8', '\u00c2\u00a0'],
    ['a no-break space', '\u00a0'],
    ['a line tabulation', '\u000b'],
    ['a form feed', '\u000c'],
  ])('under a name that only looks like ours is not believed (%s, A27)', async (_, space) => {
    const scene = createScene()
    const [alice, bob] = [scene.browser(), scene.browser()]
    await signIn(bob)
    scene.provider.setPerson({ sub: 'alice-herself' })
    await signIn(alice)
    const lookalike = `${space}${SESSION_COOKIE}=${sessionTokenOf(bob)}`
    const own = `${SESSION_COOKIE}=${sessionTokenOf(alice)}`
    expect((await scene.gate(new Request(ME, { headers: { cookie: lookalike } }))).status).toBe(401)
    const beside = await scene.gate(new Request(ME, { headers: { cookie: `${lookalike}; ${own}` } }))
    expect(await beside.json()).toMatchObject({ sub: 'alice-herself' })
  })

  it.each([
    ['no name', '=;'],
    ['nothing', ';;'],
    ['no value', `${SESSION_COOKIE}=`],
    ['no equals sign', SESSION_COOKIE],
    ['a chunk count', `${SESSION_COOKIE}_chunks=999999`],
    ['one chunk of two', `${SESSION_COOKIE}_0=x`],
    ['300 cookies', Array.from({ length: 300 }, (__, index) => `c${index}=x`).join('; ')],
    ['300 attempts', Array.from({ length: 300 }, (__, index) => attemptNamed(index)).join('; ')],
    ['32 KiB', `${SESSION_COOKIE}=${'x'.repeat(32_768)}`],
    ['JSON', `${SESSION_COOKIE}={"sub":"admin"}`],
    ['another prefix', `gatehouse-session=gths_${'A'.repeat(43)}`],
    ['percent signs', `${SESSION_COOKIE}=%zz%00`],
  ])('that is broken is none (%s, A28)', async (_, cookie) => {
    const { gate } = createScene()
    expect((await gate(new Request(ME, { headers: { cookie } }))).status).toBe(401)
    expect((await gate(new Request(LOGIN, { headers: { cookie } }))).status).toBe(302)
    expect((await gate(new Request(`${GATE}/`, { headers: { cookie } }))).status).toBe(200)
  })

  it('is believed beside the cookies of other applications', async () => {
    const browser = createScene().browser()
    browser.jar.put(GATE, 'theme', 'dark')
    browser.jar.put(GATE, 'x', 'a=b=c')
    await signIn(browser)
    expect(await whoIs(browser)).toMatchObject({ sub: 'alice' })
  })

  it('is not sent along when a script of another site asks, so no one is signed in there', async () => {
    const browser = createScene().browser()
    await signIn(browser)
    const visit = await browser.background(ME, { from: 'https://evil.example' })
    expect(visit.status).toBe(401)
  })
})

function attemptNamed(index: number): string {
  return `__Host-gatehouse-login-${(10 ** 9 + index).toString(36)}-AAAAAAAAAAAAAAAA=x`
}

describe('a Cookie header that is made to be slow', () => {
  it.each([
    ['a value full of blanks', `a=x${' '.repeat(1_000_000)}y`],
    ['a value full of tabs, and blanks around it', `a=  x${'\t'.repeat(1_000_000)}y  `],
    ['very many cookies', 'a=b;'.repeat(300_000)],
  ])('is read in time in proportion to its length: %s', async (_, cookie) => {
    const app = new Hono().get('/', (c) => c.json(requestCookies(c)[0]?.[1].length))
    const length = await (await app.request('/', { headers: { cookie } })).json()
    expect(length).toBe(cookie.startsWith('a=b') ? 1 : 1_000_002)
  })
})
