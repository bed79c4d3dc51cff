/**
 * Lists with commas and dictionaries, as La Suite's environment writes them; what can be read in two ways is refused.
 */

import { describe, expect, it } from 'vitest'
import {
  dictionary,
  hostPatterns,
  hosts,
  members,
  names,
  originPatterns,
  paths,
} from '../../src/config/values/lists.ts'
import { readAs } from '../support/kinds.ts'
import { PATHS } from '../support/paths.ts'

describe('a list', () => {
  it.each([
    ['a', ['a']],
    [' a , b,,a, ', ['a', 'b']],
    [',', []],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
  ])('%j is read as %j', (raw, value) => {
    expect(readAs(names, raw)).toEqual({ value })
  })

  it.each([
    [names, '["a,b", "c d"]', ['a,b', 'c d']],
    [names, ['drive docs', ''], ['drive docs']],
    [paths, '["/a", "/b"]', ['/a', '/b']],
    [hostPatterns, '["a.example"]', ['a.example']],
    [originPatterns, ['https://a.example'], ['https://a.example']],
  ])('of %o may be a list: %j', (kind, raw, value) => {
    expect(readAs(kind, raw)).toEqual({ value })
  })

  it.each([5, null, {}, [5]])('%j is refused', (raw) => {
    expect(readAs(names, raw)).toEqual({ complaint: 'must be text' })
  })

  it.each([
    [names, 'given_name family_name', 'has an entry that is no name: given_name family_name'],
    [hostPatterns, 'a.example, https://b.example', 'has an entry that is no host: https://b.example'],
    [hostPatterns, '*.a.example', 'has an entry that is no host: *.a.example'],
    [originPatterns, 'https://a.example/x', 'has an entry that is no origin: https://a.example/x'],
    [originPatterns, 'a.example', 'has an entry that is no origin: a.example'],
    [paths, '/a b', 'has an entry that can be no path: /a b'],
  ])('of %o has no %s', (kind, raw, complaint) => {
    expect(readAs(kind, raw)).toEqual({ complaint })
  })

  it.each([
    [hostPatterns, 'a.example,.b.example,*,[::1],localhost'],
    [originPatterns, 'https://a.example,https://*.b.example,http://localhost:3000'],
    [paths, `${PATHS.me},oidc_logout,users:list`],
  ])('of %o may have %s', (kind, raw) => {
    expect(readAs(kind, raw)).toEqual({ value: raw.split(',') })
  })
})

describe('people and groups of providers', () => {
  it.each([
    ['default:a, other:b', ['default:a', 'other:b']],
    ['default:CN=Admins,OU=Groups,DC=corp', ['default:CN=Admins,OU=Groups,DC=corp']],
    [
      'default:CN=Admins,OU=Groups,DC=corp, other:uid=bob,ou=people,dc=corp,default:staff',
      ['default:CN=Admins,OU=Groups,DC=corp', 'other:uid=bob,ou=people,dc=corp', 'default:staff'],
    ],
    ['default:CN=Doe\\, Jane, OU=People', ['default:CN=Doe\\, Jane, OU=People']],
    ['default:2.5.4.3=Admins,2.5.4.11=Groups', ['default:2.5.4.3=Admins,2.5.4.11=Groups']],
    ['["default:Sales, Berlin", "other:a"]', ['default:Sales, Berlin', 'other:a']],
    [['default:Sales, Berlin'], ['default:Sales, Berlin']],
    [' ["default:CN=a,other:b"] ', ['default:CN=a,other:b']],
    ['default:a:b=c,default:d', ['default:a:b=c', 'default:d']],
    ['', []],
  ])('are read from %j: %j', (raw, value) => {
    expect(readAs(members, raw)).toEqual({ value })
  })

  it.each(['default:Sales, Berlin', 'default:alice, OU=x', 'default:alice,bob', '["alice"]'])(
    'are refused where a comma cannot be understood, with the way out: %s',
    (raw) => {
      expect(readAs(members, raw)).toEqual({ complaint: expect.stringContaining('["default:Sales, Berlin"]') })
    },
  )
})

