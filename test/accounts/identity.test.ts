/**
 * Claims as an identity: each member of its own type, three states of verification, and nothing that a provider sends makes it fail.
 */
import { describe, expect, it } from 'vitest'
import { type IdentityRules, identityOf as identityByRules } from '../../src/accounts/identity.ts'
import type { Identity } from '../../src/accounts/person.ts'
import { RULES } from '../support/identity-rules.ts'

const identityOf = (claims: Readonly<Record<string, unknown>>, rules: Partial<IdentityRules> = {}) =>
  identityByRules(claims, { ...RULES, ...rules })

const NOBODY: Identity = {
  email: null,
  email_verified: null,
  given_name: null,
  family_name: null,
  name: null,
  preferred_username: null,
  nickname: null,
  phone_number: null,
  tenant_id: null,
  tariff_id: null,
  tariff_status: null,
  x_grp: [],
  roles: null,
  picture: null,
  locale: null,
  zoneinfo: null,
  full_name: null,
  short_name: null,
  siret: null,
  idp_id: null,
}

const TEXTS = [
  'given_name',
  'family_name',
  'name',
  'preferred_username',
  'nickname',
  'phone_number',
  'tenant_id',
  'tariff_id',
  'tariff_status',
  'locale',
  'zoneinfo',
  'siret',
  'idp_id',
] as const

it('of no claims, nothing is known', () => {
  expect(identityOf({})).toEqual(NOBODY)
})

it('of claims that we do not keep, nothing is known', () => {
  expect(identityOf({ sub: 'x', iss: 'y', address: { country: 'FR' }, birthdate: '2000-01-01' })).toEqual(NOBODY)
})

it('has every member that the provider sent', () => {
  const claims = {
    email: 'alice@corp.example',
    email_verified: true,
    given_name: 'Alice',
    family_name: 'Dupont',
    name: 'Alice Dupont',
    preferred_username: 'alice',
    nickname: 'Ali',
    phone_number: '+33',
    tenant_id: 't',
    tariff_id: 'f',
    tariff_status: 'paid',
    x_grp: ['staff', 'admin'],
    roles: ['member'],
    picture: 'https://idp.example/alice.png',
    locale: 'fr',
    zoneinfo: 'Europe/Paris',
    siret: '13002526500013',
    idp_id: 'idp-1',
  }
  expect(identityOf(claims)).toEqual({ ...claims, full_name: 'Alice Dupont', short_name: 'Alice' })
})

it.each([null, {}, [], 'x', 5, true])('no claim of a wrong type makes it fail: all are %j', (value) => {
  const names = [...Object.keys(NOBODY), 'usual_name']
  const claims = Object.fromEntries(names.map((name) => [name, value]))
  expect(Object.keys(identityOf(claims)).sort()).toEqual(Object.keys(NOBODY).sort())
})

describe('text', () => {
  it.each(TEXTS.flatMap((name) => [5, true, {}, [], ['x'], null, undefined].map((value) => ({ name, value }))))(
    'a $name of $value counts as not said',
    ({ name, value }) => {
      expect(identityOf({ [name]: value })).toEqual(NOBODY)
    },
  )

  it.each([...TEXTS, 'email'] as const)('an empty or blank %s counts as not said', (name) => {
    expect([identityOf({ [name]: '' })[name], identityOf({ [name]: ' \t\n' })[name]]).toEqual([null, null])
  })

  it.each(TEXTS)('%s loses the blanks around it', (name) => {
    expect(identityOf({ [name]: '  Été  ' })[name]).toBe('Été')
  })

  it.each(TEXTS)('%s is cut after 500 characters', (name) => {
    expect(identityOf({ [name]: 'x'.repeat(100_000) })[name]).toBe('x'.repeat(500))
  })

  it('one wrong claim does not hide the others', () => {
    expect(identityOf({ given_name: 5, family_name: 'Dupont' })).toMatchObject({
      given_name: null,
      family_name: 'Dupont',
    })
  })

  it('hostile text is kept as it is; pages and headers encode it', () => {
    expect(identityOf({ name: '<script>alert(1)</script>' }).name).toBe('<script>alert(1)</script>')
  })
})

