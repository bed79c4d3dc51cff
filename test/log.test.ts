/**
 * Log lines: one JSON object each, on the console method of their level, with the story of a failure and nothing secret (A72).
 */
import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { GatehouseError } from '../src/errors.ts'
import { consoleLog, describeFailure, printable } from '../src/log.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

/** What the console got, by method. */
function captured() {
  const lines: { method: string; line: string }[] = []
  for (const method of ['log', 'warn', 'error'] as const) {
    vi.spyOn(console, method).mockImplementation((line: string) => {
      lines.push({ method, line })
    })
  }
  return lines
}

describe('a line', () => {
  it.each([
    ['info', 'log'],
    ['warn', 'warn'],
    ['error', 'error'],
  ] as const)('of level %s goes to console.%s', (level, method) => {
    const lines = captured()
    consoleLog({ level, event: 'sign_in' })
    expect(lines.map((written) => written.method)).toEqual([method])
  })

  it('is one JSON object with level, event, reference and details side by side', () => {
    const lines = captured()
    consoleLog({
      level: 'warn',
      event: 'refused',
      ref: 'abc',
      detail: { code: 'not_found', causes: ['a', 'b'], status: 404 },
    })
    expect(lines.map(({ line }) => JSON.parse(line))).toEqual([
      { level: 'warn', event: 'refused', ref: 'abc', code: 'not_found', causes: ['a', 'b'], status: 404 },
    ])
  })

  it('has no reference when there is none', () => {
    const lines = captured()
    consoleLog({ level: 'info', event: 'purged' })
    expect(lines.map(({ line }) => JSON.parse(line))).toEqual([{ level: 'info', event: 'purged' }])
  })

  it('stays one line, whatever is in its details', () => {
    const lines = captured()
    consoleLog({ level: 'info', event: 'refused', detail: { reason: 'a\nb\r{"level":"error"}' } })
    expect(lines.map(({ line }) => line.split(/[\r\n]/).length)).toEqual([1])
  })
})

describe('a line has a bounded length, and is JSON all the same', () => {
  it.each([
    ['one long value', { reason: 'x'.repeat(1_000_000) }],
    ['values that grow when they are written', { reason: '"\\\n'.repeat(100_000), hint: '\u0001'.repeat(100_000) }],
    ['a long list', { causes: Array.from({ length: 10_000 }, () => 'x'.repeat(1000)) }],
    ['very many members', Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`m${at}`, 'x'.repeat(100)]))],
    ['a long name', { ['x'.repeat(100_000)]: 1 }],
  ])('%s', (_, detail) => {
    const lines = captured()
    consoleLog({ level: 'info', event: 'refused', ref: 'abc', detail })
    const line = lines[0]?.line ?? ''
    expect(line.length).toBeLessThanOrEqual(16_384)
    expect(JSON.parse(line)).toMatchObject({ level: 'info', event: 'refused', ref: 'abc' })
  })

  it('any text, as a member of any number', () => {
    const lines = captured()
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.array(fc.string({ unit: 'binary' }))), (detail) => {
        consoleLog({ level: 'info', event: 'refused', detail })
        const line = lines.pop()?.line ?? ''
        expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}]/u)
        expect(() => JSON.parse(line)).not.toThrow()
      }),
    )
  })
})

describe('the story of a failure', () => {
  it('has its code, its sentence and its details', () => {
    expect(
      describeFailure(new GatehouseError('not_found', 'path_unknown', 'no such page', { detail: { path: '/x' } })),
    ).toEqual({
      code: 'not_found',
      reason: 'no such page',
      reason_code: 'path_unknown',
      path: '/x',
      causes: [],
    })
  })

  it('names each cause with its code, from the nearest to the farthest', () => {
    const root = new TypeError('fetch failed')
    const middle = Object.assign(new Error('no answer', { cause: root }), { code: 'ERR_NETWORK' })
    expect(
      describeFailure(new GatehouseError('provider_unreachable', 'no_answer', 'x', { cause: middle })).causes,
    ).toEqual(['Error [ERR_NETWORK]: no answer', 'TypeError: fetch failed'])
  })

  it('ends after four causes, also when they go in a circle', () => {
    const error = new Error('round')
    error.cause = error
    expect(describeFailure(new GatehouseError('internal', 'unexpected', 'x', { cause: error })).causes).toHaveLength(4)
  })

  it.each([{ access_token: 'MARKER' }, 'MARKER', ['MARKER'], { message: 'MARKER', name: 'Error' }])(
    'leaves out a cause that is not an error, for it may hold tokens and claims: %j (A72)',
    (cause) => {
      expect(
        JSON.stringify(describeFailure(new GatehouseError('token_invalid', 'not_a_jwt', 'x', { cause }))),
      ).not.toContain('MARKER')
    },
  )

  it('leaves out what hangs on an error besides its message (A72)', () => {
    const cause = Object.assign(new Error('refused', { cause: { body: 'MARKER' } }), {
      claims: 'MARKER',
      response: 'MARKER',
    })
    expect(
      JSON.stringify(describeFailure(new GatehouseError('token_invalid', 'not_a_jwt', 'x', { cause }))),
    ).not.toContain('MARKER')
  })

  it('leaves out what a JSON parser quotes of what it could not read (A72)', () => {
    let cause: unknown
    try {
      JSON.parse('{"access_token": MARKER}')
    } catch (error) {
      cause = error
    }
    const story = describeFailure(
      new GatehouseError('provider_error', 'refused_by_provider', 'x', { cause: new Error('no JSON', { cause }) }),
    )
    expect(JSON.stringify(story)).not.toContain('MARKER')
  })

  it('leaves out a code that is not text', () => {
    const cause = Object.assign(new Error('refused'), { code: 42 })
    expect(describeFailure(new GatehouseError('internal', 'unexpected', 'x', { cause })).causes).toEqual([
      'Error: refused',
    ])
  })

  it('makes the message of a cause fit for one line', () => {
    const lines = captured()
    const cause = new Error(`a\r\nb${'c'.repeat(5000)}`)
    const detail = describeFailure(new GatehouseError('internal', 'unexpected', 'x', { cause }))
    consoleLog({ level: 'error', event: 'refused', detail })
    expect(lines.map(({ line }) => JSON.parse(line).causes)).toEqual([[`Error: a  b${'c'.repeat(1989)}…`]])
  })
})

describe('text from outside', () => {
  it.each([
    ['plain', 'plain'],
    ['äöü €', 'äöü €'],
    ['a\nb', 'a b'],
    ['a\r\nb', 'a  b'],
    ['a\0b\u001b[31m\u007f\u0085', 'a b [31m  '],
    ['a\u202eb\u2066c\u200fd', 'a b c d'],
    ['a\u2028b\u2029c\u200bd\ufeffe', 'a b c d e'],
    ['a\u{e0041}b\ud800c', 'a b c'],
    ['मार्क\u200dर 👩\u200d💻', 'मार्क\u200dर 👩\u200d💻'],
    ['', ''],
  ])('%j is written as %j', (text, written) => {
    expect(printable(text)).toBe(written)
  })

  it('is cut after 300 characters', () => {
    expect(printable('x'.repeat(10_000))).toBe('x'.repeat(300))
  })
})
