/**
 * The plan of the OpenID Foundation for sign-ins that someone else starts (`oidcc-client-test-3rd-party-init-login-test-plan`).
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Attacked, startAttacked, whoIs } from '../../support/attacked.ts'
import { PATHS } from '../../support/paths.ts'
import { calls, expectRefused } from './expectations.ts'

describe('third-party-initiated login', () => {
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({ script: inject('workerScript') })
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  /** A link on a page of the provider. */
  const follow = (fields: Readonly<Record<string, string>>) => {
    const browser = attacked.browser()
    const url = `${attacked.at(PATHS.initiateLogin)}?${new URLSearchParams(fields)}`
    return { browser, arrival: browser.open(url, { from: `${attacked.provider.issuer}/portal` }) }
  }

  it('oidcc-client-test-3rd-party-init-login: a link of the provider starts a sign-in there and finishes it', async () => {
    const { browser, arrival } = follow({ iss: attacked.provider.issuer, login_hint: 'alice' })
    expect((await arrival).url).toBe(attacked.at('/'))
    expect(await whoIs(attacked, browser)).toMatchObject({ sub: 'alice' })
    const [authorize] = attacked.provider.journal.filter(({ path }) => path === '/authorize')
    expect(authorize?.parameters).toContain('login_hint')
    expect(calls(attacked).at(-1)).toBe('/userinfo')
  })

  it('oidcc-client-test-3rd-party-init-login: so does a form of the provider', async () => {
    const browser = attacked.browser()
    const page = await browser.submit({
      action: attacked.at(PATHS.initiateLogin),
      fields: { iss: attacked.provider.issuer },
      from: `${attacked.provider.issuer}/portal`,
    })
    expect([page.url, page.status]).toEqual([attacked.at('/'), 200])
    expect(await whoIs(attacked, browser)).toMatchObject({ sub: 'alice' })
  })

  it('oidcc-client-test-3rd-party-init-login: a target on this host is where the visitor ends', async () => {
    const target = attacked.at('/ping')
    const { arrival } = follow({ iss: attacked.provider.issuer, target_link_uri: target })
    expect((await arrival).url).toBe(target)
  })

  it('oidcc-client-test-3rd-party-init-login: a target elsewhere is not', async () => {
    const { arrival } = follow({ iss: attacked.provider.issuer, target_link_uri: 'https://evil.example/' })
    expect((await arrival).url).toBe(attacked.at('/'))
  })

  it.each([
    ['another', 'https://evil.example'],
    ['the same with a slash', '/'],
    ['none', ''],
  ])('a sign-in at %s issuer is not begun', async (name, issuer) => {
    const iss = name === 'the same with a slash' ? `${attacked.provider.issuer}/` : issuer
    const { browser, arrival } = follow({ iss })
    await expectRefused(attacked, browser, await arrival, { status: 400, code: 'invalid_request' })
    expect(calls(attacked)).toEqual([])
  })
})
