/**
 * The plan of the OpenID Foundation for front-channel logout (`oidcc-client-front-channel-logout-rp-basic`), started here and at the provider.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Attacked, signOut, startAttacked, whoIs } from '../../support/attacked.ts'
import type { Browser, Visit } from '../../support/browser.ts'
import { PATHS } from '../../support/paths.ts'
import { expectSignedIn } from './expectations.ts'

describe('front-channel logout', () => {
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({ script: inject('workerScript'), tells: 'front channel' })
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  /** Shows a frame on a page of the provider; cookies of ours that are Lax do not come along. */
  const frame = (browser: Browser, url: string): Promise<Visit> =>
    browser.background(url, {
      from: `${attacked.provider.issuer}/end-session`,
      headers: { 'sec-fetch-dest': 'iframe', 'sec-fetch-mode': 'navigate' },
    })

  function frameOfLast(changed: Readonly<Record<string, string>> = {}): string {
    const { sid } = attacked.provider.lastConsent()
    const query = new URLSearchParams({ iss: attacked.provider.issuer, sid, ...changed })
    return `${attacked.at(PATHS.frontchannelLogout)}?${query}`
  }

  function expectFramable({ status, headers, text }: Visit): void {
    expect([status, headers.get('x-frame-options')]).toEqual([200, null])
    expect(headers.get('content-security-policy')).toContain(`frame-ancestors ${attacked.provider.issuer}`)
    expect(headers.get('cache-control')).toContain('no-store')
    expect(text).not.toMatch(/<script|alice/)
  }

  it('oidcc-client-test-rp-frontchannel-rpinitlogout: the frame of a sign-out that began here is shown, and the way leads home', async () => {
    const browser = await expectSignedIn(attacked)
    const page = await signOut(attacked, browser)
    expect(page.url.startsWith(`${attacked.provider.issuer}/end-session?`)).toBe(true)
    const [, source = ''] = /<iframe src="([^"]+)"/.exec(page.text) ?? []
    expectFramable(await frame(browser, source.replaceAll('&amp;', '&')))
    const [, next = ''] = /<a href="([^"]+)"/.exec(page.text) ?? []
    expect((await browser.open(next.replaceAll('&amp;', '&'), { from: page.url })).url).toBe(attacked.at('/'))
    expect(await whoIs(attacked, browser)).toBeNull()
    expect(await attacked.gatehouse.query('SELECT * FROM sessions')).toEqual([])
  })

  it('oidcc-client-test-rp-frontchannel-opinitlogout: a frame at the provider ends the session that it names, and no other', async () => {
    const [here, there] = [await expectSignedIn(attacked), await expectSignedIn(attacked)]
    expectFramable(await frame(there, frameOfLast()))
    expect(await whoIs(attacked, there)).toBeNull()
    expect(await whoIs(attacked, here)).toMatchObject({ sub: 'alice' })
  })

  it.each([
    ['of another issuer', { iss: 'https://evil.example' }],
    ['of an unknown session', { sid: 'unknown' }],
    ['of no session', { sid: '' }],
  ])('a frame %s ends nothing', async (_, changed) => {
    const browser = await expectSignedIn(attacked)
    expectFramable(await frame(browser, frameOfLast(changed)))
    expect(await whoIs(attacked, browser)).toMatchObject({ sub: 'alice' })
  })

  it('no other page may be framed', async () => {
    const { headers } = await attacked.browser().open(attacked.at('/'))
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
  })
})
