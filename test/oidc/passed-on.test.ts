/**
 * Where a provider passes an authorization request on: found by what the next address carries along, and only on the same host.
 */
import { describe, expect, it } from 'vitest'
import { nextStep } from '../../src/oidc/examination/next-step.ts'

const ASKED =
  'https://id.example.org/dex/auth?client_id=gatehouse&redirect_uri=https%3A%2F%2Flogin.example.org%2F&state=x'
const CARRIED = 'client_id=gatehouse&redirect_uri=https%3A%2F%2Flogin.example.org%2F&state=x'

const redirect = (location: string) => ({
  url: ASKED,
  status: 302,
  contentType: null,
  location: new URL(location, ASKED),
  aheadSeconds: null,
  text: '',
})

const page = (text: string) => ({
  url: ASKED,
  status: 200,
  contentType: 'text/html',
  location: null,
  aheadSeconds: null,
  text,
})

describe('the next step', () => {
  it('is a redirect that carries the request along', () => {
    expect(nextStep(redirect(`/dex/auth/mock?${CARRIED}`))).toBe(`https://id.example.org/dex/auth/mock?${CARRIED}`)
  })

  it('is looked for among the first 100 links of a page, so that a page of links alone costs little', () => {
    const text = (count: number) => `${'<a href="/x">'.repeat(count)}<a href="/dex/auth/local?${CARRIED}">`
    expect(nextStep(page(text(99)))).toBe(`https://id.example.org/dex/auth/local?${CARRIED}`)
    expect(nextStep(page(text(100)))).toBeNull()
  })

  it('is the first such link of a page', () => {
    const links = [`/dex/theme.css`, `/dex/auth/local?${CARRIED}`, `/dex/auth/ldap?${CARRIED}`]
    const text = links.map((link) => `<a href="${link.replaceAll('&', '&amp;')}">x</a>`).join('')
    expect(nextStep(page(text))).toBe(`https://id.example.org/dex/auth/local?${CARRIED}`)
  })

  it.each([
    ['another host', `https://evil.example/dex/auth/mock?${CARRIED}`],
    ['another scheme', `http://id.example.org/dex/auth/mock?${CARRIED}`],
    ['another client', `/dex/auth/mock?${CARRIED.replace('gatehouse', 'other')}`],
    ['no redirect URI', '/dex/auth/mock?client_id=gatehouse'],
    ['the same place', `/dex/auth?${CARRIED}&again=1`],
    ['a sign-in page', '/login?challenge=abc'],
  ])('is none: %s', (_, location) => {
    expect(nextStep(redirect(location))).toBeNull()
  })
})
