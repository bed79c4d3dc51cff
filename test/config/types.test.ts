/**
 * The kinds of value: what each takes, what it makes of it, and what it refuses with which sentence.
 */
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import {
  bool,
  endpoint,
  hosts,
  isLoopback,
  issuer,
  type Kind,
  listOf,
  oneOf,
  origin,
  seconds,
  secrets,
  target,
  text,
  words,
} from '../../src/config/types.ts'

/** The value, or the first complaint; as the settings are read, a value is judged no further after it. */
function read<T>(kind: Kind<T>, raw: unknown): { value: T } | { complaint: string } {
  const result = v.safeParse(kind.schema, raw, { abortPipeEarly: true })
  return result.success ? { value: result.output } : { complaint: result.issues[0].message }
}

const NOT_TEXT = [undefined, null, 5, true, {}, [], ['https://a.example']]

describe('text', () => {
  it.each([
    ['a', 'a'],
    ['  a b  ', 'a b'],
    ['0', '0'],
  ])('%j is read as %j', (raw, value) => {
    expect(read(text, raw)).toEqual({ value })
  })

  it.each(['', ' ', '\n\t'])('%j is empty', (raw) => {
    expect(read(text, raw)).toEqual({ complaint: 'is empty' })
  })

  it.each(NOT_TEXT)('%o is not text', (raw) => {
    expect(read(text, raw)).toEqual({ complaint: 'must be text' })
  })
})

describe('secrets', () => {
  const a = 'a'.repeat(32)
  const b = 'b'.repeat(40)

  it.each([
    [a, [a]],
    [`${a} ${b}`, [a, b]],
    [` ${b}\n\t${a} `, [b, a]],
  ])('%j is read in its order', (raw, value) => {
    expect(read(secrets, raw)).toEqual({ value })
  })

  it.each(['a'.repeat(31), `${a} short`, `short ${a}`, 'short'])('%j has a secret that is too short', (raw) => {
    expect(read(secrets, raw)).toEqual({ complaint: 'needs 32 characters or more in each secret' })
  })

  it.each(['', '  '])('%j is empty', (raw) => {
    expect(read(secrets, raw)).toEqual({ complaint: 'is empty' })
  })
})

describe('seconds', () => {
  it.each([
    ['5', 5],
    [5, 5],
    [' 5 ', 5],
    ['1', 1],
    ['043', 43],
    [43_200, 43_200],
  ])('%j is %i', (raw, value) => {
    expect(read(seconds, raw)).toEqual({ value })
  })

  it.each(['5s', '1.5', '1e3', '0x10', '-1', '+1', 'five', 'NaN', 'Infinity', '٥', true, null, {}, [5], Number.NaN])(
    '%o is not a whole number',
    (raw) => {
      expect(read(seconds, raw)).toEqual({ complaint: 'must be a whole number of seconds' })
    },
  )

  it.each([1.5, Number.POSITIVE_INFINITY, '99999999999999999999', 2 ** 53])(
    '%o is no number that can be counted',
    (raw) => {
      expect(read(seconds, raw)).toEqual({ complaint: 'must be a whole number of seconds' })
    },
  )

  it.each([0, '0', -1, '00'])('%j is too little', (raw) => {
    expect(read(seconds, raw)).toEqual({ complaint: 'must be at least 1 second' })
  })
})

describe('words', () => {
  it.each([
    ['openid', ['openid']],
    ['openid  email\tprofile\n', ['openid', 'email', 'profile']],
    ['email openid email', ['email', 'openid']],
  ])('%j is read as %j', (raw, value) => {
    expect(read(words, raw)).toEqual({ value })
  })
})

describe('one of a list', () => {
  const colours = oneOf(['red', 'blue'])

  it.each(['red', 'blue', ' red '])('%j is on the list', (raw) => {
    expect(read(colours, raw)).toEqual({ value: raw.trim() })
  })

  it.each(['green', 'RED', 'red blue', '__proto__', 'toString'])('%j is never taken for a default (A73)', (raw) => {
    expect(read(colours, raw)).toEqual({ complaint: 'must be one of red, blue' })
  })
})

describe('some of a list', () => {
  const colours = listOf(['red', 'blue'])

  it.each([
    ['red', ['red']],
    [' blue  red ', ['blue', 'red']],
    ['red red', ['red']],
  ])('%j is read as %j', (raw, value) => {
    expect(read(colours, raw)).toEqual({ value })
  })

  it.each(['green', 'red green', 'RED', 'red,blue', '__proto__', '', 5])('%j is refused (A73)', (raw) => {
    expect(read(colours, raw)).toHaveProperty('complaint')
  })
})

describe('true or false', () => {
  it.each([true, 'true', 'True', 'TRUE', 'yes', 'Yes', '1', ' true '])('%j is true', (raw) => {
    expect(read(bool, raw)).toEqual({ value: true })
  })

  it.each([false, 'false', 'False', 'FALSE', 'no', 'No', '0', ' false '])('%j is false', (raw) => {
    expect(read(bool, raw)).toEqual({ value: false })
  })

  it.each(['', ' ', 'on', 'off', 'y', 'truee', '2', 'null', 1, 0, null, {}, []])('%j is neither (A73)', (raw) => {
    expect(read(bool, raw)).toHaveProperty('complaint')
  })
})

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
  ])('%s is kept to the letter', (raw) => {
    expect(read(kind, raw)).toEqual({ value: raw })
  })

  it('blanks around it are dropped', () => {
    expect(read(kind, ' https://id.example.org\n')).toEqual({ value: 'https://id.example.org' })
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
    expect(read(kind, raw)).toEqual({ complaint: 'is not a URL' })
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
    expect(read(kind, raw)).toEqual({ complaint: 'must begin with https:// (http:// is for localhost only)' })
  })

  it.each(['https://user@id.example.org', 'https://user:pw@id.example.org', 'https://:pw@id.example.org'])(
    '%s is refused for its user or password',
    (raw) => {
      expect(read(kind, raw)).toEqual({ complaint: 'must not contain a user name or password' })
    },
  )

  it('a fragment is refused', () => {
    expect(read(kind, 'https://id.example.org/x#y')).toHaveProperty('complaint')
  })

  it.each(NOT_TEXT)('%o is not text', (raw) => {
    expect(read(kind, raw)).toEqual({ complaint: 'must be text' })
  })
})

