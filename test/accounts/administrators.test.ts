/**
 * Who is an administrator: whom the settings name, by provider and subject or group, and no one else.
 */
import { describe, expect, it } from 'vitest'
import { administratorEntry, type Candidate, isAdministrator } from '../../src/accounts/administrators.ts'
import { configWith } from '../support/config-with.ts'

const brought = { subject: 'alice', groups: ['staff', 'Domain Admins'], roles: ['gatehouse-admin'] }
const alice: Candidate = { providerId: 'default', brought, isByEmail: false }

describe('an administrator', () => {
  it.each([
    ['by subject', { GATEHOUSE_ADMINS: 'default:bob, default:alice' }],
    ['by group', { GATEHOUSE_ADMIN_GROUPS: 'default:staff' }],
    ['by role', { GATEHOUSE_ADMIN_ROLES: 'default:gatehouse-admin' }],
    ['by a group with a blank in it', { GATEHOUSE_ADMIN_GROUPS: 'default:operators,default:Domain Admins' }],
    ['by a list in wrangler.toml', { GATEHOUSE_ADMINS: ['default:alice'] }],
    ['by a JSON list', { GATEHOUSE_ADMINS: '["default:alice"]' }],
  ])('is named %s', (_, settings) => {
    expect(isAdministrator(alice, configWith(settings))).toBe(true)
  })

  it.each([
    ['no one is named', {}],
    ['an empty list names no one', { GATEHOUSE_ADMINS: ' , ', GATEHOUSE_ADMIN_GROUPS: '' }],
    ['someone else is named', { GATEHOUSE_ADMINS: 'default:alice2' }],
    ['capital letters count', { GATEHOUSE_ADMINS: 'default:Alice' }],
    ['a subject of another provider', { GATEHOUSE_ADMINS: 'other:alice' }],
    ['a group of another provider', { GATEHOUSE_ADMIN_GROUPS: 'other:staff' }],
    ['a role of another provider', { GATEHOUSE_ADMIN_ROLES: 'other:gatehouse-admin' }],
    ['a group is no role', { GATEHOUSE_ADMIN_ROLES: 'default:staff' }],
    ['a role is no group', { GATEHOUSE_ADMIN_GROUPS: 'default:gatehouse-admin' }],
    ['a subject is no group', { GATEHOUSE_ADMIN_GROUPS: 'default:alice' }],
    ['a group is no subject', { GATEHOUSE_ADMINS: 'default:staff' }],
    ['a part of a group', { GATEHOUSE_ADMIN_GROUPS: 'default:sta' }],
  ])('is not: %s', (_, settings) => {
    expect(isAdministrator(alice, configWith(settings))).toBe(false)
  })

  it.each([
    ['a distinguished name', 'CN=Admins,OU=Groups,DC=corp', 'default:staff2, default:CN=Admins,OU=Groups,DC=corp'],
    ['a distinguished name with a comma of its own', 'CN=Doe\\, Jane,DC=corp', 'default:CN=Doe\\, Jane,DC=corp'],
    ['a name with a comma', 'Sales, Berlin', '["default:Sales, Berlin"]'],
  ])('is named by %s, as subject and as group, and by no part of it', (_, name, written) => {
    const [byGroup, bySubject] = [{ GATEHOUSE_ADMIN_GROUPS: written }, { GATEHOUSE_ADMINS: written }]
    const of = (subject: string, group: string): Candidate => ({
      ...alice,
      brought: { subject, groups: [group], roles: null },
    })
    expect(isAdministrator(of('bob', name), configWith(byGroup))).toBe(true)
    expect(isAdministrator(of(name, 'x'), configWith(bySubject))).toBe(true)
    for (const part of name.split(',').map((one) => one.trim())) {
      expect(isAdministrator(of(part, part), configWith({ ...byGroup, ...bySubject }))).toBe(false)
    }
  })

  it('is written as they are compared', () => {
    expect(isAdministrator(alice, configWith({ GATEHOUSE_ADMINS: administratorEntry('default', 'alice') }))).toBe(true)
  })

  it('is no one by an empty group', () => {
    expect(
      isAdministrator(
        { ...alice, brought: { ...brought, groups: [''] } },
        configWith({ GATEHOUSE_ADMIN_GROUPS: 'default:x' }),
      ),
    ).toBe(false)
    expect(() => configWith({ GATEHOUSE_ADMIN_GROUPS: 'default:' })).toThrow('GATEHOUSE_ADMIN_GROUPS')
  })

  it('no one is one whose session is older than the record of what it brought, or did not bring the group', () => {
    const settings = { GATEHOUSE_ADMINS: 'default:alice', GATEHOUSE_ADMIN_GROUPS: 'default:staff' }
    expect(isAdministrator({ ...alice, brought: null }, configWith(settings))).toBe(false)
    const others = [
      { subject: 'bob', groups: null, roles: null },
      { subject: 'bob', groups: [], roles: [] },
    ]
    for (const other of others) expect(isAdministrator({ ...alice, brought: other }, configWith(settings))).toBe(false)
  })

  it('no one is one whose account was found by an e-mail address, for its subject and groups may be those of someone else', () => {
    const settings = {
      GATEHOUSE_ADMINS: 'default:alice',
      GATEHOUSE_ADMIN_GROUPS: 'default:staff',
      GATEHOUSE_ADMIN_ROLES: 'default:gatehouse-admin',
    }
    expect(isAdministrator({ ...alice, isByEmail: true }, configWith(settings))).toBe(false)
  })
})
