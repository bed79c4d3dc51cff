/**
 * Pages that take a fault or a choice to be seen, in a real browser: every refusal, the choice of a provider, the sign-out there, an app with its new
 * secret, a sync that has stopped. They are made by the functions that make them for the Worker, and have its style and its policy.
 */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { AppRecord } from '../../src/accounts/app-registry.ts'
import { appPage } from '../../src/pages/admin/app.tsx'
import { overviewPage } from '../../src/pages/admin/overview.tsx'
import { type Brand, brandStyle } from '../../src/pages/brand.ts'
import { chooserPage } from '../../src/pages/chooser.tsx'
import { failurePage } from '../../src/pages/failure.tsx'
import { LANGUAGE_NAMES, type Language, languageFor } from '../../src/pages/language.ts'
import type { Page as Html } from '../../src/pages/layout.tsx'
import { signedOutHerePage, signOutAtProviderPage } from '../../src/pages/sign-out-at-provider.tsx'
import { STYLE } from '../../src/pages/style.ts'
import { REASONS } from '../../src/reasons.ts'
import { problemsOn } from '../support/accessibility.ts'
import { isWithoutChromium, launchChromium, screen } from '../support/chromium.ts'

const SITE = 'https://gate.example.com'
const POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"

const BRAND: Brand = {
  brandName: 'Ministry of Meetings',
  brandLogo: undefined,
  brandColor: '#e0b000',
  supportUrl: 'https://help.example.org/',
  imprintUrl: 'https://example.org/imprint',
}

function languageOf(tag: string): Language {
  const others = LANGUAGE_NAMES.map(([one, name]) => ({ tag: one, name, href: '/', isCurrent: one === tag }))
  return { ...languageFor(tag), others, brand: BRAND }
}

const APP: AppRecord = {
  clientId: 'app_b7l2y_UTGwwooTnW',
  name: 'Meet',
  audiences: ['https://api.example.org/with/an/address/that/is/long'],
  clients: ['frontend'],
  hasSessions: true,
  claims: ['email', 'profile'],
  introspectionSignedResponseAlg: 'RS256',
  hasSecret: true,
  hasFormerSecret: true,
  createdAt: 1_700_000_000,
  disabledAt: 1_700_000_000,
}
const LINKS = [{ href: '/admin/', label: 'Administration', isCurrent: true }]
const CHANGE = { action: '/admin/app/', csrfToken: 'x'.repeat(43) }
const STOPPED = {
  providerId: 'default',
  position: 0,
  ranAt: 1_700_000_000,
  completedAt: 1_700_000_000,
  lookedAt: 300,
  toDisable: 299,
  stoppedAt: 1_700_000_000,
  isConfirmed: false,
  failure: 'provider_unreachable: no_answer',
}

/** Each with its name, for a list of what is wrong and for the pictures. */
function pagesIn(language: Language): readonly (readonly [name: string, page: Html])[] {
  const choices = [
    { name: 'ProConnect', href: '/1', isProConnect: true },
    { name: 'Microsoft 365 of the whole organisation', href: '/2', isProConnect: false },
  ]
  const app = { links: LINKS, app: APP, change: CHANGE, credential: null, tested: null }
  const credential = { clientId: APP.clientId, secret: 'N-bFzOEJQb41BO1LqsheNmhxRm8wwwiWu5dOo99uJXM' }
  const tested = { answer: '{\n  "active": false\n}', reason: 'the token has expired' }
  return [
    ['choose-provider', chooserPage(language, choices)],
    [
      'sign-out-at-provider',
      signOutAtProviderPage(language, { endpoint: 'https://idp.example/', parameters: { a: 'b' } }),
    ],
    ['signed-out-here', signedOutHerePage(language, '/')],
    ['app-secret', appPage(language, { ...app, credential })],
    ['app-test', appPage(language, { ...app, tested })],
    [
      'sync-stopped',
      overviewPage(language, {
        links: LINKS,
        entries: ['default:ada', 'default:ops'],
        settings: 'GATEHOUSE_ADMINS, GATEHOUSE_ADMIN_GROUPS',
        syncs: [
          { providerId: 'default', name: 'Keycloak', state: STOPPED },
          { providerId: 'other', name: 'Other', state: null },
        ],
        change: CHANGE,
      }),
    ],
  ]
}

type Code = keyof typeof REASONS

function refusalsIn(language: Language): readonly (readonly [name: string, page: Html])[] {
  const paths = { loginPath: '/api/v1.0/authenticate/', homePath: '/', reference: '0123456789' }
  const codes = Object.keys(REASONS) as readonly Code[] // the keys of an object of ours
  const ofCodes = codes.map((code) => {
    const missing = code === 'claims_missing' ? ['email', 'given_name'] : []
    return [code, failurePage(language, { ...paths, code, reason: REASONS[code][0], missing })] as const
  })
  const denied = { ...paths, code: 'access_denied', missing: [] } as const
  return [
    ...ofCodes,
    ['not_allowed', failurePage(language, { ...denied, reason: 'not_allowed' })],
    ['refused', failurePage(language, { ...denied, reason: 'refused_by_provider' })],
    [
      'set_up_wrong',
      failurePage(language, { ...denied, code: 'provider_error', reason: 'issuer_mismatch', isSetUpWrong: true }),
    ],
  ]
}

describe.skipIf(isWithoutChromium)('in Chromium, pages that are rarely seen', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await launchChromium()
  })
  afterAll(() => browser?.close())

  it.each([
    ['en', 'light', 1000],
    ['en', 'dark', 1000],
    ['fr', 'light', 390],
    ['fr', 'dark', 1000],
    ['de', 'light', 1000],
    ['de', 'dark', 390],
  ] as const)('keep no one out, in %s, %s, %i pixels wide', async (tag, colorScheme, width) => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height: 640 } })
    const page = await context.newPage()
    const language = languageOf(tag)
    const pages = pagesIn(language)
    const html = new Map(
      await Promise.all(
        [...pages, ...refusalsIn(language)].map(async ([name, one]) => [name, String(await one)] as const),
      ),
    )
    await page.route(`${SITE}/**`, (route) => {
      const { pathname } = new URL(route.request().url())
      const style = { contentType: 'text/css', body: STYLE + brandStyle(BRAND) }
      const headers = { 'content-security-policy': POLICY, 'content-type': 'text/html; charset=utf-8' }
      const body = html.get(pathname.slice(1))
      return route.fulfill(
        pathname === '/gatehouse.css' ? style : body === undefined ? { status: 404 } : { headers, body },
      )
    })
    const problems: string[] = []
    for (const name of html.keys()) {
      await page.goto(`${SITE}/${name}`)
      problems.push(...(await problemsOn(page, name, tag)))
      const isPictured = tag === 'en' && pages.some(([one]) => one === name)
      if (isPictured) await screen(page, `${name}-${colorScheme}`)
    }
    await context.close()
    expect(problems).toEqual([])
    expect(html.size).toBeGreaterThan(30)
  })
})
