/**
 * The plan of the OpenID Foundation for RP-initiated logout (`oidcc-client-rp-initiated-logout-rp-basic`).
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { type Attacked, signOut, startAttacked, whoIs } from '../../support/attacked.ts'
import { PATHS } from '../../support/paths.ts'
import { calls, expectNobody, expectSignedIn } from './expectations.ts'

describe('RP-initiated logout', () => {
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({
      script: inject('workerScript'),
      tells: 'back channel',
      // Whoever is signed out is asked for nothing, and stays at home.
      settings: { FRONTEND_IS_SILENT_LOGIN_ENABLED: 'false' },
    })
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  const returnedOtherwise = () =>
    attacked.gatehouse.log.filter((line) => line.includes('"sign_out_returned_otherwise"'))

  it('oidcc-client-test-rp-init-logout: signs out at the provider with a hint, is notified, and lands at home', async () => {
    const browser = await expectSignedIn(attacked)
    attacked.provider.reset()
    const before = returnedOtherwise().length
    const page = await signOut(attacked, browser)
    expect([page.url, page.status]).toEqual([attacked.at('/'), 200])
    expect(attacked.provider.journal.filter(({ path }) => path === '/end-session')).toEqual([
      {
        method: 'GET',
        path: '/end-session',
        parameters: ['id_token_hint', 'client_id', 'post_logout_redirect_uri', 'state'],
      },
    ])
    expect(attacked.provider.notices.map(({ status }) => status)).toEqual([200])
    expect(page.path.some((url) => url.startsWith(`${attacked.at(PATHS.logoutCallback)}?state=`))).toBe(true)
    expect(returnedOtherwise().length).toBe(before)
    expect(await whoIs(attacked, browser)).toBeNull()
    expect(await attacked.gatehouse.query('SELECT * FROM sessions')).toEqual([])
    // Only the mark that keeps silent sign-ins away until the person asks.
    expect([...browser.jar.cookiesOf(attacked.at(''))]).toEqual([['__Host-gatehouse-silent', 'signed-out']])
  })

  it.each([
    ['oidcc-client-test-rp-init-logout-other-state', 'rp-init-logout-other-state'],
    ['oidcc-client-test-rp-init-logout-no-state', 'rp-init-logout-no-state'],
  ] as const)('%s: the visitor is signed out and lands at home, and the log has a line', async (_, fault) => {
    const browser = await expectSignedIn(attacked)
    attacked.provider.setFault(fault)
    const before = returnedOtherwise().length
    const page = await signOut(attacked, browser)
    expect([page.url, page.status]).toEqual([attacked.at('/'), 200])
    await vi.waitFor(() => expect(returnedOtherwise().length - before).toBe(1))
    expect(await whoIs(attacked, browser)).toBeNull()
    expect(await attacked.gatehouse.query('SELECT * FROM sessions')).toEqual([])
  })

  it('a way back that no one asked for signs no one out', async () => {
    const browser = await expectSignedIn(attacked)
    const page = await browser.open(attacked.at(`${PATHS.logoutCallback}?state=forged`), {
      from: `${attacked.provider.issuer}/evil`,
    })
    expect(page.url).toBe(attacked.at('/'))
    expect(await whoIs(attacked, browser)).toMatchObject({ sub: 'alice' })
  })

  it('a form of another site signs no one out, and the provider hears nothing', async () => {
    const browser = await expectSignedIn(attacked)
    attacked.provider.reset()
    const form = { action: attacked.at(PATHS.logout), fields: {}, from: `${attacked.provider.issuer}/evil` }
    await browser.submit(form)
    expect(await whoIs(attacked, browser)).toMatchObject({ sub: 'alice' })
    expect(calls(attacked)).toEqual([])
  })

  it('a visitor who is not signed in is not sent to the provider', async () => {
    const browser = attacked.browser()
    expect((await browser.open(attacked.at(PATHS.logout))).url).toBe(attacked.at('/'))
    expect(calls(attacked)).toEqual([])
    await expectNobody(attacked, browser)
  })
})
