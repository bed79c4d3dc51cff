/**
 * The answer to an introspection request: of a bad token exactly one word, of a good one its claims.
 */
import { expect, it } from 'vitest'
import { bad, introspectionAnswer } from '../../src/tokens/access-token.ts'

it.each(['expired', 'another issuer', ''])('of a bad token nothing is said but that it is not active: %j', (reason) => {
  expect(JSON.stringify(introspectionAnswer(bad(reason)))).toBe('{"active":false}')
})

it('of a good token the claims, the principal and the roles are told', () => {
  const claims = { sub: 'alice', exp: 5, cnf: { jkt: 'x' } }
  expect(introspectionAnswer({ active: true, principal: 'user', roles: ['a'], claims })).toEqual({
    active: true,
    sub: 'alice',
    exp: 5,
    cnf: { jkt: 'x' },
    principal: 'user',
    roles: ['a'],
  })
})

it('no claim can take the place of principal and roles', () => {
  const claims = { principal: 'service', roles: ['admin'] }
  expect(introspectionAnswer({ active: true, principal: 'user', roles: [], claims })).toMatchObject({
    principal: 'user',
    roles: [],
  })
})
