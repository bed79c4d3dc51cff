/**
 * docs/conformance.md has a verdict on every requirement, each once.
 */
import { describe, expect, it } from 'vitest'
import { readVerdicts } from '../support/verdicts.ts'

/** How many requirements each area has. */
const AREAS = {
  DM: 11,
  AQ: 20,
  AR: 17,
  TK: 15,
  ID: 25,
  JW: 7,
  UI: 11,
  RF: 12,
  TP: 5,
  RL: 10,
  BL: 30,
  FL: 9,
  IN: 21,
  JI: 15,
  AT: 14,
  JB: 22,
  SB: 13,
  BF: 18,
  CK: 15,
}

const verdicts = readVerdicts()

describe('docs/conformance.md', () => {
  it('lists all 290 requirements, each once', () => {
    const expected = Object.entries(AREAS).flatMap(([area, count]) =>
      Array.from({ length: count }, (_, index) => `${area}${index + 1}`),
    )
    expect(expected).toHaveLength(290)
    expect(verdicts.map(({ id }) => id)).toEqual(expected)
  })

  it('has no open verdict', () => {
    expect(verdicts.filter(({ kind }) => kind === 'open').map(({ id }) => id)).toEqual([])
  })

  it('gives a reason for everything that does not apply', () => {
    const bare = verdicts.filter(({ kind, reason }) => kind === 'not applicable' && reason.length < 20)
    expect(bare.map(({ id }) => id)).toEqual([])
  })
})
