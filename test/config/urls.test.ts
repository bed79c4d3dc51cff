/**
 * URLs and their parts: what each kind takes, what it makes of it, and what it refuses with which sentence.
 */
import { describe, expect, it } from 'vitest'
import { endpoint, isLoopback, issuer, origin, target } from '../../src/config/values/urls.ts'
import { readAs } from '../support/kinds.ts'

const NOT_TEXT = [undefined, null, 5, true, {}, [], ['https://a.example']]

describe('this very machine', () => {
  it.each(['localhost', 'a.localhost', '127.0.0.1', '127.255.0.9', '[::1]'])('is called %s', (hostname) => {
    expect(isLoopback(hostname)).toBe(true)
  })

  it.each([
    'example.org',
    'localhost.example.org',
    'notlocalhost',
    '127.0.0.1.example.org',
    '128.0.0.1',
    '10.0.0.1',
    '[::2]',
    '[::ffff:7f00:1]',
    '0.0.0.0',
    '',
  ])('is not called %j', (hostname) => {
    expect(isLoopback(hostname)).toBe(false)
  })
})

describe.each([
  ['issuer', issuer],
  ['endpoint', endpoint],
] as const)('%s', (_, kind) => {
  it.each([
    'https://id.example.org',
    'https://id.example.org/',
    'https://id.example.org/realms/main',
    'https://ID.example.org:8443/Realms/main/',
    'http://localhost:9000',
    'http://127.0.0.1:9000/x',
    'http://[::1]:9000',
  ])('%s is kept exactly', (raw) => {
    expect(readAs(kind, raw)).toEqual({ value: raw })
  })

  it('blanks around it are dropped', () => {
    expect(readAs(kind, ' https://id.example.org\n')).toEqual({ value: 'https://id.example.org' })
  })

  it.each([
    'id.example.org/x',
    'not a url',
    'https://',
    'https:',
    '//id.example.org',
    '/x',
    'https://a b',
    'https://a:99999',
  ])('%j is not a URL', (raw) => {
    expect(readAs(kind, raw)).toEqual({ complaint: 'is not a URL' })
  })

  it.each([
    'http://id.example.org',
    'http://10.0.0.1/x',
    'http://localhost.example.org',
    'ftp://id.example.org',
    'javascript:alert(1)',
    'data:text/html,x',
    'file:///etc/passwd',
  ])('%s is refused, for it is not https (A67)', (raw) => {
    expect(readAs(kind, raw)).toEqual({ complaint: 'must begin with https:// (http:// is for localhost only)' })
  })

  it.each(['https://user@id.example.org', 'https://user:pw@id.example.org', 'https://:pw@id.example.org'])(
    '%s is refused for its user or password',
    (raw) => {
      expect(readAs(kind, raw)).toEqual({ complaint: 'must not contain a user name or password' })
    },
  )

  it('a fragment is refused', () => {
    expect(readAs(kind, 'https://id.example.org/x#y')).toHaveProperty('complaint')
  })

  it.each(NOT_TEXT)('%o is not text', (raw) => {
    expect(readAs(kind, raw)).toEqual({ complaint: 'must be text' })
  })
})

describe('queries', () => {
  it('an issuer has none', () => {
    expect(readAs(issuer, 'https://id.example.org/?a=b')).toEqual({ complaint: 'must not have a query or a fragment' })
  })

  it('an endpoint may have one, as Azure B2C does', () => {
    const raw = 'https://id.example.org/authorize?p=policy'
    expect(readAs(endpoint, raw)).toEqual({ value: raw })
  })
})

describe('origin', () => {
  it.each([
    ['https://login.example.org', 'https://login.example.org'],
    ['https://login.example.org/', 'https://login.example.org'],
    ['https://LOGIN.example.org:443', 'https://login.example.org'],
    ['https://login.example.org:8443', 'https://login.example.org:8443'],
    ['http://localhost:8787', 'http://localhost:8787'],
  ])('%s is read as %s', (raw, value) => {
    expect(readAs(origin, raw)).toEqual({ value })
  })

  it.each(['https://login.example.org/x', 'https://login.example.org/?a', 'https://login.example.org/#a'])(
    '%s is more than scheme and host',
    (raw) => {
      expect(readAs(origin, raw)).toEqual({ complaint: 'must be scheme and host only, without a path' })
    },
  )

  it.each(['http://login.example.org', 'login.example.org', 'https://u@login.example.org', 'ws://localhost', ''])(
    '%j is refused',
    (raw) => {
      expect(readAs(origin, raw)).toHaveProperty('complaint')
    },
  )
})

describe('target', () => {
  it.each(['/', '/a/b?c=d#e', 'https://meet.example.org/', 'http://localhost:3000/x'])(
    '%s is taken as it is',
    (raw) => {
      expect(readAs(target, raw)).toEqual({ value: raw })
    },
  )

  it.each([
    'meet.example.org',
    'x',
    '//evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'http://meet.example.org',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'mailto:a@b.c',
    '',
    ' ',
  ])('%j is neither a path nor a URL to send people to (A8)', (raw) => {
    expect(readAs(target, raw)).toHaveProperty('complaint')
  })

  it.each(['/\t/evil.example', '/\n/evil.example', '/\r\\evil.example'])(
    '%j is not a path: browsers drop the control character (A2)',
    (raw) => {
      expect(readAs(target, raw)).toHaveProperty('complaint')
    },
  )
})
