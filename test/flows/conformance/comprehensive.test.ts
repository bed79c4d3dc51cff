/**
 * What the comprehensive plan of the OpenID Foundation (`oidcc-client-test-plan`) has for the code flow beyond the certified plans.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest'
import { type Attacked, startAttacked } from '../../support/attacked.ts'
import { calls, expectSignedIn, expectTokensRefused } from './expectations.ts'

const script = inject('workerScript')

describe('comprehensive plan', () => {
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({ script })
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  it('oidcc-client-test-userinfo-bearer-header: the access token comes in the Authorization header and nowhere else', async () => {
    await expectSignedIn(attacked)
    expect(attacked.provider.journal.at(-1)).toEqual({ method: 'GET', path: '/userinfo', parameters: [] })
  })

  it('oidcc-client-test-missing-aud: an ID token for no one is refused', async () => {
    await expectTokensRefused(attacked, 'missing-aud', { code: /^(token_invalid|provider_error)$/ })
  })

  it('oidcc-client-test-userinfo-signed: signed userinfo is accepted', async () => {
    await expectSignedIn(attacked, 'userinfo-signed')
  })

  it.each([
    ['oidcc-client-test-userinfo-signed: with a corrupted signature', 'userinfo-signed-invalid-sig'],
    ['oidcc-client-test-userinfo-signed: about someone else', 'userinfo-signed-invalid-sub'],
    ['oidcc-client-test-userinfo-signed: of another issuer', 'userinfo-signed-invalid-iss'],
    ['oidcc-client-test-userinfo-signed: for another client', 'userinfo-signed-invalid-aud'],
  ] as const)('%s it is refused', async (_, fault) => {
    await expectTokensRefused(attacked, fault, { callsAfter: ['/userinfo', '/jwks'] })
    expect(attacked.provider.count('/userinfo')).toBe(1)
  })

  it.each([
    ['oidcc-client-test-aggregated-claims', 'aggregated-claims'],
    ['oidcc-client-test-distributed-claims', 'distributed-claims'],
  ] as const)('%s: such claims are left alone, and no one is asked for them', async (_, fault) => {
    await expectSignedIn(attacked, fault)
    expect(calls(attacked).filter((path) => path.includes('claims'))).toEqual([])
  })

  it.each([
    'sig-by-key-in-header',
    'sig-by-stranger-at-jku',
    'sig-hs256-with-public-key',
    'sig-hs256',
    'invalid-sig-es256',
    'invalid-sig-hs256',
  ] as const)('a signature that the settings do not know is refused (%s)', async (fault) => {
    // A key id that is not known, and keys that were asked for a moment ago, is no verdict but a refusal all the same.
    const code = fault === 'sig-by-stranger-at-jku' ? 'token_invalid|provider_unreachable' : 'token_invalid'
    await expectTokensRefused(attacked, fault, { callsAfter: ['/jwks'], code })
    expect(calls(attacked).filter((path) => path.includes('://'))).toEqual([])
  })
})

describe('comprehensive plan, with OIDC_RP_SIGN_ALGO=ES256', () => {
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({ script, settings: { OIDC_RP_SIGN_ALGO: 'ES256' } })
    attacked.provider.setSigningAlgorithm('ES256')
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  it('oidcc-client-test-invalid-sig-es256: a corrupted ES256 signature is refused', async () => {
    await expectTokensRefused(attacked, 'invalid-sig-es256', { callsAfter: ['/jwks'] })
  })

  it('oidcc-client-test-invalid-sig-es256: a good one is accepted', async () => {
    await expectSignedIn(attacked)
  })
})

describe('comprehensive plan, with OIDC_RP_SIGN_ALGO=HS256', () => {
  let attacked: Attacked
  beforeAll(async () => {
    attacked = await startAttacked({ script, settings: { OIDC_RP_SIGN_ALGO: 'HS256' } })
  })
  afterAll(() => attacked.stop())
  beforeEach(() => attacked.startOver())

  it('oidcc-client-test-invalid-sig-hs256: a corrupted HS256 signature is refused', async () => {
    await expectTokensRefused(attacked, 'invalid-sig-hs256', { callsAfter: ['/jwks'] })
  })

  it('oidcc-client-test-invalid-sig-hs256: a good one is accepted', async () => {
    await expectSignedIn(attacked, 'sig-hs256')
  })

  it('oidcc-client-test-invalid-sig-hs256: one keyed with a public key is refused', async () => {
    await expectTokensRefused(attacked, 'sig-hs256-with-public-key', { callsAfter: ['/jwks'] })
  })
})

it.each(['jwks-with-shared-secret', 'jwks-with-unreadable-keys', 'jwks-with-non-objects'] as const)(
  'keys that cannot be used are passed over (%s)',
  async (fault) => {
    const attacked = await startAttacked({ script })
    try {
      await expectSignedIn(attacked, fault)
    } finally {
      await attacked.stop()
    }
  },
)

it('a key that is published for encryption verifies nothing, though nothing but its use says so', async () => {
  const attacked = await startAttacked({ script })
  try {
    await expectTokensRefused(attacked, 'sig-by-encryption-key', { callsAfter: ['/jwks'] })
  } finally {
    await attacked.stop()
  }
})
