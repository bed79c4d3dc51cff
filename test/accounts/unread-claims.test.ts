/**
 * What the log says of claims that cannot be read or never come: which, of what type, and no value.
 */
import { describe, expect, it } from 'vitest'
import { unreadClaims } from '../../src/accounts/unread-claims.ts'
import { configWith } from '../support/config-with.ts'

const SECRET_VALUE = 'somebody@corp.example'

function unread(claims: Readonly<Record<string, unknown>>, settings: Readonly<Record<string, string>> = {}) {
  return unreadClaims(claims, configWith(settings).providers[0])
}

describe('nothing is said', () => {
  it.each([
    ['of ordinary claims', { email: SECRET_VALUE, email_verified: true, groups: ['a'], name: 'A' }, {}],
    ['of claims that are null or empty', { email: null, name: '', groups: [] }, {}],
    ['of groups that no one asked for', {}, {}],
    ['of groups that a type has, and no one asked for', {}, { OIDC_OP_TYPE: 'entra' }],
    ['of groups that are elsewhere', { _claim_names: { groups: 'src1' } }, { OIDC_USERINFO_GROUPS_CLAIM: 'groups' }],
    ['of one of two claims with groups', { groups: [] }, { OIDC_USERINFO_GROUPS_CLAIM: 'roles,groups' }],
    ['of one of two names', { given_name: 'A' }, { OIDC_USERINFO_FULLNAME_FIELDS: 'given_name,family_name' }],
    ['of claims that nothing here reads', { address: { country: 'FR' }, level: 5 }, {}],
  ] as const)('%s', (_, claims, settings) => {
    expect(unread(claims, settings)).toBeNull()
  })
})

describe('a claim that cannot be read', () => {
  it.each([
    [{ email: [SECRET_VALUE] }, {}, 'email is a list and must be a text'],
    [{ name: { de: SECRET_VALUE } }, {}, 'name is an object and must be a text'],
    [{ groups: 5 }, {}, 'groups is a number and must be a list'],
    [{ groups: ['a', 5] }, {}, 'groups has something in it that cannot be read'],
    [
      { realm_access: { roles: [['a']] } },
      { OIDC_USERINFO_GROUPS_CLAIM: 'realm_access.roles' },
      'realm_access.roles has',
    ],
    [{ email_verified: 'False' }, {}, 'email_verified is a text and must be true or false'],
    [{ short: [SECRET_VALUE] }, { OIDC_USERINFO_SHORTNAME_FIELD: 'short' }, 'short is a list and must be a text'],
  ] as const)('is named with its type, without its value: %j', (claims, settings, sentence) => {
    const said = unread(claims, settings)
    expect(said?.unreadable).toEqual([expect.stringContaining(sentence)])
    expect(said?.absent).toEqual([])
    expect(JSON.stringify(said)).not.toContain(SECRET_VALUE)
  })
})

describe('a claim that a setting names and that is not there', () => {
  it.each([
    [{ OIDC_USERINFO_GROUPS_CLAIM: 'groups' }, ['groups']],
    [{ OIDC_USERINFO_GROUPS_CLAIM: 'groups', OIDC_OP_TYPE: 'entra' }, ['groups']],
    [{ OIDC_USERINFO_GROUPS_CLAIM: 'realm_access.roles' }, ['realm_access.roles']],
    [{ OIDC_USERINFO_GROUPS_CLAIM: 'roles,groups' }, ['roles', 'groups']],
    [{ OIDC_USERINFO_FULLNAME_FIELDS: 'first,last' }, ['first', 'last']],
    [{ OIDC_USERINFO_SHORTNAME_FIELD: 'short' }, ['short']],
  ] as const)('is named, with what brings it: %j', (settings, absent) => {
    const said = unread({ realm_access: {} }, settings)
    expect(said).toMatchObject({ unreadable: [], absent })
    expect(said?.fix).toEqual(absent.map((name) => expect.stringMatching(new RegExp(`^${name}: .{20}`))))
  })
})
