/**
 * Every page in a real browser, in three languages and both themes: axe-core finds nothing that keeps anyone out, no sentence is missing, and what
 * the pages can do is done without a script and by the keyboard alone. Takes the pictures of docs/pages.md.
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { PEOPLE } from '../../dev/provider/people.ts'
import { problemsOn } from '../support/accessibility.ts'
import { isWithoutChromium, launchChromium, screen } from '../support/chromium.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'

interface Walked {
  readonly name: string
  readonly who: 'alice' | 'bob' | null
  readonly path: string
}

const WALKED: readonly Walked[] = [
  { name: 'signed-out', who: null, path: PATHS.home },
  { name: 'not-found', who: null, path: '/nothing/here' },
  { name: 'start-again', who: null, path: `${PATHS.callback}?state=x&code=y` },
  { name: 'signed-in', who: 'bob', path: PATHS.home },
  { name: 'sign-out', who: 'bob', path: PATHS.logout },
  { name: 'sign-out-everywhere', who: 'bob', path: `${PATHS.logout}?everywhere=1` },
  { name: 'account', who: 'bob', path: PATHS.account },
  { name: 'not-administrator', who: 'bob', path: PATHS.admin },
  { name: 'administration', who: 'alice', path: PATHS.admin },
  { name: 'people', who: 'alice', path: PATHS.adminUsers },
  { name: 'people-search', who: 'alice', path: `${PATHS.adminUsers}?q=no-such-person` },
  { name: 'person', who: 'alice', path: `${PATHS.adminUser}?id=BOB` },
  { name: 'apps', who: 'alice', path: PATHS.adminApps },
  { name: 'app', who: 'alice', path: `${PATHS.adminApp}?id=app` },
  { name: 'audit', who: 'alice', path: PATHS.adminAudit },
  { name: 'diagnosis', who: 'alice', path: PATHS.diagnosis },
]

const alice = PEOPLE.find(({ username }) => username === 'alice')

describe.skipIf(isWithoutChromium)('in Chromium, the pages', () => {
  let installation: Installation
  let browser: Browser
  let bobId: string

  beforeAll(async () => {
    installation = await startInstallation({
      script: inject('workerScript'),
      settings: { GATEHOUSE_ADMINS: `default:${alice?.subject}` },
    })
    browser = await launchChromium()
    const page = await open('bob')
    const answer = await page.request.get(`${installation.gatehouse.baseUrl}${PATHS.me}`)
    bobId = String((await answer.json()).id)
    await page.context().close()
  })
  afterAll(async () => {
    await browser?.close()
    await installation?.stop()
  })

  async function open(who: Walked['who'], options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1000, height: 640 }, ...options })
    const page = await context.newPage()
    if (who === null) return page
    await page.goto(`${installation.gatehouse.baseUrl}${PATHS.login}`)
    await page.locator('[name=username]').fill(who)
    await page.locator('[name=password]').fill('anything')
    await page.locator('[name=password]').press('Enter')
    await page.waitForURL(`${installation.gatehouse.baseUrl}/`)
    return page
  }

  async function walk(page: Page, { path }: Walked): Promise<void> {
    await page.goto(installation.gatehouse.baseUrl + path.replace('BOB', bobId))
  }

  describe.each([
    ['en-GB', 'light', 1000],
    ['en-GB', 'dark', 1000],
    ['fr-FR', 'light', 390],
    ['fr-FR', 'dark', 1000],
    ['de-DE', 'light', 1000],
    ['de-DE', 'dark', 390],
  ] as const)('in %s, %s, %i pixels wide', (locale, colorScheme, width) => {
    it.each(['alice', 'bob', null] as const)('keep no one out, as %s sees them', async (who) => {
      const page = await open(who, { locale, colorScheme, viewport: { width, height: 640 } })
      const problems: string[] = []
      page.on('console', (message) => problems.push(`${page.url()}: ${message.text()}`))
      for (const walked of WALKED.filter((one) => one.who === who)) {
        await walk(page, walked)
        problems.push(...(await problemsOn(page, walked.name, locale.slice(0, 2))))
        if (locale === 'en-GB') await screen(page, `${walked.name}-${colorScheme}`)
      }
      await page.context().close()
      // The browser notes the status of pages that are not 200.
      expect(problems.filter((one) => !one.includes('Failed to load resource'))).toEqual([])
    })
  })

  it('do without a script and with the keyboard alone what they offer: a person ends the session of a phone', async () => {
    const phone = await open('bob', {
      userAgent: 'Mozilla/5.0 (Android 15; Mobile; rv:146.0) Gecko/146.0 Firefox/146.0',
    })
    const page = await open('bob', { javaScriptEnabled: false, locale: 'en-GB' })
    await page.goto(installation.gatehouse.baseUrl + PATHS.account)
    await tabTo(page, 'End: Firefox, Android')
    await page.keyboard.press('Enter')
    await page.waitForURL(installation.gatehouse.baseUrl + PATHS.account)
    await page.getByRole('button', { name: 'End: Firefox, Android' }).waitFor({ state: 'detached' })
    const answer = await phone.request.get(`${installation.gatehouse.baseUrl}${PATHS.me}`)
    expect(answer.status()).toBe(401)
  })

  it('do without a script and with the keyboard alone what they offer: an administrator disables a person, and enables them', async () => {
    const page = await open('alice', { javaScriptEnabled: false, locale: 'en-GB' })
    await page.goto(installation.gatehouse.baseUrl + PATHS.adminUsers)
    await tabTo(page, 'Name, e-mail address, id, or the reference of an error page')
    await page.keyboard.type('bob')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Bob Baker')
    await page.keyboard.press('Enter')
    await tabTo(page, 'Disable')
    await page.keyboard.press('Enter')
    await page.getByText('Disabled since').waitFor()
    await tabTo(page, 'Enable')
    await page.keyboard.press('Enter')
    await page.getByText('Nothing here would keep them out').waitFor()
  })
})

/** Presses the tabulator until what has this name has the focus. @throws Error when it never has */
async function tabTo(page: Page, name: string): Promise<void> {
  const wanted = page.getByRole('button', { name, exact: true }).or(page.getByRole('link', { name, exact: true }))
  const target = wanted.or(page.getByLabel(name, { exact: true })).first()
  await target.waitFor()
  for (let count = 0; count < 60; count += 1) {
    await page.keyboard.press('Tab')
    const isFocused = await page.locator(':focus').evaluateAll((nodes) => nodes.length === 1)
    const handle = await target.elementHandle()
    if (isFocused && (await handle?.evaluate((node) => node === node.ownerDocument.activeElement))) return
  }
  throw new Error(`the keyboard does not lead to ${name} at ${page.url()}`)
}
