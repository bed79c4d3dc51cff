/**
 * The plain kinds of value: what each takes, what it makes of it, and what it refuses with which sentence.
 */
import { describe, expect, it } from 'vitest'
import {
  bool,
  clientId,
  listOf,
  oneOf,
  scopes,
  seconds,
  secrets,
  text,
  texts,
  words,
} from '../../src/config/values/kinds.ts'
import { readAs } from '../support/kinds.ts'

const NOT_TEXT = [undefined, null, 5, true, {}, [], ['https://a.example']]

describe('text', () => {
  it.each([
    ['a', 'a'],
    ['  a b  ', 'a b'],
    ['0', '0'],
  ])('%j is read as %j', (raw, value) => {
    expect(readAs(text, raw)).toEqual({ value })
  })

  it.each(['', ' ', '\n\t'])('%j is empty', (raw) => {
    expect(readAs(text, raw)).toEqual({ complaint: 'is empty' })
  })

  it.each(NOT_TEXT)('%o is not text', (raw) => {
    expect(readAs(text, raw)).toEqual({ complaint: 'must be text' })
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
    expect(readAs(secrets, raw)).toEqual({ value })
  })

  it.each(['a'.repeat(31), `${a} short`, `short ${a}`, 'short'])('%j has a secret that is too short', (raw) => {
    expect(readAs(secrets, raw)).toEqual({ complaint: 'needs 32 characters or more in each secret' })
  })

  it.each(['', '  '])('%j is empty', (raw) => {
    expect(readAs(secrets, raw)).toEqual({ complaint: 'is empty' })
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
    expect(readAs(seconds, raw)).toEqual({ value })
  })

  it.each(['5s', '1.5', '1e3', '0x10', '-1', '+1', 'five', 'NaN', 'Infinity', '٥', true, null, {}, [5], Number.NaN])(
    '%o is not a whole number',
    (raw) => {
      expect(readAs(seconds, raw)).toEqual({ complaint: 'must be a whole number of seconds' })
    },
  )

  it.each([1.5, Number.POSITIVE_INFINITY, '99999999999999999999', 2 ** 53])(
    '%o is no number that can be counted',
    (raw) => {
      expect(readAs(seconds, raw)).toEqual({ complaint: 'must be a whole number of seconds' })
    },
  )

  it.each([0, '0', -1, '00'])('%j is too little', (raw) => {
    expect(readAs(seconds, raw)).toEqual({ complaint: 'must be at least 1 second' })
  })
})

describe('a client id', () => {
  it.each([
    ['gatehouse', 'gatehouse'],
    [' my  client ', ' my  client '],
    ['\ta', undefined],
    ['gatehouse\n', 'gatehouse'],
    ['gatehouse \r\n', 'gatehouse '],
    ['a\nb', undefined],
    ['a\u0000', undefined],
    [' ', undefined],
    ['\n', undefined],
    [5, undefined],
    ['ключ', 'ключ'],
  ])('%j is read as %j', (raw, value) => {
    const read = readAs(clientId, raw)
    if (value === undefined) expect(read).toHaveProperty('complaint')
    else expect(read).toEqual({ value })
  })
})

describe('words', () => {
  it.each([
    ['openid', ['openid']],
    ['openid  email\tprofile\n', ['openid', 'email', 'profile']],
    ['email openid email', ['email', 'openid']],
    ['https://a.example/x,y', ['https://a.example/x,y']],
    ['["openid", "email"]', ['openid', 'email']],
  ])('%j is read as %j', (raw, value) => {
    expect(readAs(words, raw)).toEqual({ value })
  })

  it.each(['[]', '["a b"]', [], ['a b'], 5, null])('%j is refused', (raw) => {
    expect(readAs(words, raw)).toEqual({ complaint: 'must be words, separated by blanks' })
  })

  it.each(['["a"', "['a']", '[""', '["a"] b'])('%j is refused, for it only begins like a list', (raw) => {
    expect(readAs(words, raw)).toEqual({ complaint: 'begins like a JSON list and is no JSON list of texts' })
  })
})

describe('scopes', () => {
  it.each([
    ['openid email', ['openid', 'email']],
    ['openid,email, profile', ['openid', 'email', 'profile']],
    [' ,openid,, ', ['openid']],
    [
      ['openid', 'a,b'],
      ['openid', 'a,b'],
    ],
    ['["openid", "a,b"]', ['openid', 'a,b']],
  ])('%j are read as %j', (raw, value) => {
    expect(readAs(scopes, raw)).toEqual({ value })
  })

  it.each([' ', ',', [], ['openid email'], 5])('%j are refused', (raw) => {
    expect(readAs(scopes, raw)).toEqual({ complaint: 'must be scopes, separated by blanks' })
  })
})

describe('names of others’ making', () => {
  it.each([
    ['a b,c', ['a', 'b,c']],
    [
      ['Call In', 'b, c', ' d '],
      ['Call In', 'b, c', ' d '],
    ],
    ['["Call In", "b, c"]', ['Call In', 'b, c']],
  ])('%j are read as %j', (raw, value) => {
    expect(readAs(texts, raw)).toEqual({ value })
  })

  it.each([[['']], [[' ']], ['[]'], [5]])('%j are refused', (raw) => {
    expect(readAs(texts, raw)).toHaveProperty('complaint')
  })
})

describe('one of a list', () => {
  const colours = oneOf(['red', 'blue'])

  it.each(['red', 'blue', ' red '])('%j is on the list', (raw) => {
    expect(readAs(colours, raw)).toEqual({ value: raw.trim() })
  })

  it.each(['green', 'RED', 'red blue', '__proto__', 'toString'])('%j is never taken for a default (A73)', (raw) => {
    expect(readAs(colours, raw)).toEqual({ complaint: 'must be one of red, blue' })
  })
})

describe('some of a list', () => {
  const colours = listOf(['red', 'blue'])

  it.each([
    ['red', ['red']],
    [' blue  red ', ['blue', 'red']],
    ['red red', ['red']],
  ])('%j is read as %j', (raw, value) => {
    expect(readAs(colours, raw)).toEqual({ value })
  })

  it.each(['green', 'red green', 'RED', 'red,blue', '__proto__', '', 5])('%j is refused (A73)', (raw) => {
    expect(readAs(colours, raw)).toHaveProperty('complaint')
  })
})

describe('true or false', () => {
  it.each([true, 'true', 'True', 'TRUE', 'yes', 'Yes', '1', ' true '])('%j is true', (raw) => {
    expect(readAs(bool, raw)).toEqual({ value: true })
  })

  it.each([false, 'false', 'False', 'FALSE', 'no', 'No', '0', ' false '])('%j is false', (raw) => {
    expect(readAs(bool, raw)).toEqual({ value: false })
  })

  it.each(['', ' ', 'on', 'off', 'y', 'truee', '2', 'null', 1, 0, null, {}, []])('%j is neither (A73)', (raw) => {
    expect(readAs(bool, raw)).toHaveProperty('complaint')
  })
})
