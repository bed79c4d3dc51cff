/**
 * How much two names differ: the same as Levenshtein says, as far as it matters, in a bounded number of steps.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distance, nearest } from '../../src/config/values/nearest.ts'

/** The whole table, as textbooks have it. */
function levenshtein(one: readonly string[], other: readonly string[]): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (const [index, letter] of one.entries()) {
    const next = [index + 1]
    for (const [at, otherLetter] of other.entries()) {
      const replaced = (row[at] ?? 0) + (letter === otherLetter ? 0 : 1)
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1))
    }
    row = next
  }
  return row[other.length] ?? 0
}

/** Letters that count how often one of them is looked at. */
function counted(text: string) {
  const letters = [...text]
  let reads = 0
  const watched = new Proxy(letters, {
    get(target, name) {
      if (typeof name === 'string' && /^\d+$/.test(name)) reads += 1
      return Reflect.get(target, name)
    },
  })
  return { letters, watched, reads: () => reads }
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '𝒜', '字'), maxLength: 12 })

describe('the distance of two words', () => {
  it('is that of Levenshtein, or one more than the most that was asked for', () => {
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 4 }), (one, other, max) => {
        const [a, b] = [[...one], [...other]]
        expect(distance(a, b, max)).toBe(Math.min(levenshtein(a, b), max + 1))
      }),
      { numRuns: 2000 },
    )
  })

  it('takes no more steps than the shorter word has letters, five times', () => {
    const long = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 3000 })
    fc.assert(
      fc.property(long, long, (one, other) => {
        const [a, b] = [counted(one), counted(other)]
        distance(a.watched, b.watched, 2)
        expect(a.reads() + b.reads()).toBeLessThanOrEqual(6 * (Math.min(a.letters.length, b.letters.length) + 2))
      }),
      { numRuns: 300 },
    )
  })

  it('of two equal words of 3000 letters takes steps in proportion to their length, not to its square', () => {
    const reads = (length: number) => {
      const [a, b] = [counted('a'.repeat(length)), counted('a'.repeat(length))]
      expect(distance(a.watched, b.watched, 2)).toBe(0)
      return a.reads() + b.reads()
    }
    expect(reads(3000) / reads(1500)).toBeLessThan(2.1)
  })

  it('is not looked for at all where the lengths differ too much', () => {
    const [a, b] = [counted('a'.repeat(1800)), counted('a'.repeat(36))]
    expect([distance(a.watched, b.watched, 2), a.reads() + b.reads()]).toEqual([3, 0])
  })
})

it('a name with a slip of the pen is recognised', () => {
  expect(nearest('OIDC_OP_URI', ['OIDC_OP_URL', 'BASE_URL'])).toBe('OIDC_OP_URL')
  expect(nearest('PATH', ['OIDC_OP_URL', 'BASE_URL'])).toBeUndefined()
})
