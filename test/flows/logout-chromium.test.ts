/**
 * What only a real browser shows of signing out: frames of another site, a form that submits itself, two devices.
 */

import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { isWithoutChromium, launchChromium } from '../support/chromium.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'

describe.skipIf(isWithoutChromium)('in Chromium', () => {
  let installation: Installation
  let browser: Browser
  /** What the provider's page shows in a frame. */
  let framed = ''
  let endSessionForm: URLSearchParams | undefined

  beforeAll(async () => {
    installation = await startInstallation({
      script: inject('workerScript'),
      settings: { OIDC_OP_LOGOUT_USE_POST: 'true' },
      provider: { intercept: answerAsProvider },
    })
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await installation?.stop()
  })

  /** The two things that oidc-provider does not do: frames of front-channel logout, and sign-out by POST across sites. */
  async function answerAsProvider(request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    if (request.url === '/frame') {
      const frame = `<iframe src="${framed.replaceAll('&', '&amp;')}"></iframe>`
      response.setHeader('content-type', 'text/html').end(`<link rel="icon" href="data:,">${frame}`)
      return true
    }
    if (request.url !== '/session/end' || request.method !== 'POST') return false
    endSessionForm = new URLSearchParams(await text(request))
    const back = `${endSessionForm.get('post_logout_redirect_uri')}?state=${endSessionForm.get('state')}`
    response.writeHead(303, { location: back }).end()
    return true
  }

  async function signIn(): Promise<{ page: Page; complaints: string[] }> {
    const page = await (await browser.newContext({ locale: 'en-GB' })).newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await page.goto(`${installation.gatehouse.baseUrl}${PATHS.login}`)
    await page.locator('[name=username]').fill('alice')
    await page.locator('[name=password]').fill('anything')
    await page.getByRole('button').click()
    await page.getByRole('heading', { name: 'Hello, Alice Archer' }).waitFor()
    return { page, complaints }
  }

  async function signOut(page: Page, where: 'here' | 'everywhere' = 'here'): Promise<void> {
    await page.goto(`${installation.gatehouse.baseUrl}${where === 'everywhere' ? '/' : PATHS.logout}`)
    if (where === 'everywhere') await page.getByRole('link', { name: 'Sign out on all devices' }).click()
    const button = where === 'everywhere' ? 'Sign out on all devices' : 'Sign out'
    await page.getByRole('button', { name: button, exact: true }).click()
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    await page.getByRole('link', { name: 'Sign in' }).waitFor()
  }

  /** The ID token's name for the session, as the provider knows it. */
  const sidOfLastForm = () => {
    const [, payload = ''] = endSessionForm?.get('id_token_hint')?.split('.') ?? []
    return JSON.parse(Buffer.from(payload, 'base64url').toString()).sid as string
  }

  it('the form of OIDC_OP_LOGOUT_USE_POST submits itself, under the content security policy of its page', async () => {
    const { page, complaints } = await signIn()
    await signOut(page)
    expect([...(endSessionForm?.keys() ?? [])]).toEqual([
      'id_token_hint',
      'client_id',
      'post_logout_redirect_uri',
      'state',
    ])
    expect(complaints).toEqual([])
    const left = await page.context().cookies(installation.gatehouse.baseUrl)
    expect(left.map(({ name, value }) => [name, value])).toEqual([['__Host-gatehouse-silent', 'signed-out']])
  })

  it('front-channel logout in a frame of the provider ends the session, though SameSite keeps the cookie away (FL8)', async () => {
    const { page, complaints } = await signIn()
    const [session] = await installation.gatehouse.query('SELECT sid_hash FROM sessions')
    expect(session?.sid_hash).not.toBeNull()
    // The same browser at the provider: the same session there, and so the same sid.
    await signOut(page)
    await page.goto(`${installation.gatehouse.baseUrl}${PATHS.login}`)
    await page.getByRole('heading', { name: 'Hello, Alice Archer' }).waitFor()
    const query = new URLSearchParams({ iss: installation.provider.issuer, sid: sidOfLastForm() })
    framed = `${installation.gatehouse.baseUrl}${PATHS.frontchannelLogout}?${query}`
    const asked = page.waitForRequest(framed)
    await page.goto(`${installation.provider.issuer}/frame`)
    expect((await (await asked).allHeaders()).cookie).toBeUndefined()
    expect(await page.frames()[1]?.title()).toBe('Gatehouse')
    expect(complaints).toEqual([])
    await page.goto(installation.gatehouse.baseUrl)
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
  })

  it('nothing else of Gatehouse can be framed, not even by the provider (A112)', async () => {
    const { page, complaints } = await signIn()
    framed = `${installation.gatehouse.baseUrl}${PATHS.logout}`
    await page.goto(`${installation.provider.issuer}/frame`)
    expect(complaints.join('\n')).toContain("frame-ancestors 'none'")
  })

  it('signing out on all devices signs out on the other one too', async () => {
    const [here, there] = [await signIn(), await signIn()]
    await signOut(here.page, 'everywhere')
    await there.page.reload()
    await there.page.getByRole('heading', { name: 'You are signed out' }).waitFor()
  })
})
