/**
 * What is kept of a refused sign-in, and how it is explained.
 */
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { isKept, type Refusal, refusalFinding, refusalOf } from '../../src/diagnosis/refusals.ts'
import { GatehouseError } from '../../src/errors.ts'

const { config } = loadConfig({
  BASE_URL: 'https://login.example.org',
  GATEHOUSE_SECRET: 'a-secret-of-gatehouse-of-32-bytes-or-more',
  OIDC_OP_URL: 'https://id.example.org/realms/main',
  OIDC_RP_CLIENT_ID: 'gatehouse',
  OIDC_RP_CLIENT_SECRET: 'secret',
})
const [keycloak] = config.providers

const refusal = (more: Partial<Refusal>): Refusal => ({
  at: 1_700_000_000,
  providerId: 'default',
  reference: 'abc',
  code: 'provider_error',
  reason: 'the token answer of the provider was refused',
  place: null,
  status: null,
  error: null,
  description: null,
  ...more,
})

describe('what is kept', () => {
  it('is our sentence, the words of the provider, and where it said them', () => {
    const error = new GatehouseError('provider_error', 'the token answer of the provider was refused', {
      detail: { provider_place: 'token', provider_status: 401, provider_error: 'invalid_client', hint: 'x' },
    })
    expect(refusalOf(error, 'default', 'abc', 5)).toEqual(
      refusal({ at: 5, place: 'token', status: 401, error: 'invalid_client' }),
    )
  })

  it('is no address, no token, and not long', () => {
    const token = `eyJ${'a'.repeat(40)}.${'b'.repeat(50)}.c`
    const error = new GatehouseError('provider_error', `eve@example.org has ${token} ${'long '.repeat(200)}`, {
      detail: { provider_error: 'x', provider_description: `for eve@example.org ${token}` },
    })
    const kept = refusalOf(error, 'default', 'abc', 5)
    expect(JSON.stringify(kept)).not.toMatch(/eve|eyJ|aaaa|bbbb/)
    expect(kept.reason.length).toBeLessThanOrEqual(300)
  })

  it('names the claims that are missing, which are names', () => {
    const error = new GatehouseError('claims_missing', 'not enough', { missing: ['email', 'given_name'] })
    expect(refusalOf(error, 'default', 'abc', 5).reason).toBe('not enough; missing: email, given_name')
  })

  it.each(['state_unknown', 'invalid_request', 'csrf_refused', 'store_unavailable', 'internal'] as const)(
    'is nothing of %s',
    (code) => {
      expect(isKept(new GatehouseError(code, 'x'))).toBe(false)
    },
  )

  it.each(['provider_error', 'provider_unreachable', 'token_invalid', 'clock_skew', 'claims_missing'] as const)(
    'is %s',
    (code) => {
      expect(isKept(new GatehouseError(code, 'x'))).toBe(true)
    },
  )
})

describe('what is said of it', () => {
  it.each([
    [
      { place: 'token', status: 401, error: 'unauthorized_client' },
      /client secret is wrong/,
      /Credentials → Client secret/,
    ],
    [{ place: 'callback', error: 'invalid_scope', description: 'Invalid scopes: x' }, /scope/, /Client scopes/],
    [{ place: 'userinfo', status: 403, error: 'insufficient_scope' }, /openid/, /OIDC_RP_SCOPES/],
    [{ code: 'clock_skew', reason: 'the clock of the provider and ours differ too much' }, /clocks/, /NTP/],
    [
      { code: 'token_invalid', reason: 'no key of the provider fits the signature' },
      /another algorithm than OIDC_RP_SIGN_ALGO/,
      /OIDC_RP_SIGN_ALGO/,
    ],
    [{ code: 'claims_missing', reason: 'not enough; missing: email' }, /missing: email/, /e-mail address/],
    [{ code: 'provider_error', reason: 'something that nobody has described' }, /Something/, /reference abc/],
  ])('%j', (more, seen, fix) => {
    const finding = refusalFinding(refusal(more), keycloak, null)
    expect(finding).toMatchObject({ id: 'refused-sign-in', result: 'fail' })
    expect(finding.seen).toMatch(/^2023-11-14 22:13 UTC, reference abc: /)
    expect(finding.seen).toMatch(seen)
    expect(finding.fix).toMatch(fix)
  })

  it('is no failure when somebody has signed in since, or when it is about the person', () => {
    expect(refusalFinding(refusal({}), keycloak, 1_700_000_001).result).toBe('cannot tell')
    expect(refusalFinding(refusal({}), keycloak, 1_699_999_999).result).toBe('fail')
    expect(refusalFinding(refusal({ code: 'access_denied' }), keycloak, null).result).toBe('cannot tell')
  })
})
