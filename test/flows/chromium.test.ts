/**
 * The whole journey in a real browser: sign in, see the name, sign out, and be signed out at the provider too.
 */

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { isWithoutChromium, launchChromium, picture } from '../support/chromium.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'

describe.skipIf(isWithoutChromium)('in Chromium', () => {
  let installation: Installation
  let browser: Browser

  beforeAll(async () => {
    installation = await startInstallation({ script: inject('workerScript') })
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await installation?.stop()
  })

  async function newPage(locale = 'en-GB'): Promise<Page> {
    const context = await browser.newContext({ locale, viewport: { width: 880, height: 560 } })
    return context.newPage()
  }

  async function signIn(page: Page, username: string): Promise<void> {
    await page.goto(`${installation.gatehouse.baseUrl}/`)
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.locator('[name=username]').fill(username)
    await page.locator('[name=password]').fill('anything')
    await page.getByRole('button').click()
    await page.waitForURL(`${installation.gatehouse.baseUrl}/`)
  }

  it('someone signs in, sees the name, signs out, and is signed out at the provider too', async () => {
    const page = await newPage()
    await page.goto(`${installation.gatehouse.baseUrl}/`)
    await picture(page, 'signed-out')
    await signIn(page, 'alice')
    await page.getByRole('heading', { name: 'Hello, Alice Archer' }).waitFor()
    expect(await page.getByText('alice@example.org').count()).toBe(1)
    await picture(page, 'signed-in')
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    // Someone who is still signed in at the provider would come back at once; this one is asked for a name.
    await page.getByRole('link', { name: 'Sign in' }).click()
    await page.locator('[name=username]').waitFor()
    await picture(page, 'provider')
  })

  it('the session cookie is kept for this host alone and out of reach of scripts', async () => {
    const page = await newPage()
    await signIn(page, 'bob')
    const cookies = await page.context().cookies(installation.gatehouse.baseUrl)
    expect(
      cookies.map(({ name, httpOnly, secure, sameSite, path }) => ({ name, httpOnly, secure, sameSite, path })),
    ).toEqual([{ name: '__Host-gatehouse-session', httpOnly: true, secure: true, sameSite: 'Lax', path: '/' }])
    expect(await page.evaluate('document.cookie')).toBe('')
  })

  it('the back button after signing in ends on the start page, still signed in', async () => {
    const page = await newPage()
    await signIn(page, 'alice')
    await page.goBack()
    await page.goto(`${installation.gatehouse.baseUrl}/`)
    await page.getByRole('heading', { name: 'Hello, Alice Archer' }).waitFor()
  })

  it('a callback that belongs to no sign-in says so in the language of the browser, with a button to start again', async () => {
    const page = await newPage('de-DE')
    const answer = await page.goto(`${installation.gatehouse.baseUrl}${PATHS.callback}?code=x&state=y`)
    expect(answer?.status()).toBe(400)
    await page.getByRole('heading', { name: 'Bitte noch einmal von vorn' }).waitFor()
    await page.getByRole('link', { name: 'Noch einmal anmelden' }).click()
    await page.locator('[name=username]').waitFor()
  })

  it('no page breaks its own content security policy', async () => {
    const page = await newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await signIn(page, 'carol')
    await page.goto(`${installation.gatehouse.baseUrl}${PATHS.logout}`)
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    expect(complaints).toEqual([])
  })

  it('buttons keep a border in forced colours, where their ground is taken away', async () => {
    const context = await browser.newContext({ locale: 'en-GB', forcedColors: 'active' })
    const page = await context.newPage()
    await signIn(page, 'alice')
    await page.goto(`${installation.gatehouse.baseUrl}${PATHS.logout}`)
    const borders = await page.evaluate(`[...document.querySelectorAll('.action')].map((button) => {
      const { borderTopWidth, borderTopStyle, borderTopColor, backgroundColor } = getComputedStyle(button)
      return [borderTopWidth, borderTopStyle, borderTopColor !== backgroundColor]
    })`)
    expect(borders).toEqual([
      ['1px', 'solid', true],
      ['1px', 'solid', true],
    ])
    await page.getByRole('link', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
  })
})
