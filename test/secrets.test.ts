/**
 * Secrets taken out of texts of others: in every spelling, also where the text is cut, and without a search that never ends.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { redactedBeginning, redactionOf } from '../src/secrets.ts'

const inJson = (text: string) => JSON.stringify(text).slice(1, -1)
const inAscii = (text: string) =>
  inJson(text).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)

const SPELLINGS: readonly [string, (text: string) => string][] = [
  ['as it is', (text) => text],
  ['in JSON', inJson],
  ['in JSON within JSON', (text) => inJson(inJson(text))],
  ['in JSON, in ASCII', inAscii],
  ['in a URL', encodeURIComponent],
  ['in HTML, by number', (text) => [...text].map((c) => `&#${c.codePointAt(0)};`).join('')],
]

describe('a secret with backslashes and quotation marks', () => {
  const secret = fc.string({ unit: fc.constantFrom('\\', '"', '/', 'a', 'ä', '𝒜'), minLength: 8, maxLength: 60 })

  it.each(SPELLINGS)('%s, is taken out whole', (_, spell) => {
    fc.assert(
      fc.property(secret, (one) => {
        expect(redactionOf([one])(`it is ${spell(one)}, which is wrong`)).toBe('it is …, which is wrong')
      }),
      { numRuns: 30 },
    )
  })

  // Were each way tried in which backslashes can be shared out among the characters, these would take longer than any test may.
  it.each([
    ['backslashes', '\\', '\\'],
    ['backslashes that are escaped', '\\', '\\\\'],
    ['quotation marks that are escaped', '\\"', '\\\\\\"'],
    ['numbers of characters', '\\ä', '\\\\\\u00e4'],
    ['numbers of backslashes', '\\u005c', '\\u005c'],
    ['signs of percent', '%25', '%2525'],
    ['ampersands', '&amp;', '&amp;amp;'],
  ])('is not found in a long row of %s that is almost it, and the search ends', (_, part, written) => {
    const text = written.repeat(500)
    expect(redactionOf([`${part.repeat(Math.floor(50 / part.length))}Z`])(text)).toBe(text)
  })
})

describe('a text without encodings', () => {
  const characters = fc.constantFrom('+', '-', '/', '_', ' ', '=', 'a', 'B', '7', 'ä', '𝒜', '"')
  const secrets = fc.array(fc.string({ unit: characters, minLength: 3, maxLength: 70 }), { minLength: 1, maxLength: 3 })

  it('loses the same as with an encoding elsewhere in it', () => {
    fc.assert(
      fc.property(secrets, fc.string({ unit: characters, maxLength: 20 }), (some, around) => {
        const redact = redactionOf(some)
        for (const one of some) {
          const text = [around, one, one.toUpperCase(), one.replaceAll(' ', '+'), around].join(' ')
          expect(`${redact(text)} \n%`).toBe(redact(`${text} \n%`))
        }
      }),
      { numRuns: 30 },
    )
  })
})

describe('a text that is cut', () => {
  const secret = 'a-secret-of-some-length'
  const redact = redactionOf([secret])

  it('does not end with half of a secret, however often the whole is before it', () => {
    const rest = redactedBeginning(`${secret} `.repeat(1000), 10_000, redact)
    expect(rest).not.toContain('a-s')
    expect(redactedBeginning(`${'x '.repeat(4995)}${secret}`, 10_000, redact)).not.toContain('a-s')
  })

  it('that is short enough keeps its end', () => {
    expect(redactedBeginning(`x ${secret} y`, 10_000, redact)).toBe('x … y')
  })
})
