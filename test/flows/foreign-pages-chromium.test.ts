/**
 * What a page of another site can do to a browser that is signed in, shown by a real one: it alone knows which cookies it takes.
 */

import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext, Page, Request } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { isWithoutChromium, launchTakingThirdPartyCookies } from '../support/chromium.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'

/** Chromium keeps 180 cookies of a site and throws the others out, sessions included. */
const MORE_THAN_CHROMIUM_KEEPS = 200

describe.skipIf(isWithoutChromium).each(['form_post', 'query'])('in Chromium, with answers by %s', (mode) => {
  let installation: Installation
  let browser: BrowserContext
  let foreign: Server
  let evil: string

  beforeAll(async () => {
    installation = await startInstallation({
      script: inject('workerScript'),
      settings: {
        OIDC_RESPONSE_MODE: mode,
        OIDC_STORE_REFRESH_TOKEN: 'false',
        OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS: '1',
        FRONTEND_IS_SILENT_LOGIN_ENABLED: 'false',
      },
    })
    foreign = createServer((_, response) => {
      response.setHeader('content-type', 'text/html').end('<link rel="icon" href="data:,"><h1>Another site</h1>')
    })
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve))
    const { port } = foreign.address() as AddressInfo // it listens on a port, so it is one of these
    evil = `http://evil.example:${port}/`
    browser = await launchTakingThirdPartyCookies('--host-resolver-rules=MAP evil.example 127.0.0.1')
  })
  afterAll(async () => {
    await browser?.close()
    foreign?.close()
    await installation?.stop()
  })

  const at = (path: string) => `${installation.gatehouse.baseUrl}${path}`

  async function signedIn(): Promise<Page> {
    await browser.clearCookies()
    const page = await browser.newPage()
    await page.goto(at(PATHS.login))
    await page.locator('[name=username]').fill('alice')
    await page.locator('[name=password]').fill('anything')
    await page.getByRole('button').click()
    await page.getByRole('heading', { name: 'Hello, Alice Archer' }).waitFor()
    return page
  }

  async function isSignedIn(page: Page): Promise<boolean> {
    await page.goto(at('/'))
    return page.getByRole('heading', { name: 'Hello, Alice Archer' }).isVisible()
  }

  async function attemptsOf(page: Page): Promise<number> {
    const cookies = await page.context().cookies(installation.gatehouse.baseUrl)
    return cookies.filter(({ name }) => name.startsWith('__Host-gatehouse-login-')).length
  }

  it('background forms of another site plant no cookie and push none out', async () => {
    const page = await signedIn()
    await page.goto(evil)
    await page.evaluate(
      async ({ url, iss, count }) => {
        for (let number = 0; number < count; number += 1) {
          const body = new URLSearchParams({ iss })
          await fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body }).catch(() => null)
        }
      },
      { url: at(PATHS.initiateLogin), iss: installation.provider.issuer, count: MORE_THAN_CHROMIUM_KEEPS },
    )
    expect(await attemptsOf(page)).toBe(0)
    expect(await isSignedIn(page)).toBe(true)
  })

  it('hidden frames of another site plant no cookie', async () => {
    const page = await signedIn()
    await page.goto(evil)
    await page.setContent('<iframe name="link"></iframe><iframe name="form"></iframe>')
    const answers = [page.waitForResponse(at(PATHS.login)), page.waitForResponse(at(PATHS.initiateLogin))]
    await page.evaluate((url) => void window.frames[0]?.location.assign(url), at(PATHS.login))
    await page.evaluate(postForm, {
      url: at(PATHS.initiateLogin),
      iss: installation.provider.issuer,
      target: 'form',
    })
    expect((await Promise.all(answers)).map((answer) => answer.status())).toEqual([401, 401])
    expect(await attemptsOf(page)).toBe(0)
    expect(await isSignedIn(page)).toBe(true)
  })

  it.each(['object', 'embed', 'link', 'img', 'script'])(
    'a page of the same site plants no cookie by <%s>',
    async (kind) => {
      const page = await signedIn()
      await page.goto(evil.replace('evil.example', 'localhost'))
      const login = at(PATHS.login)
      const isLogin = (request: Request) => request.url() === login
      // Chromium hides the answer to some of them from the page, which so counts as a failure.
      const isOver = Promise.race([
        page.waitForEvent('requestfinished', isLogin),
        page.waitForEvent('requestfailed', isLogin),
      ])
      await page.evaluate(
        ({ url, tag }) => {
          const properties = { object: { data: url }, link: { rel: 'prefetch', href: url } }[tag] ?? { src: url }
          document.body.append(Object.assign(document.createElement(tag), properties))
        },
        { url: login, tag: kind },
      )
      await isOver
      expect(await attemptsOf(page)).toBe(0)
      expect(await isSignedIn(page)).toBe(true)
    },
  )

  it('a link of another site to an unknown provider makes no browser forget that it has signed out', async () => {
    const page = await signedIn()
    const form = { csrfmiddlewaretoken: await page.locator('[name=csrfmiddlewaretoken]').inputValue() }
    const options = { form, headers: { 'sec-fetch-site': 'same-origin' }, maxRedirects: 0 }
    await page.context().request.post(at(PATHS.logout), options)
    const marks = async () =>
      (await page.context().cookies(at('/'))).filter(({ name }) => name === '__Host-gatehouse-silent')
    const before = await marks()
    expect(before).toMatchObject([{ value: 'signed-out' }])
    await page.goto(evil)
    await page.evaluate((url) => void location.assign(url), at(`${PATHS.login}?silent=true&provider=none`))
    await page.waitForURL(at('/'))
    expect(await marks()).toEqual(before)
  })

  it('forms of another site in a window leave at most 7 attempts', async () => {
    const page = await signedIn()
    // A stranger to the provider, which therefore shows its form and answers nothing.
    await page.context().clearCookies({ name: /^idp_/ })
    for (let count = 0; count < 12; count += 1) {
      await page.goto(evil)
      await page.evaluate(postForm, {
        url: at(PATHS.initiateLogin),
        iss: installation.provider.issuer,
        target: '_self',
      })
      await page.locator('[name=username]').waitFor()
    }
    expect(await attemptsOf(page)).toBe(7)
    expect(await isSignedIn(page)).toBe(true)
  })

  it('a link of another site to a silent sign-in that asks for a fresh proof ends no session', async () => {
    const page = await signedIn()
    await page.waitForTimeout(1100)
    await page.goto(evil)
    await page.evaluate((url) => void location.assign(url), at(`${PATHS.login}?silent=true&max_age=0`))
    await page.waitForURL(at('/'))
    expect(await isSignedIn(page)).toBe(true)
  })

  it('a link of another site to a silent sign-in signs no one in who has signed out', async () => {
    const page = await signedIn()
    const form = { csrfmiddlewaretoken: await page.locator('[name=csrfmiddlewaretoken]').inputValue() }
    // Without a visit to the provider, which so still knows the person.
    const options = { form, headers: { 'sec-fetch-site': 'same-origin' }, maxRedirects: 0 }
    expect((await page.context().request.post(at(PATHS.logout), options)).status()).toBe(303)
    await page.goto(evil)
    await page.evaluate((url) => void location.assign(url), at(`${PATHS.login}?silent=true`))
    await page.waitForURL(at('/'))
    expect(await isSignedIn(page)).toBe(false)
  })

  it('a frame of front-channel logout that names no session ends none, even on a page of the same site', async () => {
    const page = await signedIn()
    await page.goto(evil.replace('evil.example', 'localhost'))
    const frame = at(PATHS.frontchannelLogout)
    const asked = page.waitForRequest(frame)
    await page.evaluate((src) => {
      const element = document.createElement('iframe')
      element.src = src
      document.body.append(element)
    }, frame)
    expect((await (await asked).allHeaders()).cookie).toContain('__Host-gatehouse-session')
    await page.waitForLoadState('networkidle')
    expect(await isSignedIn(page)).toBe(true)
  })
})

/** Runs in the page. */
function postForm({ url, iss, target }: { url: string; iss: string; target: string }): void {
  const form = Object.assign(document.createElement('form'), { method: 'post', action: url, target })
  const field = Object.assign(document.createElement('input'), { name: 'iss', value: iss })
  form.append(field)
  document.body.append(form)
  form.submit()
}
