/**
 * What the FAPI 2.0 plans of the OpenID Foundation (`fapi2-*-final-client-test-plan`) add to the OpenID Connect ones, and JARM with its own Worker.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Attacked, startAttacked, whoIs } from '../../support/attacked.ts'
import { PATHS } from '../../support/paths.ts'
import { calls, expectAnswerRefused, expectSignedIn, expectTokensRefused } from './expectations.ts'

const script = inject('workerScript')

describe('FAPI 2.0', () => {
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({ script })
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  describe('an answer in the browser', () => {
    it.each([
      ['with the iss of another provider', 'callback-iss-wrong'],
      ['with an iss that has a slash too many', 'callback-iss-with-slash'],
      ['whose iss was removed', 'callback-iss-missing'],
      ['that is an error of another provider', 'access-denied-by-another-issuer'],
    ] as const)('%s is refused before its code is used', async (_, fault) => {
      await expectAnswerRefused(attacked, fault)
    })

    it.each([
      ['changed', 'state-changed'],
      ['dropped', 'state-dropped'],
    ] as const)('whose state was %s belongs to no sign-in, so the page says to start again', async (_, fault) => {
      const page = await expectAnswerRefused(attacked, fault, { status: 400, code: 'state_unknown' })
      expect(page.text).toContain(`href="${PATHS.login}"`)
    })
  })

  describe('an ID token', () => {
    it.each([
      ['without iss', 'missing-iss', /^(token_invalid|provider_error)$/],
      ['without exp', 'missing-exp', /^(token_invalid|provider_error)$/],
      ['without nonce', 'missing-nonce', 'token_invalid'],
      ['that has expired', 'expired-exp', 'clock_skew'],
      ['for another client as well', 'secondary-aud', 'token_invalid'],
      ['issued to another client', 'azp-other', 'token_invalid'],
      ['with another algorithm, by a published key', 'alternate-alg', 'token_invalid'],
      ['with no algorithm', 'idtoken-sig-none', 'token_invalid'],
      ['with no algorithm, spelt otherwise', 'idtoken-sig-none-other-case', 'token_invalid'],
    ] as const)('%s is refused', async (_, fault, code) => {
      await expectTokensRefused(attacked, fault, { code, callsAfter: ['/jwks'] })
    })

    it('for a list of this client alone is accepted', async () => {
      await expectSignedIn(attacked, 'aud-one-element-array')
    })
  })

  it.each([
    ['without expires_in', 'no-expires-in'],
    ['with its token_type in another case', 'token-type-other-case'],
    ['without scope', 'no-scope'],
  ] as const)('a token answer %s is accepted', async (_, fault) => {
    await expectSignedIn(attacked, fault)
  })
})

describe('FAPI 2.0, with a provider that wants pushed requests and a nonce in each proof', () => {
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({
      script,
      settings: { OIDC_USE_DPOP: 'true' },
      offers: { requiresPar: true, dpop: 'with nonce' },
    })
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  it('the browser carries nothing but the client id and a reference (PAR)', async () => {
    await expectSignedIn(attacked)
    const [authorize] = attacked.provider.journal.filter(({ path }) => path === '/authorize')
    expect(authorize?.parameters).toEqual(['client_id', 'request_uri'])
    expect(attacked.provider.count('/par')).toBe(1)
  })

  it('a nonce that is wanted is sent on the second try, and the code is not spent by the first', async () => {
    const other = await startAttacked({
      script,
      settings: { OIDC_USE_DPOP: 'true' },
      offers: { dpop: 'with nonce' },
    })
    try {
      await expectSignedIn(other)
      // The resource names its scheme in another case than the token endpoint did, and is understood.
      expect([other.provider.count('/token'), other.provider.count('/userinfo')]).toEqual([2, 2])
    } finally {
      await other.stop()
    }
  })

  it('a refresh proves the same key as the sign-in', async () => {
    const browser = await expectSignedIn(attacked)
    await attacked.gatehouse.query(
      'UPDATE sessions SET created_at = created_at - 900, refreshed_at = refreshed_at - 900, refresh_not_before = 0',
    )
    attacked.provider.reset()
    expect(await whoIs(attacked, browser)).toMatchObject({ sub: 'alice' })
    expect(calls(attacked).at(-1)).toBe('/userinfo')
  })

  it('an ID token of another issuer is refused as always', async () => {
    attacked.provider.setFault('invalid-iss')
    const page = await attacked.browser().open(attacked.at(PATHS.login))
    expect(page.status).toBe(502)
    expect(attacked.provider.count('/userinfo')).toBe(0)
  })
})

describe('FAPI 2.0, with a provider that wants a proof without a nonce', () => {
  it('someone signs in with one call each', async () => {
    const attacked = await startAttacked({
      script,
      settings: { OIDC_USE_DPOP: 'true' },
      offers: { dpop: 'without nonce' },
    })
    try {
      await expectSignedIn(attacked)
      expect([attacked.provider.count('/token'), attacked.provider.count('/userinfo')]).toEqual([1, 1])
    } finally {
      await attacked.stop()
    }
  })
})

describe('FAPI 2.0, with a provider that binds no token to the key that it is shown', () => {
  it('the tokens are refused', async () => {
    const attacked = await startAttacked({ script, settings: { OIDC_USE_DPOP: 'true' } })
    try {
      // Nothing else is wrong.
      await expectTokensRefused(attacked, 'typ-jwt')
    } finally {
      await attacked.stop()
    }
  })
})

describe('FAPI 2.0 message signing: a signed answer (JARM)', () => {
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({ script, settings: { OIDC_RESPONSE_MODE: 'query.jwt' } })
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  it('is accepted, and the address has nothing but it', async () => {
    await expectSignedIn(attacked)
    const { next } = await attacked.browser().open(attacked.at(PATHS.login), { stopBefore: PATHS.callback })
    expect([...new URL(next ?? '').searchParams.keys()]).toEqual(['response'])
  })

  it.each([
    ['without iss', 'jarm-missing-iss'],
    ['of another issuer', 'jarm-invalid-iss'],
    ['for no one', 'jarm-missing-aud'],
    ['for another client', 'jarm-invalid-aud'],
    ['without exp', 'jarm-missing-exp'],
    ['that has expired', 'jarm-expired-exp'],
    ['with a corrupted signature', 'jarm-invalid-sig-rs256'],
    ['that is not signed', 'jarm-idtoken-sig-none'],
  ] as const)('%s is refused before its code is used', async (_, fault) => {
    await expectAnswerRefused(attacked, fault, { callsAfter: ['/jwks'] })
  })
})
