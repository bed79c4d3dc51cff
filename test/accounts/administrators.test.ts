/**
 * Who is an administrator: whom the settings name, by provider and subject or group, and nobody else.
 */
import { describe, expect, it } from 'vitest'
import { administratorEntry, isAdministrator } from '../../src/accounts/administrators.ts'
import { loadConfig } from '../../src/config/load.ts'

const configWith = (settings: Readonly<Record<string, unknown>>) =>
  loadConfig({
    BASE_URL: 'https://login.example.org',
    GATEHOUSE_SECRET: 'a-secret-of-gatehouse-of-32-bytes-or-more',
    OIDC_OP_URL: 'https://id.example.org',
    OIDC_RP_CLIENT_ID: 'gatehouse',
    OIDC_RP_CLIENT_SECRET: 'secret',
    ...settings,
  }).config

const alice = { providerId: 'default', subject: 'alice', groups: ['staff', 'Domain Admins'], isByEmail: false }

describe('an administrator', () => {
  it.each([
    ['by subject', { GATEHOUSE_ADMINS: 'default:bob, default:alice' }],
    ['by group', { GATEHOUSE_ADMIN_GROUPS: 'default:staff' }],
    ['by a group with a blank in it', { GATEHOUSE_ADMIN_GROUPS: 'default:operators,default:Domain Admins' }],
    ['by a list in wrangler.toml', { GATEHOUSE_ADMINS: ['default:alice'] }],
  ])('is named %s', (_, settings) => {
    expect(isAdministrator(alice, configWith(settings))).toBe(true)
  })

  it.each([
    ['nobody is named', {}],
    ['an empty list names nobody', { GATEHOUSE_ADMINS: ' , ', GATEHOUSE_ADMIN_GROUPS: '' }],
    ['somebody else is named', { GATEHOUSE_ADMINS: 'default:alice2' }],
    ['capital letters count', { GATEHOUSE_ADMINS: 'default:Alice' }],
    ['a subject of another provider', { GATEHOUSE_ADMINS: 'other:alice' }],
    ['a group of another provider', { GATEHOUSE_ADMIN_GROUPS: 'other:staff' }],
    ['a subject is no group', { GATEHOUSE_ADMIN_GROUPS: 'default:alice' }],
    ['a group is no subject', { GATEHOUSE_ADMINS: 'default:staff' }],
    ['a part of a group', { GATEHOUSE_ADMIN_GROUPS: 'default:sta' }],
  ])('is not: %s', (_, settings) => {
    expect(isAdministrator(alice, configWith(settings))).toBe(false)
  })

  it('is written as they are compared', () => {
    expect(isAdministrator(alice, configWith({ GATEHOUSE_ADMINS: administratorEntry(alice) }))).toBe(true)
  })

  it('is nobody by an empty group', () => {
    expect(isAdministrator({ ...alice, groups: [''] }, configWith({ GATEHOUSE_ADMIN_GROUPS: 'default:x' }))).toBe(false)
    expect(() => configWith({ GATEHOUSE_ADMIN_GROUPS: 'default:' })).toThrow('GATEHOUSE_ADMIN_GROUPS')
  })

  it('nobody is one whose account was found by an e-mail address, for its subject and groups may be those of somebody else', () => {
    const settings = { GATEHOUSE_ADMINS: 'default:alice', GATEHOUSE_ADMIN_GROUPS: 'default:staff' }
    expect(isAdministrator({ ...alice, isByEmail: true }, configWith(settings))).toBe(false)
  })
})
