/**
 * Lists with commas and dictionaries, as La Suite's environment writes them; what can be read in two ways is refused.
 */
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { dictionary, hostPatterns, names, originPatterns, paths } from '../../src/config/lists.ts'
import type { Kind } from '../../src/config/types.ts'

/** The value, or the first complaint. */
function read<T>(kind: Kind<T>, raw: unknown): { value: T } | { complaint: string } {
  const result = v.safeParse(kind.schema, raw, { abortPipeEarly: true })
  return result.success ? { value: result.output } : { complaint: result.issues[0].message }
}

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
    expect(read(names, raw)).toEqual({ value })
  })

  it.each([5, null, {}, [5]])('%j is refused', (raw) => {
    expect(read(names, raw)).toEqual({ complaint: 'must be text' })
  })

  it.each([
    [names, 'given_name family_name', 'has an entry that is no name: given_name family_name'],
    [hostPatterns, 'a.example, https://b.example', 'has an entry that is no host: https://b.example'],
    [hostPatterns, '*.a.example', 'has an entry that is no host: *.a.example'],
    [originPatterns, 'https://a.example/x', 'has an entry that is no origin: https://a.example/x'],
    [originPatterns, 'a.example', 'has an entry that is no origin: a.example'],
    [paths, '/a b', 'has an entry that can be no path: /a b'],
  ])('of %o has no %s', (kind, raw, complaint) => {
    expect(read(kind, raw)).toEqual({ complaint })
  })

  it.each([
    [hostPatterns, 'a.example,.b.example,*,[::1],localhost'],
    [originPatterns, 'https://a.example,https://*.b.example,http://localhost:3000'],
    [paths, '/api/v1.0/users/me/,oidc_logout,users:list'],
  ])('of %o may have %s', (kind, raw) => {
    expect(read(kind, raw)).toEqual({ value: raw.split(',') })
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
    expect(read(dictionary, raw)).toEqual({ value })
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
    expect(read(dictionary, raw)).toHaveProperty('complaint')
  })

  it.each(['{"__proto__": "x", "constructor": "y", "a": "b"}', "{'__proto__': 'x', 'constructor': 'y', 'a': 'b'}"])(
    'may not reach into the machine: %s',
    (text) => {
      const result = read(dictionary, text)
      expect('value' in result && Object.getPrototypeOf(result.value) === Object.prototype).toBe(true)
    },
  )
})
