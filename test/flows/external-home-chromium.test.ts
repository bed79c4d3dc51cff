/**
 * FRONTEND_EXTERNAL_HOME_URL in a real browser, which alone knows what it can reach and what the policy of the page lets it ask for.
 */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { isWithoutChromium, launchChromium } from '../support/chromium.ts'
import { freePort, type RunningGatehouse, startGatehouse } from '../support/gatehouse.ts'

describe.skipIf(isWithoutChromium)('in Chromium, the home of an organisation', () => {
  let home: Server
  let origin: string
  let browser: Browser
  let gatehouse: RunningGatehouse | undefined

  beforeAll(async () => {
    home = createServer(({ url }, response) => {
      const location = url === '/moved' ? '/there' : origin.replace('127.0.0.1', '127.0.0.2')
      if (url === '/moved' || url === '/elsewhere') response.writeHead(302, { location }).end()
      else response.setHeader('content-type', 'text/html').end('<link rel="icon" href="data:,"><h1>Home</h1>')
    })
    await new Promise<void>((resolve) => home.listen(0, '0.0.0.0', resolve))
    origin = `http://127.0.0.1:${(home.address() as AddressInfo).port}` // it listens on a port, so it is one of these
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    home?.close()
  })

  async function visit(
    path: string,
    check: (page: Page, complaints: readonly string[]) => Promise<void>,
  ): Promise<void> {
    gatehouse = await startGatehouse({
      port: await freePort(),
      script: inject('workerScript'),
      settings: {
        GATEHOUSE_SECRET: 'a-secret-of-at-least-32-characters-for-this',
        OIDC_OP_URL: 'http://localhost:9',
        OIDC_RP_CLIENT_ID: 'gatehouse',
        OIDC_RP_CLIENT_SECRET: 'a-client-secret',
        FRONTEND_IS_SILENT_LOGIN_ENABLED: 'false',
        FRONTEND_EXTERNAL_HOME_URL: `${origin}${path}`,
      },
    })
    const page = await (await browser.newContext({ locale: 'en-GB' })).newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    try {
      await page.goto(gatehouse.baseUrl)
      await check(page, complaints)
    } finally {
      await page.close()
      await gatehouse.stop()
    }
  }

  it.each(['/', '/a;b,c?d=1', '/moved'])('is where a visitor is led who can reach it: %s', async (path) => {
    await visit(path, (page) => page.getByRole('heading', { name: 'Home' }).waitFor())
  })

  it('is not asked for at another host that it redirects to', async () => {
    await visit('/elsewhere', async (page, complaints) => {
      await expect.poll(() => complaints.join()).toContain('Content Security Policy')
      expect(await page.getByRole('link', { name: 'Sign in' }).isVisible()).toBe(true)
    })
  })
})
