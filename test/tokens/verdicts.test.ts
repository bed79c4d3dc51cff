/**
 * The memory of verdicts: how long one stays, and that there is an end to how many.
 */
import { expect, it } from 'vitest'
import { bad, type GoodToken } from '../../src/tokens/access-token.ts'
import { createVerdicts } from '../../src/tokens/verdicts.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { NOW, START } from '../support/token-world.ts'

const STANDS = { stands: () => true }
const AS_OF = { stretch: {}, id: 1 }

const good = (exp: unknown): GoodToken => ({
  active: true,
  principal: 'user',
  roles: [],
  permissions: [],
  claims: { exp },
})

it('what no one has asked for is not known', () => {
  expect(createVerdicts(createFakeClock(START), STANDS).recall('a')).toBeUndefined()
})

it.each([
  ['a good verdict', good(NOW + 1000), 60],
  ['one whose token ends before', good(NOW + 5), 5],
  ['one whose token ends within the second', good(NOW + 0.5), 0.5],
  ['one whose token has ended', good(NOW), 0],
  ['one without an end', good(undefined), 0],
  ['a refusal', bad('x'), 10],
  ['a token that the provider does not know', null, 10],
] as const)('%s stays so long and no longer', (_, verdict, seconds) => {
  const clock = createFakeClock(START)
  const verdicts = createVerdicts(clock, STANDS)
  verdicts.keep('a', verdict, AS_OF, [])
  if (seconds > 0) {
    clock.advance(seconds - 0.001)
    expect(verdicts.recall('a')).toBe(verdict)
    clock.advance(0.001)
  }
  expect(verdicts.recall('a')).toBeUndefined()
})

it('the oldest one goes when there are 2000 (A56)', () => {
  const verdicts = createVerdicts(createFakeClock(START), STANDS)
  for (let count = 0; count <= 2000; count++) verdicts.keep(String(count), null, AS_OF, [])
  expect([verdicts.recall('0'), verdicts.recall('1'), verdicts.recall('2000')]).toEqual([undefined, null, null])
})

it('one of which the provider says more than 8,192 characters is not kept', () => {
  const verdicts = createVerdicts(createFakeClock(START), STANDS)
  const verdict = (length: number): GoodToken => ({
    ...good(NOW + 1000),
    claims: { exp: NOW + 1000, authorization_details: ['x'.repeat(length)] },
  })
  verdicts.keep('long', verdict(8192), AS_OF, [])
  verdicts.keep('usual', verdict(4096), AS_OF, [])
  expect([verdicts.recall('long'), verdicts.recall('usual')?.active]).toEqual([undefined, true])
})

it('what was revoked since is not known, and nothing else is forgotten', () => {
  const verdicts = createVerdicts(createFakeClock(START), { stands: (_, names) => !names.includes('token sub a') })
  verdicts.keep('a', good(NOW + 1000), AS_OF, ['token sub a'])
  verdicts.keep('b', good(NOW + 1000), AS_OF, ['token sub b'])
  expect([verdicts.recall('a'), verdicts.recall('b')?.active]).toEqual([undefined, true])
})
