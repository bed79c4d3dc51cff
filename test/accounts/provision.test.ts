/**
 * What a sign-in must bring: claims that are required are there and not empty, and the refusal says which are not, and what brings them.
 */
import { describe, expect, it } from 'vitest'
import { admissionOf, refuseMissingClaims } from '../../src/accounts/provision.ts'
import { PROVIDER_TYPES, type ProviderType } from '../../src/vendors/vendors.ts'
import { configWith } from '../support/config-with.ts'
import { RULES } from '../support/identity-rules.ts'
import { refusalOf } from '../support/refusal.ts'

const rulesOf = (type: ProviderType) => ({ ...RULES, type })

type Claims = Readonly<Record<string, unknown>>

const refuse = async (claims: Claims, required: readonly string[], type: ProviderType = 'generic') =>
  refusalOf(Promise.resolve().then(() => refuseMissingClaims(claims, required, rulesOf(type))))

describe('a required claim', () => {
  it.each([
    ['email', 'alice@corp.example'],
    ['email_verified', false],
    ['siret', '13002526500013'],
    ['level', 0],
    ['roles', ['agent_public']],
    ['address', { country: 'FR' }],
  ])('%s that is there lets the person in: %j', (name, value) => {
    expect(() => refuseMissingClaims({ [name]: value }, [name], rulesOf('generic'))).not.toThrow()
  })

  it.each([
    ['email', undefined],
    ['email', null],
    ['email', ''],
    ['email', ' \t'],
    ['email', 5],
    ['picture', 'javascript:alert(1)'],
    ['x_grp', []],
    ['x_grp', ['']],
    ['siret', ''],
    ['siret', '  '],
    ['siret', null],
    ['roles', []],
  ])('%s is missing when it is %j', async (name, value) => {
    expect(await refuse({ [name]: value }, [name])).toMatchObject({ code: 'claims_missing', missing: [name] })
  })
})

describe('a required claim inside another', () => {
  it.each([
    ['realm_access.roles', { realm_access: { roles: ['staff'] } }],
    ['https://corp.example/claims.department', { 'https://corp.example/claims': { department: 'R&D' } }],
    ['https://corp.example/department', { 'https://corp.example/department': 'R&D' }],
  ])('%s that is there lets the person in', (name, claims) => {
    expect(() => refuseMissingClaims(claims, [name], rulesOf('generic'))).not.toThrow()
  })

  it.each([{}, { realm_access: {} }, { realm_access: { roles: [] } }, { realm_access: { roles: {} } }])(
    'is missing in %j',
    async (claims) => {
      expect(await refuse(claims, ['realm_access.roles'])).toMatchObject({ missing: ['realm_access.roles'] })
    },
  )
})

describe('a required claim of a wrong type', () => {
  it.each([
    ['email', ['alice@corp.example'], 'email is a list and must be a text'],
    ['email', { primary: 'alice@corp.example' }, 'email is an object and must be a text'],
    ['given_name', 5, 'given_name is a number and must be a text'],
    ['tenant_id', true, 'tenant_id is true or false and must be a text'],
    ['groups', 5, 'groups is a number and must be a list'],
    ['groups', { roles: ['a'] }, 'groups has something in it that cannot be read and must be a list'],
  ])('%s of %j is told to be that, and no scope to be missing', async (name, value, sentence) => {
    const { missing, unreadable, detail } = await refuse({ [name]: value }, [name], 'keycloak')
    expect(missing).toEqual([name])
    expect(unreadable).toEqual([expect.stringContaining(sentence)])
    expect(detail.fix).toEqual([expect.stringContaining(sentence)])
    expect(JSON.stringify([unreadable, detail])).not.toMatch(/scope|mapper|corp\.example/)
  })

  it('stands beside one that is absent, each with its own reason', async () => {
    const { detail } = await refuse({ email: ['alice@corp.example'] }, ['email', 'given_name'])
    expect(detail.fix).toEqual([expect.stringContaining('a list'), expect.stringContaining('the scope profile')])
  })

  it.each([
    { groups: { admin: { '1': 'corp.example' } } },
    { groups: [{ groupId: 'a' }] },
    { groups: '["a"]' },
    { groups: ['a', null] },
  ])('is none of the shapes in which groups come: %j', (claims) => {
    expect(() => refuseMissingClaims(claims, ['groups'], rulesOf('generic'))).not.toThrow()
  })
})

describe('the claim that people are known by', () => {
  it.each<[string, unknown, string]>([
    ['a number', 5, 'oid is a number and must be a text'],
    ['a list', ['object'], 'oid is a list and must be a text'],
    ['a long text', 'x'.repeat(256), 'oid must be text of 1 to 255 characters'],
  ])('of %s is told to be unreadable, and no scope to be missing', async (_, oid, sentence) => {
    const config = configWith({ GATEHOUSE_SUBJECT_CLAIM: 'oid' })
    const login = { issuer: 'https://id.example.org', subject: 's', claims: { oid } }
    const admit = async () => admissionOf(login, config.providers[0])
    const { missing, unreadable, detail } = await refusalOf(admit())
    expect(missing).toEqual(['oid'])
    expect({ unreadable, detail }).toMatchObject({ unreadable: [sentence], detail: { fix: [`oid: ${sentence}`] } })
    expect(JSON.stringify([unreadable, detail])).not.toMatch(/scope|object|xxx/)
  })
})

describe('the refusal', () => {
  it('names all missing claims at once, for the log and for machines, and no value', async () => {
    const error = await refuse({ email: 'alice@corp.example' }, ['tenant_id', 'email', 'tariff_id'])
    expect(error.missing).toEqual(['tenant_id', 'tariff_id'])
    expect(error.missing).toEqual(['tenant_id', 'tariff_id'])
    expect(JSON.stringify(error.detail)).not.toContain('alice')
  })

  it.each([
    ['keycloak', 'email', 'the scope email'],
    ['keycloak', 'tenant_id', 'User Attribute'],
    ['keycloak', 'x_grp', 'Group Membership'],
    ['keycloak', 'realm_access.roles', 'User Realm Role'],
    ['keycloak', 'resource_access.my.app.roles', 'User Client Role'],
    ['authentik', 'groups', 'the scope profile'],
    ['authentik', 'tenant_id', 'Property Mappings'],
    ['dex', 'groups', 'the scope groups'],
    ['dex', 'tenant_id', 'no claims of its own'],
    ['auth0', 'https://corp.example/groups', 'Action'],
    ['google', 'groups', 'no such claim'],
    ['entra', 'email', 'optional claim email'],
    ['entra', 'oid', 'the scope profile'],
    ['entra', 'groups', 'Add groups claim'],
    ['entra', 'tenant_id', 'optional claim'],
    ['proconnect', 'siret', 'the scope siret'],
    ['proconnect', 'family_name', 'usual_name'],
    ['proconnect', 'email_verified', 'no such claim'],
    ['generic', 'phone_number', 'the scope phone'],
    ['generic', 'tenant_id', 'userinfo or the ID token'],
  ] as const)('says, for %s, what brings %s', async (type, name, words) => {
    const { detail } = await refuse({}, [name], type)
    expect(detail.fix).toEqual([expect.stringContaining(words)])
  })

  it.each(PROVIDER_TYPES)('of %s has a fix for each claim, whichever it is', async (type) => {
    const required = ['email', 'groups', 'x_grp', 'given_name', 'made_up']
    const { detail } = await refuse({}, required, type)
    expect(detail.fix).toEqual(required.map((name) => expect.stringMatching(new RegExp(`^${name}: .{20}`))))
  })
})
