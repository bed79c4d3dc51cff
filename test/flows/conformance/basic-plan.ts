/**
 * The modules of the basic plan, which hold for every way in which the answer of the provider may travel.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Attacked, type AttackedOptions, startAttacked } from '../../support/attacked.ts'
import { PATHS } from '../../support/paths.ts'
import { calls, expectSignedIn, expectTokensRefused } from './expectations.ts'

type Settings = NonNullable<AttackedOptions['settings']>

/** @see specs/rp-test-modules.md, section 1, column "plans", letter B */
export function describeBasicPlan(title: string, settings: Settings): void {
  const script = inject('workerScript')

  describe(title, () => {
    let attacked: Attacked
    beforeAll(async () => {
      attacked = await startAttacked({ script, settings })
    })
    afterAll(() => attacked.stop())
    beforeEach(() => attacked.startOver())

    it('oidcc-client-test: a sign-in asks as it should and ends with userinfo', async () => {
      const browser = await expectSignedIn(attacked)
      const { journal } = attacked.provider
      const authorize = journal.find(({ path }) => path === '/authorize')
      expect(authorize?.parameters).toEqual(
        expect.arrayContaining(['nonce', 'state', 'code_challenge', 'redirect_uri']),
      )
      expect(new Set(authorize?.parameters).size).toBe(authorize?.parameters.length)
      // The token travels in the header alone, and nothing but its keys is asked of the provider afterwards.
      expect(journal.at(-1)).toEqual({ method: 'GET', path: '/userinfo', parameters: [] })
      expect(browser.jar.cookiesOf(attacked.at('')).size).toBe(1)
    })

    it('oidcc-client-test: the nonce of every sign-in is another one, long, and of harmless characters', async () => {
      const nonces = await Promise.all(
        [1, 2, 3].map(async () => {
          const { next } = await attacked.browser().open(attacked.at(PATHS.login), { stopBefore: '/authorize' })
          return new URL(next ?? '').searchParams.get('nonce') ?? ''
        }),
      )
      expect(new Set(nonces).size).toBe(3)
      for (const nonce of nonces) expect(nonce).toMatch(/^[\w-]{22,128}$/)
    })

    it('oidcc-client-test-scope-userinfo-claims: asks for profile and email, and userinfo is what it believes', async () => {
      attacked.provider.setPerson({
        sub: 'alice',
        email: 'alice@example.org',
        given_name: 'Alice',
        family_name: 'Archer',
      })
      const { next } = await attacked.browser().open(attacked.at(PATHS.login), { stopBefore: '/authorize' })
      expect(new URL(next ?? '').searchParams.get('scope')?.split(' ')).toEqual(['openid', 'email', 'profile'])
      await expectSignedIn(attacked)
      expect(await attacked.gatehouse.query('SELECT given_name, family_name FROM users')).toEqual([
        { given_name: 'Alice', family_name: 'Archer' },
      ])
    })

    it('oidcc-client-test-idtoken-sig-rs256: RS256 is accepted', async () => {
      await expectSignedIn(attacked)
    })

    it('oidcc-client-test-idtoken-sig-none: an unsigned ID token is refused', async () => {
      await expectTokensRefused(attacked, 'idtoken-sig-none')
    })

    it('oidcc-client-test-invalid-iss: the ID token of another issuer is refused', async () => {
      await expectTokensRefused(attacked, 'invalid-iss')
    })

    it('oidcc-client-test-invalid-aud: an ID token for another client is refused', async () => {
      await expectTokensRefused(attacked, 'invalid-aud')
    })

    it('oidcc-client-test-missing-sub: an ID token about no one is refused', async () => {
      await expectTokensRefused(attacked, 'missing-sub', { code: /^(token_invalid|provider_error)$/ })
    })

    it('oidcc-client-test-missing-iat: an ID token that does not say when it was issued is refused', async () => {
      await expectTokensRefused(attacked, 'missing-iat', { code: /^(token_invalid|provider_error)$/ })
    })

    it('oidcc-client-test-nonce-invalid: the answer to another question is refused', async () => {
      await expectTokensRefused(attacked, 'nonce-invalid')
    })

    it('oidcc-client-test-invalid-sig-rs256: a corrupted RS256 signature is refused', async () => {
      await expectTokensRefused(attacked, 'invalid-sig-rs256', { callsAfter: ['/jwks'] })
    })

    it('oidcc-client-test-userinfo-invalid-sub: userinfo about someone else is refused, and nothing of it is kept', async () => {
      await expectTokensRefused(attacked, 'userinfo-invalid-sub', { callsAfter: ['/jwks', '/userinfo'] })
      expect(calls(attacked).filter((path) => path === '/userinfo')).toHaveLength(1)
      expect(calls(attacked).at(-1)).toBe('/userinfo')
    })
  })

  describe(`${title}, with a provider that takes client_secret_basic alone`, () => {
    let attacked: Attacked
    beforeAll(async () => {
      attacked = await startAttacked({ script, settings, offers: { clientAuthentication: 'client_secret_basic' } })
    })
    afterAll(() => attacked.stop())

    it('oidcc-client-test-client-secret-basic: id and secret come in the Authorization header, percent-encoded', async () => {
      await expectSignedIn(attacked)
      const [token] = attacked.provider.journal.filter(({ path }) => path === '/token')
      expect(token?.parameters).not.toContain('client_secret')
    })
  })

  describe(`${title}, with keys that have no id`, () => {
    it.each([
      ['oidcc-client-test-kid-absent-single-jwks', 'kid-absent-single-jwks'],
      ['oidcc-client-test-kid-absent-multiple-jwks', 'kid-absent-multiple-jwks'],
    ] as const)('%s: the key that fits is found', async (_, fault) => {
      const attacked = await startAttacked({ script, settings })
      try {
        await expectSignedIn(attacked, fault)
      } finally {
        await attacked.stop()
      }
    })
  })
}
