/**
 * Which groups someone has of whom groups are pushed, beside those of the claims.
 */
import { expect, it } from 'vitest'
import { allGroups } from '../../src/accounts/scim/standing.ts'

it.each([
  [['a'], [], ['a']],
  [['a'], ['c', 'b', 'a'], ['a', 'b', 'c']],
  [[], ['b'], ['b']],
  [null, [], null],
  // That they are too many for a token does not matter when they are pushed.
  [null, ['b'], ['b']],
])('of the claims %j, pushed %j', (claimed, pushed, all) => {
  expect(allGroups(claimed, pushed)).toEqual(all)
})