describe('queries', () => {
  it('an issuer has none', () => {
    expect(read(issuer, 'https://id.example.org/?a=b')).toEqual({ complaint: 'must not have a query or a fragment' })
  })

  it('an endpoint may have one, as Azure B2C does', () => {
    const raw = 'https://id.example.org/authorize?p=policy'
    expect(read(endpoint, raw)).toEqual({ value: raw })
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
    expect(read(origin, raw)).toEqual({ value })
  })

  it.each(['https://login.example.org/x', 'https://login.example.org/?a', 'https://login.example.org/#a'])(
    '%s is more than scheme and host',
    (raw) => {
      expect(read(origin, raw)).toEqual({ complaint: 'must be scheme and host only, without a path' })
    },
  )

  it.each(['http://login.example.org', 'login.example.org', 'https://u@login.example.org', 'ws://localhost', ''])(
    '%j is refused',
    (raw) => {
      expect(read(origin, raw)).toHaveProperty('complaint')
    },
  )
})

describe('target', () => {
  it.each(['/', '/a/b?c=d#e', 'https://meet.example.org/', 'http://localhost:3000/x'])(
    '%s is taken as it is',
    (raw) => {
      expect(read(target, raw)).toEqual({ value: raw })
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
    expect(read(target, raw)).toHaveProperty('complaint')
  })

  it.each(['/\t/evil.example', '/\n/evil.example', '/\r\\evil.example'])(
    '%j is not a path: browsers drop the control character (A2)',
    (raw) => {
      expect(read(target, raw)).toHaveProperty('complaint')
    },
  )
})

describe('hosts', () => {
  it.each([
    ['app.example.org', [{ host: 'app.example.org', origin: null, withSubdomains: false }]],
    ['APP.Example.org', [{ host: 'app.example.org', origin: null, withSubdomains: false }]],
    ['app.example.org:8443', [{ host: 'app.example.org:8443', origin: null, withSubdomains: false }]],
    ['app.example.org:443', [{ host: 'app.example.org', origin: null, withSubdomains: false }]],
    ['localhost:3000', [{ host: 'localhost:3000', origin: null, withSubdomains: false }]],
    ['[::1]:3000', [{ host: '[::1]:3000', origin: null, withSubdomains: false }]],
    [
      'https://app.example.org',
      [{ host: 'app.example.org', origin: 'https://app.example.org', withSubdomains: false }],
    ],
    [
      'https://app.example.org/',
      [{ host: 'app.example.org', origin: 'https://app.example.org', withSubdomains: false }],
    ],
    [
      'https://app.example.org:443',
      [{ host: 'app.example.org', origin: 'https://app.example.org', withSubdomains: false }],
    ],
    [
      'HTTPS://app.example.org:8443',
      [{ host: 'app.example.org:8443', origin: 'https://app.example.org:8443', withSubdomains: false }],
    ],
    ['http://localhost:3000', [{ host: 'localhost:3000', origin: 'http://localhost:3000', withSubdomains: false }]],
    [
      ' a.example , ,https://b.example,',
      [
        { host: 'a.example', origin: null, withSubdomains: false },
        { host: 'b.example', origin: 'https://b.example', withSubdomains: false },
      ],
    ],
    ['.example.org', [{ host: 'example.org', origin: null, withSubdomains: true }]],
    ['*.example.org:8443', [{ host: 'example.org:8443', origin: null, withSubdomains: true }]],
    [' , ', []],
  ])('%j is read', (raw, value) => {
    expect(read(hosts, raw)).toEqual({ value })
  })

  it.each([
    'myapp://callback',
    'myapp://callback.evil.example',
    'javascript:alert(1)',
    'javascript://app.example.org',
    'ftp://app.example.org',
    'https://app.example.org/path',
    'https://app.example.org?x',
    'https://app.example.org/?x',
    'https://app.example.org/#x',
    'app.example.org/path',
    'app.example.org/',
    'app.example.org?x',
    'app.example.org#x',
    'https://*.example.org',
    '*',
    'a b',
    'app.example.org app2.example.org',
    'app.example.org:99999',
    '//app.example.org',
    'https://',
    'https:app.example.org',
  ])('%j is not a host (A10)', (entry) => {
    expect(read(hosts, `ok.example, ${entry}`)).toEqual({
      complaint: `has an entry that is neither a host nor an origin: ${entry}`,
    })
  })

  it.each(['https://user@app.example.org', 'https://user:pw@app.example.org', 'user@app.example.org'])(
    '%j is not a host, for it has a user name (A9)',
    (entry) => {
      expect(read(hosts, entry)).toHaveProperty('complaint')
    },
  )

  // A126: an entry that can match nothing would be taken and have no effect.
  it.each(['https://.apps.example.org', '..example.org', '.', '*.'])(
    '%j, which matches no host, is not passed over in silence',
    (entry) => {
      expect(read(hosts, entry)).toHaveProperty('complaint')
    },
  )

  it('plain http to another machine is refused', () => {
    expect(read(hosts, 'http://app.example.org')).toHaveProperty('complaint')
  })
})
