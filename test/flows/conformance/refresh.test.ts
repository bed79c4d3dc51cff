/**
 * The refresh plan of the OpenID Foundation (`oidcc-client-refreshtoken-test-plan`), at a provider that rotates refresh tokens.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Attacked, SESSION_COOKIE, startAttacked, whoIs } from '../../support/attacked.ts'
import type { Browser } from '../../support/browser.ts'
import { calls, callsAfter, expectSignedIn } from './expectations.ts'

describe('refresh plan', () => {
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({ script: inject('workerScript') })
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  /** As if the life of the access token had passed: the clock of a running Worker cannot be moved. */
  async function signedInLongAgo(): Promise<Browser> {
    const browser = await expectSignedIn(attacked)
    await letTokensExpire()
    return browser
  }

  async function letTokensExpire(): Promise<void> {
    await attacked.gatehouse.query(
      'UPDATE sessions SET created_at = created_at - 900, refreshed_at = refreshed_at - 900, refresh_not_before = 0',
    )
    attacked.provider.reset()
  }

  it('oidcc-client-test-refresh-token: the tokens are refreshed, and userinfo is asked with the new one', async () => {
    const browser = await signedInLongAgo()
    expect(await whoIs(attacked, browser)).toMatchObject({ sub: 'alice' })
    expect([calls(attacked)[0], calls(attacked).at(-1)]).toEqual(['/token', '/userinfo'])
    expect(attacked.provider.count('/token')).toBe(1)
  })

  it('oidcc-client-test-refresh-token: a refresh token that was rotated works the next time, whatever characters it ends with', async () => {
    const browser = await signedInLongAgo()
    for (let round = 0; round < 8; round += 1) {
      expect(await whoIs(attacked, browser)).toMatchObject({ sub: 'alice' })
      expect([calls(attacked)[0], calls(attacked).at(-1)]).toEqual(['/token', '/userinfo'])
      await letTokensExpire()
    }
  })

  it.each([
    ['oidcc-client-test-refresh-token-invalid-issuer', 'refresh-token-invalid-issuer'],
    ['oidcc-client-test-refresh-token-invalid-sub', 'refresh-token-invalid-sub'],
    ['a refreshed ID token for another client', 'invalid-aud'],
    ['a refreshed ID token with a corrupted signature', 'invalid-sig-rs256'],
  ] as const)('%s: the tokens are discarded, the session ends, and userinfo is not asked', async (_, fault) => {
    const browser = await signedInLongAgo()
    attacked.provider.setFault(fault)
    expect(await whoIs(attacked, browser)).toBeNull()
    expect(attacked.provider.count('/token')).toBe(1)
    expect(callsAfter(attacked, '/token').filter((path) => path !== '/jwks')).toEqual([])
    expect(await attacked.gatehouse.query('SELECT * FROM sessions')).toEqual([])
    // The provider is honest again, and still no one is signed in.
    attacked.provider.setFault(null)
    expect(browser.jar.cookiesOf(attacked.at('')).has(SESSION_COOKIE)).toBe(true)
    expect(await whoIs(attacked, browser)).toBeNull()
  })

  it.each(['idtoken-sig-none', 'alternate-alg', 'missing-sub', 'missing-aud', 'missing-exp', 'expired-exp'] as const)(
    'nothing of a refresh answer whose ID token is not one is kept, and userinfo is not asked (%s)',
    async (fault) => {
      const browser = await signedInLongAgo()
      const kept = () => attacked.gatehouse.query('SELECT sealed_tokens FROM sessions')
      const [before] = await kept()
      attacked.provider.setFault(fault)
      await whoIs(attacked, browser)
      expect(calls(attacked).filter((path) => path !== '/jwks')).toEqual(['/token'])
      for (const after of await kept()) expect(after).toEqual(before)
    },
  )

  it('userinfo about someone else ends the session, too', async () => {
    const browser = await signedInLongAgo()
    attacked.provider.setFault('userinfo-invalid-sub')
    expect(await whoIs(attacked, browser)).toBeNull()
    expect(await attacked.gatehouse.query('SELECT * FROM sessions')).toEqual([])
    expect(await attacked.gatehouse.query('SELECT subject FROM users')).toEqual([{ subject: 'alice' }])
  })
})
