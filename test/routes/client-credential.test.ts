/**
 * The credential of an app, from the header or from the form, never from both, and never an error but that one (A48, A86).
 */
import { describe, expect, it } from 'vitest'
import { clientCredential, repeatableCredential } from '../../src/accounts/apps.ts'
import { GatehouseError } from '../../src/errors.ts'

const NO_FORM = new URLSearchParams()

function basic(pair: string, scheme = 'Basic'): string {
  return `${scheme} ${btoa(String.fromCharCode(...new TextEncoder().encode(pair)))}`
}

function form(values: Record<string, string>): URLSearchParams {
  return new URLSearchParams({ token: 'x', ...values })
}

describe('in the header (client_secret_basic)', () => {
  it.each([
    ['app:secret', 'app', 'secret'],
    ['app:a:b:c', 'app', 'a:b:c'],
    ['app:', 'app', ''],
    // RFC 6749 section 2.3.1: both halves are form-encoded before they are joined
    ['a%3Ab:p%2Bq%25r', 'a:b', 'p+q%r'],
    ['app:GOCSPX-a%2Bb%25c%3Ad+e%2Ff', 'app', 'GOCSPX-a+b%c:d e/f'],
    ['app:%C3%A9', 'app', 'é'],
    ['app:é', 'app', 'é'],
  ])('%j is read as %j and %j (A86)', (pair, clientId, secret) => {
    expect(clientCredential(basic(pair), NO_FORM)).toEqual({ clientId, secret })
  })

  it.each(['basic', 'BASIC', 'Basic '])('the scheme may be written %j', (scheme) => {
    expect(clientCredential(basic('app:secret', scheme), NO_FORM)).toEqual({ clientId: 'app', secret: 'secret' })
  })

  it.each([
    '',
    'Basic',
    'Basic ',
    'Basic %%%',
    'Basic =',
    'Basic ====',
    'Basic a',
    'Basic YQ',
    'Basic YXBwOnNlY3JldA==, Basic YXBwOnNlY3JldA==',
    'Basic YXBwOnNlY3JldA== x',
    'Basic  ',
    'BasicYXBwOnNlY3JldA==',
    ' Basic YXBwOnNlY3JldA==',
    'Basic\tYXBwOnNlY3JldA==',
    'Foo YXBwOnNlY3JldA==',
    'Bearer YXBwOnNlY3JldA==',
    'Bearer x',
    'Bearer a b',
    ' '.repeat(20_000),
    `Basic ${' '.repeat(20_000)}`,
    `Basic ${'='.repeat(20_000)}`,
    basic('no colon'),
    basic(':secret'),
    basic(''),
    basic('app:%'),
    basic('app:%zz'),
    basic('%ff:secret'),
    `Basic ${btoa('app:\xff')}`,
    'Basic YXBw_nNlY3JldA==',
  ])('%j is no credential (A48)', (authorization) => {
    expect(clientCredential(authorization, NO_FORM)).toBeNull()
  })

  it('may come with the same client id in the form', () => {
    expect(clientCredential(basic('app:secret'), form({ client_id: 'app' }))).toEqual({
      clientId: 'app',
      secret: 'secret',
    })
  })

  it('is none when the form names another client', () => {
    expect(clientCredential(basic('app:secret'), form({ client_id: 'other' }))).toBeNull()
  })
})

describe('in the form (client_secret_post)', () => {
  it('is taken as it is', () => {
    expect(clientCredential(undefined, form({ client_id: 'a:b', client_secret: 'p+q%r' }))).toEqual({
      clientId: 'a:b',
      secret: 'p+q%r',
    })
  })

  it.each([{}, { client_id: 'app' }, { client_secret: 'secret' }])('is none when a half is missing: %j', (values) => {
    expect(clientCredential(undefined, form(values))).toBeNull()
  })
})

describe('in both', () => {
  it.each([basic('app:secret'), basic('other:secret'), 'Bearer x', 'Basic', ''])(
    'is refused, for none can be preferred: %j',
    (authorization) => {
      expect(() => clientCredential(authorization, form({ client_id: 'app', client_secret: 'secret' }))).toThrow(
        expect.objectContaining({ code: 'invalid_request' }),
      )
    },
  )

  it('is refused with a sentence that an app may be told', () => {
    expect(() => clientCredential(basic('app:secret'), form({ client_secret: 'secret' }))).toThrow(GatehouseError)
  })
})

describe('in both, at introspection', () => {
  const both = { client_id: 'app', client_secret: 'secret' }

  it('is one, when it is the same (Apache APISIX)', () => {
    expect(repeatableCredential(basic('app:secret'), form(both))).toEqual({ clientId: 'app', secret: 'secret' })
  })

  it.each([
    [basic('other:secret'), both],
    [basic('app:other'), both],
    [basic('app:secret'), { client_secret: 'secret' }],
    ['Bearer x', both],
    ['Basic', both],
    ['', both],
  ])('is refused when they differ: %j and %j', (authorization, values) => {
    expect(() => repeatableCredential(authorization, form(values))).toThrow(
      expect.objectContaining({ code: 'invalid_request' }),
    )
  })

  it('is what it is elsewhere, when it comes in one way', () => {
    expect(repeatableCredential(basic('app:secret'), NO_FORM)).toEqual({ clientId: 'app', secret: 'secret' })
    expect(repeatableCredential(undefined, form(both))).toEqual({ clientId: 'app', secret: 'secret' })
    expect(repeatableCredential(basic('app:secret'), form({ client_id: 'other' }))).toBeNull()
    expect(repeatableCredential(undefined, NO_FORM)).toBeNull()
  })
})
