/**
 * Two real providers and a person with a real browser, who chooses once and is remembered.
 */

import { randomBytes } from 'node:crypto'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { type RunningProvider, startProvider } from '../../dev/provider/provider.ts'
import { isWithoutChromium, launchChromium, picture } from '../support/chromium.ts'
import { freePort, type RunningGatehouse, startGatehouse } from '../support/gatehouse.ts'
import { PATHS } from '../support/paths.ts'

describe.skipIf(isWithoutChromium)('in Chromium, with two providers', () => {
  let browser: Browser
  let gatehouse: RunningGatehouse
  let providers: RunningProvider[]

  beforeAll(async () => {
    const port = await freePort()
    const baseUrl = `http://localhost:${port}`
    const secrets = [randomBytes(24).toString('base64url'), randomBytes(24).toString('base64url')] as const
    const partnerCallback = `${baseUrl}${PATHS.callback}partner/`
    providers = await Promise.all([
      startProvider({ port: 0, relyingParty: { clientId: 'gatehouse', clientSecret: secrets[0], baseUrl } }),
      startProvider({
        port: 0,
        // Another site than the first, so that their cookies do not mix.
        host: '127.0.0.2',
        relyingParty: { clientId: 'gatehouse', clientSecret: secrets[1], baseUrl },
        customize: (configuration) => ({
          ...configuration,
          clients: (configuration.clients ?? []).map((client) =>
            client.client_id === 'gatehouse' ? { ...client, redirect_uris: [partnerCallback] } : client,
          ),
        }),
      }),
    ])
    gatehouse = await startGatehouse({
      port,
      script: inject('workerScript'),
      settings: {
        GATEHOUSE_SECRET: randomBytes(32).toString('base64url'),
        OIDC_PROVIDERS: JSON.stringify([
          { id: 'own', name: 'Example Ministry', url: providers[0]?.issuer, client_id: 'gatehouse' },
          { id: 'partner', name: 'Partner Agency', url: providers[1]?.issuer, client_id: 'gatehouse' },
        ]),
        OIDC_PROVIDERS_OWN_CLIENT_SECRET: secrets[0],
        OIDC_PROVIDERS_PARTNER_CLIENT_SECRET: secrets[1],
      },
    })
    browser = await launchChromium()
  })
  afterAll(async () => {
    await browser?.close()
    await gatehouse?.stop()
    await Promise.all((providers ?? []).map((provider) => provider.stop()))
  })

  it('someone chooses one, signs in there, is not asked the next time, and can still choose otherwise', async () => {
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 880, height: 560 } })
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await page.goto(`${gatehouse.baseUrl}/`)
    await page.getByRole('link', { name: 'Sign in', exact: true }).click()
    await page.getByRole('heading', { name: 'How do you want to sign in?' }).waitFor()
    await picture(page, 'choose')
    await page.getByRole('link', { name: 'Partner Agency' }).click()
    await page.locator('[name=username]').fill('alice')
    await page.locator('[name=password]').fill('anything')
    await page.getByRole('button').click()
    await page.getByRole('heading', { name: 'Hello, Alice Archer' }).waitFor()

    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    await page.getByRole('link', { name: 'Sign in', exact: true }).click()
    await page.locator('[name=username]').waitFor()
    expect(new URL(page.url()).origin).toBe(providers[1]?.issuer)

    await page.goto(`${gatehouse.baseUrl}/`)
    await page.getByRole('link', { name: 'Sign in another way' }).click()
    await page.getByRole('link', { name: 'Example Ministry' }).click()
    await page.locator('[name=username]').waitFor()
    expect(new URL(page.url()).origin).toBe(providers[0]?.issuer)
    expect(complaints).toEqual([])
  })
})
