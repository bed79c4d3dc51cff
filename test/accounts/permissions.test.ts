/**
 * What people and programs may do: of everyone, of groups, and of roles.
 */
import { describe, expect, it } from 'vitest'
import { type Holder, type PermissionRules, permissionsOf } from '../../src/accounts/permissions.ts'

const RULES: PermissionRules = {
  userPermissions: ['rooms:join', 'rooms:create'],
  groupPermissions: { moderators: 'rooms:moderate  rooms:create', constructor: 'rooms:odd' },
  rolePermissions: { 'opentalk-recorder': 'rooms:join rooms:record', editor: 'pages:edit' },
  serviceRoles: ['opentalk-recorder'],
}

const of = (holder: Partial<Holder>, rules = RULES) =>
  permissionsOf({ principal: 'user', groups: [], roles: undefined, ...holder }, rules)

describe('a person', () => {
  it.each<[string, Partial<Holder>, readonly string[]]>([
    ['of no group', {}, ['rooms:join', 'rooms:create']],
    ['of a group', { groups: ['staff', 'moderators'] }, ['rooms:join', 'rooms:create', 'rooms:moderate']],
    ['whose groups are not known', { groups: null }, ['rooms:join', 'rooms:create']],
    ['with a role', { roles: ['editor'] }, ['rooms:join', 'rooms:create', 'pages:edit']],
    ['with a role that is for programs', { roles: ['opentalk-recorder'] }, ['rooms:join', 'rooms:create']],
    [
      'of a group that is called like a member of objects',
      { groups: ['toString', 'hasOwnProperty'] },
      ['rooms:join', 'rooms:create'],
    ],
    [
      'of a group that is called so and has permissions',
      { groups: ['constructor'] },
      ['rooms:join', 'rooms:create', 'rooms:odd'],
    ],
  ])('%s', (_, holder, permissions) => {
    expect(of(holder)).toEqual(permissions)
  })

  it('may do nothing where the settings say so', () => {
    expect(of({}, { ...RULES, userPermissions: [] })).toEqual([])
  })
})

describe('a program', () => {
  it.each<[readonly string[] | undefined, readonly string[]]>([
    [undefined, []],
    [['unknown'], []],
    [['opentalk-recorder'], ['rooms:join', 'rooms:record']],
    [
      ['opentalk-recorder', 'editor'],
      ['rooms:join', 'rooms:record', 'pages:edit'],
    ],
  ])('with the roles %j has those of its roles alone', (roles, permissions) => {
    expect(of({ principal: 'service', roles, groups: ['moderators'] })).toEqual(permissions)
  })
})

it('of what may be a person or a program, nothing is said', () => {
  expect(of({ principal: undefined, roles: ['editor'] })).toBeUndefined()
})
