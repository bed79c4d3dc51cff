/**
 * The answer to an introspection request: of a bad token exactly one word, of a good one its claims.
 */
import { expect, it } from 'vitest'
import { bad, introspectionAnswer } from '../../src/tokens/access-token.ts'

it.each(['expired', 'another issuer', ''])('of a bad token nothing is said but that it is not active: %j', (reason) => {
  expect(JSON.stringify(introspectionAnswer(bad(reason)))).toBe('{"active":false}')
})

it('of a good token the claims, the principal, the roles and the permissions are told', () => {
  const claims = { sub: 'alice', exp: 5, cnf: { jkt: 'x' } }
  expect(introspectionAnswer({ active: true, principal: 'user', roles: ['a'], permissions: ['p'], claims })).toEqual({
    active: true,
    sub: 'alice',
    exp: 5,
    cnf: { jkt: 'x' },
    principal: 'user',
    roles: ['a'],
    permissions: ['p'],
  })
})

it('no claim can take the place of principal, roles and permissions', () => {
  const claims = { principal: 'service', roles: ['admin'], permissions: ['rooms:moderate'] }
  expect(introspectionAnswer({ active: true, principal: 'user', roles: [], permissions: [], claims })).toMatchObject({
    principal: 'user',
    roles: [],
    permissions: [],
  })
})