describe('hosts', () => {
  it('may be a list, and those with an address of IPv6 are none', () => {
    const read = [{ host: '[::1]:3000', origin: null, withSubdomains: false }]
    expect(readAs(hosts, '[::1]:3000')).toEqual({ value: read })
    expect(readAs(hosts, ['[::1]:3000'])).toEqual({ value: read })
    expect(readAs(hosts, '["[::1]:3000"]')).toEqual({ value: read })
  })

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
    expect(readAs(hosts, raw)).toEqual({ value })
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
    expect(readAs(hosts, `ok.example, ${entry}`)).toEqual({
      complaint: `has an entry that is neither a host nor an origin: ${entry}`,
    })
  })

  it.each(['https://user@app.example.org', 'https://user:pw@app.example.org', 'user@app.example.org'])(
    '%j is not a host, for it has a user name (A9)',
    (entry) => {
      expect(readAs(hosts, entry)).toHaveProperty('complaint')
    },
  )

  // A126: an entry that can match nothing would be taken and have no effect.
  it.each(['https://.apps.example.org', '..example.org', '.', '*.'])(
    '%j, which matches no host, is not passed over in silence',
    (entry) => {
      expect(readAs(hosts, entry)).toHaveProperty('complaint')
    },
  )

  it('plain http to another machine is refused', () => {
    expect(readAs(hosts, 'http://app.example.org')).toHaveProperty('complaint')
  })
})

describe('a dictionary', () => {
  it.each([
    ['{"acr_values": "eidas1"}', { acr_values: 'eidas1' }],
    ["{'acr_values': 'eidas1', 'ui_locales': 'fr'}", { acr_values: 'eidas1', ui_locales: 'fr' }],
    ['{"max": 5}', { max: '5' }],
    ['{}', {}],
    [{ acr_values: 'eidas1' }, { acr_values: 'eidas1' }],
    ['{"a": "it\'s"}', { a: "it's" }],
    [`{"a": 'b'}`, { a: 'b' }],
    [`{'a': "it's", 'b': 'say "x"',}`, { a: "it's", b: 'say "x"' }],
    [
      String.raw`{'a': 'it\'s', "b": "\"x\"", 'c': 'a\\b', 'd': '\t\x41\u00e9\U0001f600'}`,
      { a: "it's", b: '"x"', c: 'a\\b', d: '\tA\u00e9\u{1f600}' },
    ],
    ["{'yes': True, 'no': False, 'n': 5, 'm': -0.50}", { yes: 'True', no: 'False', n: '5', m: '-0.50' }],
    ['  {  }  ', {}],
    ["{'a':'None'}", { a: 'None' }],
    ["{\n  'claims': '{\"userinfo\": {}}',\n}", { claims: '{"userinfo": {}}' }],
    ["{'a': 'x', 'a': 'y'}", { a: 'y' }],
  ])('%j is read as %j', (raw, value) => {
    expect(readAs(dictionary, raw)).toEqual({ value })
  })

  it.each(
    [
      '',
      'x',
      '{',
      '[]',
      '["a"]',
      'null',
      '5',
      '"x"',
      '{"a":true}',
      '{"a":null}',
      '{"a":["b"]}',
      '{"a":{}}',
      5,
      null,
      [],
      "{'a': None}",
      "{'a'}",
      "{'a': 'b'",
      "{'a': 'b',,}",
      '{,}',
      "{'a': 'b' 'c'}",
      "{'a' 'b'}",
      "{'a': b}",
      "{a: 'b'}",
      "{1: 'b'}",
      "{'a': ['b']}",
      "{'a': {'b': 'c'}}",
      "{'a': 'b'} # no",
      "{'a': 'b'}; import os",
      "dict(a='b')",
      "{'a': r'b'}",
      "{'a': 07}",
      "{'a': 1e3}",
      "{'': 'b'}",
      String.raw`{'a': '\d'}`,
      String.raw`{'a': '\x4'}`,
      String.raw`{'a': '\U00110000'}`,
      "{'a': 'b\nc'}",
      "{'a': true}",
    ].map((raw) => ({ raw })),
  )('$raw is refused', ({ raw }) => {
    expect(readAs(dictionary, raw)).toHaveProperty('complaint')
  })

  it.each(['{"__proto__": "x", "constructor": "y", "a": "b"}', "{'__proto__': 'x', 'constructor': 'y', 'a': 'b'}"])(
    'may not reach into the machine: %s',
    (text) => {
      const result = readAs(dictionary, text)
      expect('value' in result && Object.getPrototypeOf(result.value) === Object.prototype).toBe(true)
    },
  )
})
