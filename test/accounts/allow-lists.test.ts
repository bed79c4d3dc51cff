/**
 * Who is on the lists of those who may come in, and what is said of those who are not.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AllowLists, isListed, refuseUnlisted } from '../../src/accounts/allow-lists.ts'
import { GatehouseError } from '../../src/errors.ts'

const allowed = (...entries: string[]) =>
  entries.map((entry) => {
    const [, providerId = null, value = ''] = /^(?:(\w+):)?(.*)$/.exec(entry) ?? []
    return { providerId, value }
  })

const lists = (allowedEmails: string[], allowedGroups: string[] = [], allowedRoles: string[] = []): AllowLists => ({
  allowedEmails: allowed(...allowedEmails),
  allowedGroups: allowed(...allowedGroups),
  allowedRoles: allowed(...allowedRoles),
})

const at = (id: string, trustAbsentEmailVerified = false) => ({ id, config: { trustAbsentEmailVerified } })

const ALICE = { email: 'alice@example.org', email_verified: true, x_grp: ['staff'], roles: null }

function reasonFor(
  person: Parameters<typeof refuseUnlisted>[0],
  of: AllowLists,
  provider = at('default'),
): string | null {
  try {
    refuseUnlisted(person, provider, of)
    return null
  } catch (error) {
    if (error instanceof GatehouseError && error.code === 'account_not_allowed') return error.reason
    throw error
  }
}

describe('an address', () => {
  it.each<[string, string[], string | null]>([
    ['the same address', ['alice@example.org'], null],
    ['its domain', ['bob@example.org', '@example.org'], null],
    ['a domain above its own, with all below it', ['@*.org'], null],
    ['its own domain, with those below it only', ['@*.example.org'], 'email_not_allowed'],
    ['the end of its domain', ['@ample.org'], 'email_not_allowed'],
    ['a longer domain', ['@example.org.evil.example'], 'email_not_allowed'],
    ['another address of the domain', ['bob@example.org'], 'email_not_allowed'],
  ])('is judged by %s', (_, entries, reason) => {
    expect(reasonFor(ALICE, lists(entries))).toBe(reason)
  })

  it.each<[string, boolean | null, boolean, string | null]>([
    ['verified', true, false, null],
    ['not verified', false, false, 'email_not_verified'],
    ['not verified, where silence is trusted', false, true, 'email_not_verified'],
    ['nothing said', null, false, 'email_not_verified'],
    ['nothing said, where silence is trusted', null, true, null],
  ])('counts if the provider vouches for it (%s)', (_, email_verified, trusts, reason) => {
    expect(reasonFor({ ...ALICE, email_verified }, lists(['@example.org']), at('default', trusts))).toBe(reason)
  })

  it('that is not there lets no one in', () => {
    expect(reasonFor({ ...ALICE, email: null }, lists(['@example.org']))).toBe('email_missing')
  })

  it('with two @ has the domain after the last one', () => {
    const email = '"x@example.org"@evil.example'
    expect(reasonFor({ ...ALICE, email }, lists(['@example.org']))).toBe('email_not_allowed')
  })
})

describe('groups', () => {
  it.each<[readonly string[] | null, string | null]>([
    [['staff'], null],
    [['other', 'guests'], null],
    [['Staff'], 'group_not_allowed'],
    [[], 'group_not_allowed'],
    [null, 'groups_unknown'],
  ])('%j', (x_grp, reason) => {
    expect(reasonFor({ ...ALICE, x_grp }, lists([], ['staff', 'guests']))).toBe(reason)
  })

  it('and an address must both be allowed', () => {
    expect(reasonFor({ ...ALICE, x_grp: [] }, lists(['@example.org'], ['staff']))).toBe('group_not_allowed')
    expect(reasonFor({ ...ALICE, email: 'a@x.example' }, lists(['@example.org'], ['staff']))).toBe('email_not_allowed')
  })
})

describe('roles', () => {
  it.each<[readonly string[] | null, string | null]>([
    [['member'], null],
    [['other', 'member'], null],
    [['Member'], 'role_not_allowed'],
    [[], 'role_not_allowed'],
    [null, 'role_not_allowed'],
  ])('%j', (roles, reason) => {
    expect(reasonFor({ ...ALICE, roles }, lists([], [], ['member']))).toBe(reason)
  })

  it('and groups must both be allowed', () => {
    const both = lists([], ['staff'], ['member'])
    expect(reasonFor({ ...ALICE, x_grp: ['staff'], roles: ['member'] }, both)).toBe(null)
    expect(reasonFor({ ...ALICE, x_grp: ['staff'], roles: ['x'] }, both)).toBe('role_not_allowed')
    expect(reasonFor({ ...ALICE, x_grp: ['x'], roles: ['member'] }, both)).toBe('group_not_allowed')
  })
})

describe('entries for one provider', () => {
  const of = lists(['partner:@partner.example', '@example.org'], ['partner:meetings'])

  it('count there, beside those for all', () => {
    const bob = { ...ALICE, email: 'bob@partner.example', x_grp: ['meetings'] }
    expect([reasonFor(bob, of, at('partner')), reasonFor(bob, of)]).toEqual([null, 'email_not_allowed'])
    expect(reasonFor({ ...ALICE, x_grp: ['meetings'] }, of, at('partner'))).toBe(null)
  })

  it('say nothing of another', () => {
    expect([reasonFor(ALICE, of), reasonFor(ALICE, of, at('partner'))]).toEqual([null, 'group_not_allowed'])
  })
})

it('without a list everyone is let in, and with one only those whom an entry names', () => {
  const person = fc.record({
    email: fc.option(fc.emailAddress()),
    email_verified: fc.option(fc.boolean()),
    x_grp: fc.option(fc.array(fc.constantFrom('staff', 'guests', 'other'))),
    roles: fc.option(fc.array(fc.constantFrom('member', 'other'))),
  })
  fc.assert(
    fc.property(person, fc.emailAddress(), (one, other) => {
      expect(isListed(one, at('default'), lists([]))).toBe(true)
      const isNamed = one.email === other && one.email_verified === true
      expect(isListed(one, at('default'), lists([other]))).toBe(isNamed)
      const isMember = one.x_grp?.includes('staff') ?? false
      expect(isListed(one, at('default'), lists([], ['staff']))).toBe(isMember)
    }),
  )
})
