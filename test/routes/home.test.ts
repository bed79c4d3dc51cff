/**
 * GET /: the start page, for people who are signed in and for those who are not; and the style sheet.
 */

import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { PATHS } from '../support/paths.ts'
import { createScene, GATE, signIn, signOut, whoIs } from './scene.ts'

describe('the start page', () => {
  it('offers to sign in', async () => {
    const page = await createScene().browser().open(GATE)
    expect(page.status).toBe(200)
    expect(page.text).toContain('You are not signed in')
    expect(page.text).toContain(`href="${PATHS.login}"`)
    expect(page.text).not.toContain('<form')
  })

  it('greets by name, shows the e-mail address, and offers to sign out', async () => {
    const scene = createScene()
    scene.provider.setPerson({ sub: 'alice', email: 'alice@example.org', given_name: 'Alice', family_name: 'Archer' })
    const browser = scene.browser()
    const page = await signIn(browser)
    expect(page.text).toContain('Hello, Alice Archer')
    expect(page.text).toContain('alice@example.org')
    await browser.submit(browser.formOf(page))
    expect(await whoIs(browser)).toBeNull()
  })

  it('greets people without a name', async () => {
    const scene = createScene()
    scene.provider.setPerson({ sub: 'alice' })
    expect((await signIn(scene.browser())).text).toContain('Hello, there')
  })

  it.each([
    ['an element', '<script>alert(1)</script>'],
    ['an end of an attribute', `"><img src=x onerror=alert(1)>`],
    ['an end of the title', '</title><script>alert(1)</script>'],
    ['a single quote', `' onmouseover='alert(1)`],
    ['an entity', '&lt;b&gt;'],
  ])('shows a hostile name as the text that it is (%s, A69)', async (_, name) => {
    const scene = createScene()
    scene.provider.setPerson({ sub: 'alice', name, email: `${name}@example.org` })
    const { text } = await signIn(scene.browser())
    expect(text).not.toContain(name)
    expect(text).not.toMatch(/<script|<img|<b>/i)
    const title = /<h1>(.*?)<\/h1>/.exec(text)?.[1] ?? ''
    expect(asText(title)).toBe(`Hello, ${name}`)
  })

  it.each([
    ['fr', 'fr'],
    ['de-CH, fr;q=0.5', 'de'],
    ['it, en;q=0.5', 'en'],
    ['', 'en'],
  ])('speaks the language that the browser prefers (%j)', async (preferred, language) => {
    const page = await createScene()
      .browser()
      .open(GATE, { headers: { 'accept-language': preferred } })
    expect(page.text).toContain(`<html lang="${language}">`)
  })

  it('is refused to POST', async () => {
    const visit = await createScene().browser().submit({ action: GATE, fields: {} })
    expect([visit.status, visit.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })

  it('loads its style sheet from this host, and nothing else', async () => {
    const browser = createScene().browser()
    const { text } = await browser.open(GATE)
    const loaded = [...text.matchAll(/\b(?:src|href)="([^"]+)"/g)].map(([, address = '']) => new URL(address, GATE))
    expect(new Set(loaded.map(({ origin }) => origin))).toEqual(new Set([GATE]))
    const style = await browser.open(`${GATE}/gatehouse.css`)
    expect([style.status, style.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8'])
  })
})

function asText(html: string): string {
  const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', '#39': "'", amp: '&' }
  return html.replace(/&(lt|gt|quot|#39|amp);/g, (_, name: string) => entities[name] ?? '')
}

describe('what the page calls a visitor', () => {
  it('is signed out after a sign-out, and after a session was ended elsewhere', async () => {
    const browser = createScene().browser()
    await signIn(browser)
    expect((await signOut(browser)).text).toContain('You are signed out')
    await signIn(browser)
    await env.DB.prepare('DELETE FROM sessions').run()
    expect((await browser.open(GATE)).text).toContain('You are signed out')
  })

  it('is not signed in after a refused sign-in', async () => {
    const scene = createScene()
    scene.provider.setFault('access-denied')
    const browser = scene.browser()
    await browser.open(`${GATE}${PATHS.login}`)
    expect((await browser.open(GATE)).text).toContain('You are not signed in')
  })
})

it('every page has an icon, which its policy lets the browser load', async () => {
  const browser = createScene().browser()
  const page = await browser.open(`${GATE}/nowhere`)
  expect(page.text).toContain('<link rel="icon" type="image/svg+xml" href="/favicon.svg"/>')
  expect(page.headers.get('content-security-policy')).toContain("img-src 'self'")
  const icon = await browser.open(`${GATE}/favicon.svg`)
  expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
  expect(icon.text).not.toMatch(/script|href|style/)
})

describe('a path that is not there', () => {
  const ask = async (headers: Record<string, string>, method = 'GET') =>
    createScene().gate(new Request(`${GATE}/api/v1.0/nowhere/`, { method, headers }))

  it.each([
    [{ accept: 'application/json' }],
    [{ accept: 'application/problem+json, */*' }],
    [{ accept: 'application/json, text/html;q=0.5' }],
    [{ accept: 'text/html;q=0.5, application/json' }],
    [{ 'content-type': 'application/json; charset=utf-8' }],
  ])('is 404 in JSON for a request that wants or sends JSON: %j', async (headers) => {
    const response = await ask(headers as Record<string, string>, 'content-type' in headers ? 'POST' : 'GET')
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/json'])
    expect(await response.json()).toMatchObject({ error: 'not_found' })
  })

  it.each([
    [{}],
    [{ accept: '*/*' }],
    [{ accept: 'text/html,application/json;q=0.9' }],
    [{ accept: '*/*, application/json;q=0' }],
  ])('is a page for everybody else: %j', async (headers) => {
    const response = await ask(headers as Record<string, string>)
    expect(response.status).toBe(404)
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
  })
})
