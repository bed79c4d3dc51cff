/**
 * How permissions are written: words for everyone, or none, and tables for groups and roles.
 */
import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'

const BASE = {
  BASE_URL: 'https://gate.example.com',
  GATEHOUSE_SECRET: 'x'.repeat(43),
  OIDC_OP_URL: 'https://idp.example',
  OIDC_RP_CLIENT_ID: 'gatehouse',
  OIDC_RP_CLIENT_SECRET: 'a-client-secret',
}

it.each<[unknown, readonly string[]]>([
  ['rooms:join  rooms:create rooms:join', ['rooms:join', 'rooms:create']],
  [['rooms:join'], ['rooms:join']],
  ['[]', []],
  [[], []],
])('GATEHOUSE_USER_PERMISSIONS as %j', (value, permissions) => {
  expect(loadConfig({ ...BASE, GATEHOUSE_USER_PERMISSIONS: value }).config.userPermissions).toEqual(permissions)
})

it('a table of groups takes the place of nothing, and one of roles that of the known ones', () => {
  const { config } = loadConfig({
    ...BASE,
    GATEHOUSE_GROUP_PERMISSIONS: '{"staff": "rooms:create"}',
    GATEHOUSE_ROLE_PERMISSIONS: '{"bot": "rooms:join"}',
  })
  expect([config.groupPermissions, config.rolePermissions]).toEqual([{ staff: 'rooms:create' }, { bot: 'rooms:join' }])
})
