/**
 * Refusals: what the outside is told of each code, and that whatever is thrown becomes a refusal.
 */
import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { GatehouseError, outside, toGatehouseError } from '../src/errors.ts'
import { type ErrorCode, isReason, isReasonOf, REASONS } from '../src/reasons.ts'

const VIEWS: Record<ErrorCode, [status: number, oauthError: string, retryAfterSeconds?: number]> = {
  access_denied: [403, 'access_denied'],
  account_disabled: [403, 'access_denied'],
  account_not_allowed: [403, 'access_denied'],
  account_unknown: [403, 'access_denied'],
  authentication_too_weak: [403, 'access_denied'],
  claims_missing: [400, 'invalid_claims'],
  clock_skew: [502, 'server_error'],
  conflict: [409, 'invalid_request'],
  csrf_refused: [403, 'access_denied'],
  email_conflict: [403, 'access_denied'],
  interaction_required: [403, 'access_denied'],
  internal: [500, 'server_error'],
  invalid_client: [401, 'invalid_client'],
  invalid_request: [400, 'invalid_request'],
  login_ended: [400, 'invalid_request'],
  login_expired: [400, 'invalid_request'],
  login_required: [401, 'login_required'],
  method_not_allowed: [405, 'invalid_request'],
  not_configured: [503, 'temporarily_unavailable', 10],
  not_found: [404, 'not_found'],
  payload_too_large: [413, 'invalid_request'],
  rate_limited: [429, 'temporarily_unavailable', 60],
  provider_error: [502, 'server_error'],
  provider_unreachable: [502, 'temporarily_unavailable', 10],
  state_unknown: [400, 'invalid_request'],
  store_unavailable: [503, 'temporarily_unavailable', 10],
  temporarily_unavailable: [503, 'temporarily_unavailable', 10],
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
  it('is an error with code, reason, message, details, cause, time to wait and sentence', () => {
    const cause = new Error('why')
    const error = new GatehouseError('store_unavailable', 'database_failed', 'no database', {
      cause,
      detail: { table: 'apps' },
      retryAfterSeconds: 3,
      publicMessage: 'Later',
      missing: ['email'],
    })
    expect(error).toMatchObject({
      name: 'GatehouseError',
      code: 'store_unavailable',
      reason: 'database_failed',
      message: 'no database',
      cause,
      detail: { table: 'apps' },
      retryAfterSeconds: 3,
      publicMessage: 'Later',
      missing: ['email'],
    })
  })

  it('has no cause when none is given', () => {
    expect('cause' in new GatehouseError('internal', 'unexpected', 'x')).toBe(false)
  })

  it('lacks no claims when none are named', () => {
    expect(new GatehouseError('internal', 'unexpected', 'x').missing).toEqual([])
  })

  it('has empty details when none are given', () => {
    expect(new GatehouseError('internal', 'unexpected', 'x').detail).toEqual({})
  })
})

describe('a reason', () => {
  it.each(CODES)('of %s is a word for a log, and is known as one of its code', (code) => {
    for (const reason of REASONS[code]) {
      expect(reason).toMatch(/^[a-z0-9_]+$/)
      expect([isReason(reason), isReasonOf(code, reason)]).toEqual([true, true])
    }
    expect(new Set(REASONS[code]).size).toBe(REASONS[code].length)
  })

  it('of another code is told apart, and so is a text that is none', () => {
    expect(isReasonOf('not_found', 'cancelled')).toBe(false)
    expect(isReason('whatever')).toBe(false)
  })
})

describe('a refusal in another sentence', () => {
  it('keeps code, reason, answer and claims, and adds what is known now', () => {
    const first = new GatehouseError('provider_error', 'refused_by_provider', 'first', {
      provider: { place: 'token', status: 401 },
      missing: ['email'],
      detail: { host: 'id.example' },
      hint: 'look there',
    })
    const cause = new Error('why')
    expect(first.restated('second', { cause, detail: { asked_as: 'client' } })).toMatchObject({
      code: 'provider_error',
      reason: 'refused_by_provider',
      message: 'second',
      provider: { place: 'token', status: 401 },
      missing: ['email'],
      detail: { host: 'id.example', asked_as: 'client' },
      hint: 'look there',
      cause,
    })
  })
})

describe('whatever is thrown', () => {
  it('passes unchanged when it is a refusal', () => {
    const error = new GatehouseError('not_found', 'path_unknown', 'x')
    expect(toGatehouseError(error)).toBe(error)
  })

  it.each([new TypeError('x'), 'text', null, undefined, 0, { code: 'not_found' }])(
    'becomes an internal refusal with its cause: %o',
    (thrown) => {
      expect(toGatehouseError(thrown)).toMatchObject({ code: 'internal', cause: thrown })
    },
  )
})

it('no sentence that an app is told in place of the general one speaks of signing in', () => {
  const sources = globSync('src/**/*.ts').map((path) => readFileSync(path, 'utf8'))
  const told = sources.flatMap((source) =>
    [...source.matchAll(/publicMessage:\s*['`]([^'`]*)/g)].map(([, sentence = '']) => sentence),
  )
  expect(told).toContain('A parameter came twice')
  // No one but a provider sends logout tokens.
  const toApps = told.filter((sentence) => !sentence.startsWith('The logout token'))
  expect(toApps.filter((sentence) => /\b(?:sign|log)(?:s|ged|ed|ging|ing)?[ -]?(?:in|out)\b/i.test(sentence))).toEqual(
    [],
  )
})
