/**
 * What every test of conformance expects of a sign-in that is refused, and of one that is not.
 */
import { expect, vi } from 'vitest'
import { type Attacked, SESSION_COOKIE, signIn, whoIs } from '../../support/attacked.ts'
import type { Browser, Visit } from '../../support/browser.ts'
import type { Fault } from '../../support/hostile/provider.ts'

export interface Refusal {
  readonly status?: number
  readonly code?: string | RegExp
  /** What may be called after the refused answer had come; nothing if nothing is said. */
  readonly callsAfter?: readonly string[]
}

/** The paths that were called since the last `startOver`, as the provider saw them. */
export function calls({ provider }: Attacked): string[] {
  return provider.journal.map(({ path }) => path)
}

/** What the Worker has called beyond this path. */
export function callsAfter(attacked: Attacked, path: string): string[] {
  const all = calls(attacked)
  return all.slice(all.lastIndexOf(path) + 1)
}

/** The answer of the token endpoint is refused: no call follows but, where a signature is looked at, one for keys. */
export async function expectTokensRefused(attacked: Attacked, fault: Fault, refusal: Refusal = {}): Promise<Visit> {
  attacked.provider.setFault(fault)
  const browser = attacked.browser()
  const page = await signIn(attacked, browser)
  expect(calls(attacked).filter((path) => path === '/token')).toHaveLength(1)
  const allowed = refusal.callsAfter ?? []
  expect(callsAfter(attacked, '/token').filter((path) => !allowed.includes(path))).toEqual([])
  await expectRefused(attacked, browser, page, refusal)
  return page
}

/** The answer that the browser brings is refused: no code is redeemed. */
export async function expectAnswerRefused(attacked: Attacked, fault: Fault, refusal: Refusal = {}): Promise<Visit> {
  attacked.provider.setFault(fault)
  const browser = attacked.browser()
  const page = await signIn(attacked, browser)
  const allowed = refusal.callsAfter ?? []
  expect(callsAfter(attacked, '/authorize').filter((path) => !allowed.includes(path))).toEqual([])
  await expectRefused(attacked, browser, page, refusal)
  return page
}

/** A page in plain words with a reference that finds one line of the log; no one signed in, nothing stored. */
export async function expectRefused(
  attacked: Attacked,
  browser: Browser,
  page: Visit,
  { status = 502, code = 'token_invalid' }: Refusal = {},
): Promise<void> {
  const { gatehouse, at } = attacked
  expect([new URL(page.url).origin, page.status]).toEqual([at(''), status])
  expect(page.headers.get('content-type')).toMatch(/^text\/html/)
  expect(page.headers.get('cache-control')).toContain('no-store')
  expect(page.text).toMatch(/<h1>[^<]{8,}<\/h1>/)
  expect(page.text).not.toMatch(/undefined|\bError:|\bat .*\.js|invalid_grant/)
  const [, reference = 'none'] = /Reference: ([0-9a-z]{10})/.exec(page.text) ?? []
  const [line, ...more] = await linesWith(reference, gatehouse)
  expect(more).toEqual([])
  expect(JSON.parse(line ?? '')).toMatchObject({ event: 'refused', code: expect.stringMatching(code) })
  await expectNobody(attacked, browser)
}

/** The lines of the log with a text, of which there must be one; a line may come a moment later than the answer. */
export async function linesWith(text: string, { log }: Attacked['gatehouse']): Promise<string[]> {
  const lines = () => log.filter((line) => line.includes(text))
  await vi.waitFor(() => expect(lines(), `log lines with ${text}`).not.toEqual([]))
  return lines()
}

export async function expectNobody({ gatehouse, at }: Attacked, browser: Browser): Promise<void> {
  expect(browser.jar.cookiesOf(at('')).has(SESSION_COOKIE)).toBe(false)
  expect(browser.jar.received.filter(({ refused }) => refused !== null)).toEqual([])
  expect(await gatehouse.query('SELECT * FROM users')).toEqual([])
  expect(await gatehouse.query('SELECT * FROM sessions')).toEqual([])
}

/** Someone signs in, whatever the fault, and the provider was asked who it is at the very end. */
export async function expectSignedIn(attacked: Attacked, fault: Fault | null = null): Promise<Browser> {
  attacked.provider.setFault(fault)
  const browser = attacked.browser()
  const page = await signIn(attacked, browser)
  expect(page.text).not.toContain('Reference: ')
  expect([page.url, page.status]).toEqual([attacked.at('/'), 200])
  expect(calls(attacked).at(-1)).toBe('/userinfo')
  expect(await whoIs(attacked, browser)).toMatchObject({ sub: 'alice', email: 'alice@example.org' })
  expect(browser.jar.received.filter(({ refused }) => refused !== null)).toEqual([])
  return browser
}
