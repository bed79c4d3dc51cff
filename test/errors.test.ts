/**
 * Refusals: what the outside is told of each code, and that whatever is thrown becomes a refusal.
 */
import { describe, expect, it } from 'vitest'
import { type ErrorCode, GatehouseError, outside, toGatehouseError } from '../src/errors.ts'

const VIEWS: Record<ErrorCode, [status: number, oauthError: string, retryAfterSeconds?: number]> = {
  access_denied: [403, 'access_denied'],
  account_unknown: [403, 'access_denied'],
  authentication_too_weak: [403, 'access_denied'],
  claims_missing: [400, 'invalid_claims'],
  clock_skew: [502, 'server_error'],
  csrf_refused: [403, 'access_denied'],
  email_conflict: [403, 'access_denied'],
  interaction_required: [403, 'access_denied'],
  internal: [500, 'server_error'],
  invalid_client: [401, 'invalid_client'],
  invalid_request: [400, 'invalid_request'],
  login_expired: [400, 'invalid_request'],
  login_required: [401, 'login_required'],
  method_not_allowed: [405, 'invalid_request'],
  not_configured: [503, 'temporarily_unavailable', 10],
  not_found: [404, 'not_found'],
  payload_too_large: [413, 'invalid_request'],
  provider_error: [502, 'server_error'],
  provider_unreachable: [502, 'temporarily_unavailable', 10],
  state_unknown: [400, 'invalid_request'],
  store_unavailable: [503, 'temporarily_unavailable', 10],
  token_invalid: [502, 'server_error'],
}

/** Every code, for tables; the record above does not compile when one is missing. */
const CODES = Object.keys(VIEWS) as ErrorCode[] // the keys of a record of exactly these

describe('the outside view', () => {
  it.each(CODES)('of %s has its status, OAuth error and time to wait', (code) => {
    const { status, oauthError, retryAfterSeconds } = outside(code)
    expect([status, oauthError, retryAfterSeconds].filter((part) => part !== undefined)).toEqual(VIEWS[code])
  })

  it.each(CODES)('of %s is an OAuth error that fits a header and a URL', (code) => {
    expect(outside(code).oauthError).toMatch(/^[a-z_]+$/)
  })
})

describe('a refusal', () => {
  it('is an error with code, message, details, cause, time to wait and sentence', () => {
    const cause = new Error('why')
    const error = new GatehouseError('store_unavailable', 'no database', {
      cause,
      detail: { table: 'apps' },
      retryAfterSeconds: 3,
      told: 'Later',
      missing: ['email'],
    })
    expect(error).toMatchObject({
      name: 'GatehouseError',
      code: 'store_unavailable',
      message: 'no database',
      cause,
      detail: { table: 'apps' },
      retryAfterSeconds: 3,
      told: 'Later',
      missing: ['email'],
    })
  })

  it('has no cause when none is given', () => {
    expect('cause' in new GatehouseError('internal', 'x')).toBe(false)
  })

  it('lacks no claims when none are named', () => {
    expect(new GatehouseError('internal', 'x').missing).toEqual([])
  })

  it('has empty details when none are given', () => {
    expect(new GatehouseError('internal', 'x').detail).toEqual({})
  })
})

describe('whatever is thrown', () => {
  it('passes unchanged when it is a refusal', () => {
    const error = new GatehouseError('not_found', 'x')
    expect(toGatehouseError(error)).toBe(error)
  })

  it.each([new TypeError('x'), 'text', null, undefined, 0, { code: 'not_found' }])(
    'becomes an internal refusal with its cause: %o',
    (thrown) => {
      expect(toGatehouseError(thrown)).toMatchObject({ code: 'internal', cause: thrown })
    },
  )
})
