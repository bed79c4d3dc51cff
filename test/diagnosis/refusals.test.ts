/**
 * What is kept of a refused sign-in, and how it is explained.
 */
import { describe, expect, it } from 'vitest'
import { isKept, type Refusal, refusalFinding, refusalOf } from '../../src/diagnosis/refusals.ts'
import { GatehouseError } from '../../src/errors.ts'
import { REASONS } from '../../src/reasons.ts'
import { configWith } from '../support/config-with.ts'

const [keycloak] = configWith({ OIDC_OP_URL: 'https://id.example.org/realms/main' }).providers

const refusal = (more: Partial<Refusal>): Refusal => ({
  at: 1_700_000_000,
  providerId: 'default',
  reference: 'abc',
  code: 'provider_error',
  reason: 'refused_by_provider',
  message: 'the token answer of the provider was refused',
  missing: [],
  unreadable: [],
  place: null,
  status: null,
  error: null,
  description: null,
  ...more,
})

describe('what is kept', () => {
  it('is our sentence, the words of the provider, and where it said them', () => {
    const error = new GatehouseError(
      'provider_error',
      'refused_by_provider',
      'the token answer of the provider was refused',
      {
        provider: { place: 'token', status: 401, error: 'invalid_client' },
        hint: 'x',
      },
    )
    expect(refusalOf(error, 'default', 'abc', 5)).toEqual(
      refusal({ at: 5, place: 'token', status: 401, error: 'invalid_client' }),
    )
  })

  it('is no address, no token, and not long', () => {
    const token = `eyJ${'a'.repeat(40)}.${'b'.repeat(50)}.c`
    const error = new GatehouseError(
      'provider_error',
      'refused_by_provider',
      `eve@example.org has ${token} ${'long '.repeat(200)}`,
      {
        provider: { error: 'x', description: `for eve@example.org ${token}` },
      },
    )
    const kept = refusalOf(error, 'default', 'abc', 5)
    expect(JSON.stringify(kept)).not.toMatch(/eve|eyJ|aaaa|bbbb/)
    expect(kept.message.length).toBeLessThanOrEqual(300)
  })

  it('names the claims that are missing, which are names', () => {
    const error = new GatehouseError('claims_missing', 'claims_missing', 'not enough', {
      missing: ['email', 'given_name'],
    })
    expect(refusalOf(error, 'default', 'abc', 5)).toMatchObject({
      message: 'not enough; missing: email, given_name',
      missing: ['email', 'given_name'],
      unreadable: [],
    })
    const unreadable = ['email is a list and must be a text']
    const both = new GatehouseError('claims_missing', 'claims_missing', 'not enough', {
      missing: error.missing,
      unreadable,
    })
    expect(refusalOf(both, 'default', 'abc', 5)).toMatchObject({
      message: 'not enough; missing: given_name; unreadable: email is a list and must be a text',
      missing: ['given_name'],
      unreadable,
    })
  })

  it.each([
    'state_unknown',
    'invalid_request',
    'csrf_refused',
    'store_unavailable',
    'temporarily_unavailable',
    'internal',
  ] as const)('is nothing of %s', (code) => {
    expect(isKept(new GatehouseError(code, REASONS[code][0], 'x'))).toBe(false)
  })

  it.each(['provider_error', 'provider_unreachable', 'token_invalid', 'clock_skew', 'claims_missing'] as const)(
    'is %s',
    (code) => {
      expect(isKept(new GatehouseError(code, REASONS[code][0], 'x'))).toBe(true)
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
    [
      { code: 'clock_skew', reason: 'issued_in_future', message: 'the clock of the provider and ours differ too much' },
      /clocks/,
      /NTP/,
    ],
    [
      { code: 'token_invalid', reason: 'no_matching_key', message: 'no key of the provider fits the signature' },
      /another algorithm than OIDC_RP_SIGN_ALGO/,
      /OIDC_RP_SIGN_ALGO/,
    ],
    [
      { code: 'claims_missing', reason: 'claims_missing', message: 'not enough; missing: email', missing: ['email'] },
      /missing: email/,
      /e-mail address/,
    ],
    [
      {
        code: 'claims_missing',
        reason: 'claims_missing',
        message: 'not enough; unreadable: email is a list and must be a text',
        unreadable: ['email is a list and must be a text'],
      },
      /unreadable: email is a list/,
      /^Change what the provider sends: email is a list and must be a text\.$/,
    ],
    [
      { code: 'provider_error', reason: null, message: 'something that no one has described' },
      /Something/,
      /reference abc/,
    ],
  ] satisfies [Partial<Refusal>, RegExp, RegExp][])('%j', (more, seen, fix) => {
    const finding = refusalFinding(refusal(more), keycloak, null)
    expect(finding).toMatchObject({ id: 'refused-sign-in', result: 'fail' })
    expect(finding.seen).toMatch(/^2023-11-14 22:13 UTC, reference abc: /)
    expect(finding.seen).toMatch(seen)
    expect(finding.fix).toMatch(fix)
  })

  it('is no failure when it was an outage, and the provider is not among those that were looked at', () => {
    const outage = refusal({
      code: 'provider_unreachable',
      reason: 'no_answer',
      message: 'the provider cannot be reached',
    })
    const finding = refusalFinding(outage, keycloak, null, [{ id: 'discovery', result: 'cannot tell' }])
    expect(finding).toMatchObject({ result: 'cannot tell', seen: expect.stringMatching(/a sign-in shows/) })
  })

  it('is no failure when someone has signed in since, or when it is about the person', () => {
    expect(refusalFinding(refusal({}), keycloak, 1_700_000_001).result).toBe('cannot tell')
    expect(refusalFinding(refusal({}), keycloak, 1_699_999_999).result).toBe('fail')
    expect(refusalFinding(refusal({ code: 'access_denied' }), keycloak, null).result).toBe('cannot tell')
  })
})