describe('the e-mail address', () => {
  it.each([
    ['Alice@Corp.Example', 'alice@corp.example'],
    ['  ALICE@CORP.EXAMPLE ', 'alice@corp.example'],
    ['Élodie@Corp.example', 'élodie@corp.example'],
  ])('%j is kept in lower case: %s (A65)', (email, kept) => {
    expect(identityOf({ email }).email).toBe(kept)
  })

  it.each([
    ['alice@\u212Aorp.example', 'alice@korp.example'],
    ['alice@\u212Bs.example', 'alice@ås.example'],
    ['al\u0130ce@corp.example', 'alice@corp.example'],
    ['a@cоrp.example', 'a@corp.example'],
    ['a＠corp.example', 'a@corp.example'],
  ])('%j does not become %j, which it only looks like (A61)', (email, other) => {
    expect(identityOf({ email }).email).not.toBe(other)
  })

  it.each([5, null, ['a@b.example'], {}])('of %j counts as not said', (email) => {
    expect(identityOf({ email }).email).toBeNull()
  })
})

describe('whether the address is verified', () => {
  it.each([
    [true, true],
    [false, false],
    ['true', true],
    ['false', false],
  ])('%j is %s', (email_verified, known) => {
    expect(identityOf({ email_verified }).email_verified).toBe(known)
  })

  it('is not known when the provider does not say (A125)', () => {
    expect(identityOf({ email: 'a@b.example' }).email_verified).toBeNull()
  })

  it.each([null, undefined])('is not known when it is %s', (email_verified) => {
    expect(identityOf({ email: 'a@b.example', email_verified }).email_verified).toBeNull()
  })

  it.each([1, 0, -1, '1', '0', 'yes', 'no', 'TRUE', 'False', 'FALSE', ' true', '', 'null', [], [true], [false], {}])(
    '%j is not clearly yes, so it is no (A66)',
    (email_verified) => {
      expect(identityOf({ email_verified }).email_verified).toBe(false)
      expect(identityOf({ email: 'a@b.example', email_verified }).email_verified).toBe(false)
    },
  )
})

describe('whether the address is verified, as Microsoft says it', () => {
  const entra = { type: 'entra' } as const
  const email = 'Alice@Corp.example'

  it.each([
    [true, true],
    ['1', true],
    [1, true],
    ['true', true],
    [false, false],
    ['0', false],
    [0, false],
    ['false', false],
    ['yes', false],
    ['True', false],
    ['', false],
    [2, false],
    [{}, false],
    [[true], false],
    [null, null],
    [undefined, null],
  ])('xms_edov of %j is %s', (xms_edov, known) => {
    expect(identityOf({ email, xms_edov }, entra).email_verified).toBe(known)
  })

  it.each([
    [['alice@corp.example'], true],
    [['bob@corp.example', 'ALICE@corp.example'], true],
    [[5, 'alice@corp.example'], true],
    [['bob@corp.example'], false],
    [[' alice@corp.example'], false],
    [[], false],
    ['alice@corp.example', false],
    [true, false],
    [{}, false],
    [null, null],
    [undefined, null],
  ])('verified_primary_email of %j is %s', (verified_primary_email, known) => {
    expect(identityOf({ email, verified_primary_email }, entra).email_verified).toBe(known)
  })

  it('is what email_verified says, where that is there', () => {
    const claims = { email, email_verified: false, xms_edov: true, verified_primary_email: [email] }
    expect(identityOf(claims, entra).email_verified).toBe(false)
  })

  it.each([
    ['email_verified over xms_edov', { email_verified: false, xms_edov: true }, false],
    ['xms_edov over email_verified', { email_verified: true, xms_edov: false }, false],
    ['xms_edov over the list', { xms_edov: '0', verified_primary_email: [email] }, false],
  ])('a no outweighs a yes: %s', (_, claims, known) => {
    expect(identityOf({ email, ...claims }, entra).email_verified).toBe(known)
  })

  it('xms_edov suffices where the list names other addresses', () => {
    expect(identityOf({ email, xms_edov: true, verified_primary_email: [] }, entra).email_verified).toBe(true)
  })

  it('is said of an address, and of nothing without one', () => {
    expect(identityOf({ xms_edov: true }, entra).email_verified).toBeNull()
  })

  it.each(['generic', 'keycloak', 'google'] as const)('counts for nothing at a provider of type %s', (type) => {
    const claims = { email, xms_edov: true, verified_primary_email: [email] }
    expect(identityOf(claims, { type: type }).email_verified).toBeNull()
  })
})

