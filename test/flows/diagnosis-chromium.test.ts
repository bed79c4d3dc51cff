/**
 * An administrator opens the diagnosis in a real browser: it leads through the sign-in, shows what is wrong, and keeps to its policy.
 */

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { PEOPLE, personBySubject } from '../../dev/provider/people.ts'
import { isWithoutChromium, launchChromium, picture } from '../support/chromium.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'

/** Evaluated in the page: of the word that says that a check fails, and of what it stands on. */
const COLOURS_OF_FAILURE = `[
  getComputedStyle(document.querySelector('.check.fail .verdict strong')).color,
  getComputedStyle(document.querySelector('main')).backgroundColor,
]`

const alice = PEOPLE.find(({ username }) => username === 'alice')

describe.skipIf(isWithoutChromium)('in Chromium, the diagnosis', () => {
  let installation: Installation
  let browser: Browser
  let isBroken = false

  beforeAll(async () => {
    expect(personBySubject(alice?.subject ?? '')).toBe(alice)
    installation = await startInstallation({
      script: inject('workerScript'),
      settings: { GATEHOUSE_ADMINS: `default:${alice?.subject}` },
      provider: {
        intercept(request, response) {
          if (!isBroken || request.url !== '/token') return false
          const refusal = { error: 'invalid_client', error_description: 'client authentication failed' }
          response.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(refusal))
          return true
        },
      },
    })
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await installation?.stop()
  })

  async function open(
    username: string,
    colorScheme: 'light' | 'dark' = 'light',
    path = '/admin/diagnosis/',
  ): Promise<Page> {
    const context = await browser.newContext({ locale: 'en-GB', colorScheme, viewport: { width: 880, height: 560 } })
    const page = await context.newPage()
    await page.goto(`${installation.gatehouse.baseUrl}${path === '/' ? PATHS.login : path}`)
    await page.locator('[name=username]').fill(username)
    await page.locator('[name=password]').fill('anything')
    await page.getByRole('button').click()
    await page.waitForURL(`${installation.gatehouse.baseUrl}${path}`)
    return page
  }

  it('leads an administrator through the sign-in, and finds nothing wrong', async () => {
    const page = await open('alice')
    await page.getByRole('heading', { name: 'Nothing is wrong that can be seen from here' }).waitFor()
    expect(await page.locator('.check.fail').count()).toBe(0)
    expect(await page.locator('.check.pass').count()).toBeGreaterThan(15)
  })

  it('tells someone else what would make them an administrator', async () => {
    const page = await open('bob')
    await page.getByRole('heading', { name: 'Only for administrators' }).waitFor()
    expect(await page.locator('code').textContent()).toBe(
      `default:${PEOPLE.find(({ username }) => username === 'bob')?.subject}`,
    )
  })

  it('shows what fails in a colour of its own that can be read, in light and dark, and breaks no rule of its policy', async () => {
    const pages = [await open('alice', 'dark', '/'), await open('alice', 'light', '/')]
    isBroken = true
    const complaints: string[] = []
    const looks: string[] = []
    for (const page of pages) {
      page.on('console', (message) => complaints.push(message.text()))
      // A look of its own: the one at all providers was a moment ago.
      await page.goto(`${installation.gatehouse.baseUrl}/admin/diagnosis/?provider=default`)
      const failed = page.locator('.check.fail')
      expect(await failed.locator('.verdict').allTextContents()).toEqual([
        'Fail Client secret or key accepted · 127.0.0.1 (default)',
      ])
      expect(await failed.locator('.fix').textContent()).toContain('OIDC_RP_CLIENT_SECRET')
      looks.push(JSON.stringify(await page.evaluate(COLOURS_OF_FAILURE)))
      await picture(page, 'diagnosis')
    }
    expect(looks).toEqual(['["rgb(255, 157, 148)","rgb(26, 32, 41)"]', '["rgb(179, 38, 30)","rgb(255, 255, 255)"]'])
    expect(complaints).toEqual([])
  })
})
