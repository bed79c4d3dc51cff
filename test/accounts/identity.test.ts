/**
 * Claims as an identity: each member of its own type, three states of verification, and nothing that a provider sends makes it fail.
 */
import { describe, expect, it } from 'vitest'
import { type Identity, identityOf } from '../../src/accounts/identity.ts'

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
  picture: null,
  locale: null,
  zoneinfo: null,
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
    picture: 'https://idp.example/alice.png',
    locale: 'fr',
    zoneinfo: 'Europe/Paris',
  }
  expect(identityOf(claims)).toEqual(claims)
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
    expect(identityOf({ given_name: 5, family_name: 'Dupont' })).toEqual({ ...NOBODY, family_name: 'Dupont' })
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

  it.each([null, 1, 0, '1', 'yes', 'TRUE', ' true', '', [], [true], {}])(
    '%j is not taken for yes or no (A66)',
    (email_verified) => {
      expect(identityOf({ email_verified }).email_verified).toBeNull()
    },
  )
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

  it.each([null, 5, {}, true, [5], ['staff', null], [['staff']]])('of a wrong type are none: %j', (x_grp) => {
    expect(identityOf({ x_grp }).x_grp).toEqual([])
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
