/**
 * How permissions are written: words for everyone, or none, and tables for groups and roles.
 */
import { expect, it } from 'vitest'
import { configWith } from '../support/config-with.ts'

it.each<[unknown, readonly string[]]>([
  ['rooms:join  rooms:create rooms:join', ['rooms:join', 'rooms:create']],
  [['rooms:join'], ['rooms:join']],
  ['[]', []],
  [[], []],
])('GATEHOUSE_USER_PERMISSIONS as %j', (value, permissions) => {
  expect(configWith({ GATEHOUSE_USER_PERMISSIONS: value }).userPermissions).toEqual(permissions)
})

it('a table of groups takes the place of nothing, and one of roles that of the known ones', () => {
  const config = configWith({
    GATEHOUSE_GROUP_PERMISSIONS: '{"staff": "rooms:create"}',
    GATEHOUSE_ROLE_PERMISSIONS: '{"bot": "rooms:join"}',
  })
  expect([config.groupPermissions, config.rolePermissions]).toEqual([{ staff: 'rooms:create' }, { bot: 'rooms:join' }])
})
