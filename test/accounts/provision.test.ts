/**
 * What a sign-in must bring: claims that are required are there and not empty, and the refusal says which are not, and what brings them.
 */
import { describe, expect, it } from 'vitest'
import { refuseMissingClaims } from '../../src/accounts/provision.ts'
import { PROVIDER_TYPES, type ProviderType } from '../../src/config/place-settings.ts'
import { RULES } from '../support/identity-rules.ts'
import { refusalOf } from '../support/refusal.ts'

const rulesOf = (type: ProviderType) => ({ ...RULES, OIDC_OP_TYPE: type })

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

describe('the refusal', () => {
  it('names all missing claims at once, for the log and for machines, and no value', async () => {
    const error = await refuse({ email: 'alice@corp.example' }, ['tenant_id', 'email', 'tariff_id'])
    expect(error.missing).toEqual(['tenant_id', 'tariff_id'])
    expect(error.detail).toMatchObject({ missing: ['tenant_id', 'tariff_id'] })
    expect(JSON.stringify(error.detail)).not.toContain('alice')
  })

  it.each([
    ['keycloak', 'email', 'the scope email'],
    ['keycloak', 'tenant_id', 'User Attribute'],
    ['keycloak', 'x_grp', 'Group Membership'],
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
