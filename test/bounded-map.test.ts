/**
 * The map that every memory of an isolate is made of: what is dropped, and when.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBoundedMap } from '../src/bounded-map.ts'

describe('a bounded map', () => {
  it('drops the entry that was set first when there are too many', () => {
    const map = createBoundedMap<number>(2)
    for (const [index, key] of ['a', 'b', 'c'].entries()) map.set(key, index)
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([undefined, 1, 2])
  })

  it('takes an entry that is set again for the newest', () => {
    const map = createBoundedMap<number>(2)
    for (const key of ['a', 'b', 'a', 'c']) map.set(key, 1)
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([1, undefined, 1])
  })

  it('drops the oldest entries when they are too large together, and one that is too large alone', () => {
    const map = createBoundedMap<string>(10, { charactersMax: 5, charactersOf: (value) => value.length })
    map.set('a', 'xxx')
    map.set('b', 'xx')
    map.set('c', 'x')
    expect(['a', 'b', 'c'].map((key) => map.get(key))).toEqual([undefined, 'xx', 'x'])
    map.set('d', 'xxxxxx')
    expect([map.get('d'), map.size]).toEqual([undefined, 0])
  })

  it('never has more than it may, whatever is set and deleted', () => {
    const step = fc.record({
      key: fc.constantFrom(...'abcdefg'),
      value: fc.string({ maxLength: 6 }),
      isSet: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const map = createBoundedMap<string>(3, { charactersMax: 8, charactersOf: (value) => value.length })
        for (const { key, value, isSet } of steps) {
          if (isSet) map.set(key, value)
          else map.delete(key)
          const kept = [...'abcdefg'].map((name) => map.get(name) ?? '')
          expect(map.size).toBeLessThanOrEqual(3)
          expect(kept.join('').length).toBeLessThanOrEqual(8)
          if (isSet && value.length <= 8) expect(map.get(key)).toBe(value)
        }
      }),
    )
  })
})