describe('groups', () => {
  it.each([
    ['staff', ['staff']],
    [['staff'], ['staff']],
    [
      ['b', 'a', 'b'],
      ['b', 'a'],
    ],
    [[], []],
    ['', []],
    [['', 'staff', ''], ['staff']],
    [['staff,admin'], ['staff,admin']],
  ])('%j are read as %j', (x_grp, groups) => {
    expect(identityOf({ x_grp }).x_grp).toEqual(groups)
  })

  it.each([null, 5, {}, true, [5], [['staff']]])('of a wrong type are none: %j', (x_grp) => {
    expect(identityOf({ x_grp }).x_grp).toEqual([])
  })

  it.each([
    ['a list with one odd entry', ['staff', null], ['staff']],
    ['a map, as Zitadel has roles', { admin: { '1': 'corp.example' } }, ['admin']],
    ['objects', [{ groupId: 'a' }, { groupId: 'b' }], ['a', 'b']],
    ['JSON in text', '["a","b"]', ['a', 'b']],
  ])('may be %s', (_, x_grp, groups) => {
    expect(identityOf({ x_grp }).x_grp).toEqual(groups)
  })

  it.each([
    ['realm_access.roles', { realm_access: { roles: ['a'] } }],
    ['resource_access.gatehouse.roles', { resource_access: { gatehouse: { roles: ['a'] } } }],
    ['https://corp.example/claims.roles', { 'https://corp.example/claims': { roles: ['a'] } }],
    ['urn:zitadel:iam:org:project:roles', { 'urn:zitadel:iam:org:project:roles': { a: { '1': 'corp.example' } } }],
  ])('may be at %s', (name, claims) => {
    expect(identityOf(claims, { groupsClaims: [name] }).x_grp).toEqual(['a'])
  })

  it.each([
    [{ groups: ['a'] }, ['a']],
    [{ x_grp: ['x'], groups: ['a'] }, ['x']],
    [{ x_grp: null, groups: ['a'] }, ['a']],
    [{ x_grp: [], groups: ['a'] }, []],
    [{ roles: ['a'] }, []],
  ])('are those of the first claim that the provider sends: %j', (claims, groups) => {
    expect(identityOf(claims).x_grp).toEqual(groups)
  })

  it('are none when no claim is named', () => {
    expect(identityOf({ x_grp: ['x'], groups: ['a'] }, { groupsClaims: [] }).x_grp).toEqual([])
  })

  it('may be in a claim whose name is a URL, as with Auth0', () => {
    const name = 'https://corp.example/groups'
    expect(identityOf({ [name]: ['a'] }, { groupsClaims: [name] }).x_grp).toEqual(['a'])
  })

  it.each([
    { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example' } } },
    { hasgroups: true },
    { hasgroups: 'true' },
    { hasgroups: 'True' },
    { hasgroups: 1 },
  ])('are not known, which is not none, when there are too many for a token: %j', (claims) => {
    expect(identityOf(claims).x_grp).toBeNull()
  })

  it.each([
    { _claim_names: { address: 'src1' } },
    { _claim_names: null },
    { _claim_names: ['groups'] },
    { _claim_names: 'groups' },
    { hasgroups: false },
    { hasgroups: 'false' },
    { hasgroups: null },
  ])('are none when nothing is said of them: %j', (claims) => {
    expect(identityOf(claims).x_grp).toEqual([])
  })

  it('are none, however many there are elsewhere, where another claim counts', () => {
    const claims = { _claim_names: { groups: 'src1' }, hasgroups: true }
    expect(identityOf(claims, { groupsClaims: ['roles'] }).x_grp).toEqual([])
  })

  it('are 1,000 at most', () => {
    const x_grp = Array.from({ length: 5000 }, (_, index) => `group-${index}`)
    expect(identityOf({ x_grp }).x_grp).toEqual(x_grp.slice(0, 1000))
  })
})

describe('the family name', () => {
  it('is usual_name where there is no other, as with ProConnect', () => {
    expect(identityOf({ usual_name: 'Dupont' }).family_name).toBe('Dupont')
  })

  it('is family_name where there are both', () => {
    expect(identityOf({ family_name: 'Martin', usual_name: 'Dupont' }).family_name).toBe('Martin')
  })

  it('is usual_name where family_name is empty', () => {
    expect(identityOf({ family_name: '', usual_name: 'Dupont' }).family_name).toBe('Dupont')
  })

  it('is kept under its own name only', () => {
    expect(identityOf({ usual_name: 'Dupont' })).not.toHaveProperty('usual_name')
  })
})

describe('the full name', () => {
  const ALICE = {
    given_name: 'Alice',
    family_name: 'Dupont',
    name: 'Dr A. D.',
    nickname: 'Ali',
    preferred_username: 'ad',
  }

  it.each([
    [{}, 'Alice Dupont'],
    [{ given_name: null }, 'Dr A. D.'],
    [{ family_name: null }, 'Dr A. D.'],
    [{ given_name: null, name: null }, 'Dupont'],
    [{ family_name: null, name: null }, 'Alice'],
    [{ family_name: null, name: 'alice@corp.example' }, 'Alice'],
    [{ family_name: null, usual_name: 'Martin' }, 'Alice Martin'],
    [{ usual_name: 'Martin' }, 'Alice Martin'],
    [{ given_name: null, family_name: '' }, 'Dr A. D.'],
    [{ given_name: null, family_name: null, name: null }, 'Ali'],
    [{ given_name: null, family_name: null, name: null, nickname: null }, 'ad'],
  ])('with %j is %s', (changed, name) => {
    expect(identityOf({ ...ALICE, ...changed }).full_name).toBe(name)
  })

  it('is never the e-mail address', () => {
    expect(identityOf({ email: 'alice@corp.example', sub: 'alice' })).toMatchObject({
      full_name: null,
      short_name: null,
    })
  })

  it.each([
    ['name', { name: 'alice@corp.example' }],
    ['name in other letters', { name: ' Alice@CORP.example' }],
    ['name without an e-mail claim', { email: null, name: 'alice@corp.example' }],
    ['name of a host without a dot', { email: 'alice@localhost', name: 'ALICE@localhost' }],
    ['nickname', { nickname: 'alice@corp.example' }],
    ['preferred_username', { preferred_username: 'alice@corp.example' }],
    ['a user name at another domain', { preferred_username: 'alice@corp.onmicrosoft.com' }],
    ['given_name', { given_name: 'alice@corp.example' }],
    ['family_name', { family_name: 'alice@corp.example' }],
  ])('is never an e-mail address in %s', (_, claims) => {
    const person = { email: 'alice@corp.example', ...claims }
    expect(identityOf(person)).toMatchObject({ full_name: null, short_name: null })
    const [name = ''] = Object.keys(claims).filter((claim) => claim !== 'email')
    const configured = { fullNameClaims: [name], shortNameClaim: name }
    expect(identityOf(person, configured)).toMatchObject({ full_name: null, short_name: null })
  })

  it('is not spoilt by an e-mail address beside it', () => {
    const claims = { email: 'a@b.example', given_name: 'Alice', family_name: 'a@b.example', nickname: 'a@b.example' }
    expect(identityOf(claims)).toMatchObject({ full_name: 'Alice', short_name: 'Alice' })
  })

  it('may have an @ in it', () => {
    expect(identityOf({ name: 'Alice @ Corp' }).full_name).toBe('Alice @ Corp')
  })

  it('may be made of claims inside others', () => {
    const fields = ['https://corp.example/person.first', 'https://corp.example/person.last']
    const claims = { 'https://corp.example/person': { first: 'Alice', last: 'Dupont' } }
    expect(identityOf(claims, { fullNameClaims: fields }).full_name).toBe('Alice Dupont')
  })

  it.each([
    [['name'], 'Dr A. D.'],
    [['family_name', 'given_name'], 'Dupont Alice'],
    [['given_name', 'missing', 'family_name'], 'Alice Dupont'],
    [['missing'], null],
  ])('is made of exactly the claims %j when they are configured', (fields, name) => {
    expect(identityOf(ALICE, { fullNameClaims: fields }).full_name).toBe(name)
  })

  it('is cut after 500 characters', () => {
    const long = { given_name: 'x'.repeat(400), family_name: 'y'.repeat(400) }
    expect(identityOf(long).full_name).toHaveLength(500)
  })
})

describe('the short name', () => {
  const ALICE = { given_name: 'Alice', family_name: 'Dupont', name: 'Dr A. D.', nickname: 'Ali' }

  it.each([
    [{}, 'Alice'],
    [{ given_name: null }, 'Ali'],
    [{ given_name: null, nickname: null }, 'Dr A. D.'],
    [{ given_name: null, nickname: null, name: null }, 'Dupont'],
  ])('with %j is %s', (changed, name) => {
    expect(identityOf({ ...ALICE, ...changed }).short_name).toBe(name)
  })

  it.each([
    ['nickname', 'Ali'],
    ['missing', null],
  ])('is exactly the claim %s when that is configured', (field, name) => {
    expect(identityOf(ALICE, { shortNameClaim: field }).short_name).toBe(name)
  })
})

describe('the picture', () => {
  it('is an https address', () => {
    expect(identityOf({ picture: 'https://idp.example/a.png?s=1' }).picture).toBe('https://idp.example/a.png?s=1')
  })

  it.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:image/svg+xml,<svg onload=alert(1)>',
    'http://idp.example/a.png',
    '//idp.example/a.png',
    '/a.png',
    'https://',
    'https://a b',
    '',
    5,
    null,
    {},
  ])('is dropped when it is anything else: %j (A69)', (picture) => {
    expect(identityOf({ picture }).picture).toBeNull()
  })
})

describe('roles', () => {
  it.each<[IdentityRules['type'], object, readonly string[] | null]>([
    ['generic', { roles: ['editor', 'member'] }, ['editor', 'member']],
    ['generic', { realm_access: { roles: ['editor'] } }, ['editor']],
    ['generic', { roles: [] }, []],
    ['generic', {}, null],
    ['generic', { roles: 5 }, null],
    ['keycloak', { realm_access: { roles: ['editor'] }, roles: ['of-no-realm'] }, ['editor']],
    ['entra', { roles: ['Task.Read'] }, ['Task.Read']],
    ['zitadel', { 'urn:zitadel:iam:org:project:roles': { editor: { 1: 'x' } } }, ['editor']],
  ])('of %s, from %j', (type, claims, roles) => {
    expect(identityOf({ ...claims }, { type }).roles).toEqual(roles)
  })
})
