/**
 * How the lists of those who may come in are written: what an entry may be, for which provider it is, and which mistakes are found.
 */
import { describe, expect, it } from 'vitest'
import { ConfigurationError, loadConfig } from '../../src/config/load.ts'

const BASE = {
  BASE_URL: 'https://gate.example.com',
  GATEHOUSE_SECRET: 'x'.repeat(43),
  OIDC_OP_URL: 'https://idp.example',
  OIDC_RP_CLIENT_ID: 'gatehouse',
  OIDC_RP_CLIENT_SECRET: 'a-client-secret',
  OIDC_PROVIDERS: JSON.stringify([
    { id: 'partner', url: 'https://partner.example', client_id: 'g', client_secret: 's' },
  ]),
}

const read = (settings: Record<string, unknown>) => loadConfig({ ...BASE, ...settings })

const entriesOf = (key: 'allowedEmails' | 'allowedGroups' | 'allowedRoles', name: string, value: unknown) =>
  read({ [name]: value }).config[key].map((entry) => [entry.providerId, entry.value])

function problemsOf(settings: Record<string, unknown>): readonly string[] {
  try {
    read(settings)
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(({ name, problem }) => `${name} ${problem}`)
    throw error
  }
  return []
}

describe('GATEHOUSE_ALLOWED_EMAILS', () => {
  const NAME = 'GATEHOUSE_ALLOWED_EMAILS'

  it('has addresses and domains, for all providers or for one', () => {
    const text =
      'Alice@Example.ORG, @example.org,@*.example.org, partner:@partner.example, *:bob@x.example, @München.example,'
    const entries = [
      [null, 'alice@example.org'],
      [null, '@example.org'],
      [null, '@*.example.org'],
      ['partner', '@partner.example'],
      [null, 'bob@x.example'],
      [null, '@münchen.example'],
    ]
    expect(entriesOf('allowedEmails', NAME, text)).toEqual(entries)
    expect(entriesOf('allowedEmails', NAME, text.split(',').slice(0, 6))).toEqual(entries)
  })

  it.each(['example.org', '*@example.org', '@', '@*', 'alice', '@exa mple.org', 'a@b@c', 'partner:', '@.example.org'])(
    'does not take %s',
    (entry) => {
      expect(problemsOf({ [NAME]: entry })).toEqual([
        expect.stringContaining(`neither an e-mail address nor a domain after an @: ${entry}`),
      ])
    },
  )

  it('does not take an entry for a provider that there is not, for then everyone could come in at the one that is meant', () => {
    expect(problemsOf({ [NAME]: 'patner:@partner.example' })).toEqual([
      expect.stringContaining('has an entry for the provider "patner", which is none of: default, partner'),
    ])
  })

  it('makes the setting about silence of use', () => {
    const trusting = { GATEHOUSE_TRUST_ABSENT_EMAIL_VERIFIED: 'true' }
    expect(read(trusting).warnings.join()).toContain('GATEHOUSE_TRUST_ABSENT_EMAIL_VERIFIED has no effect')
    expect(read({ ...trusting, [NAME]: '@example.org' }).warnings.join()).not.toContain('has no effect')
  })
})

describe.each([
  ['GATEHOUSE_ALLOWED_GROUPS', 'allowedGroups'],
  ['GATEHOUSE_ALLOWED_ROLES', 'allowedRoles'],
] as const)('%s', (NAME, key) => {
  it('has names with blanks, commas of distinguished names, and colons after a *', () => {
    expect(entriesOf(key, NAME, 'staff, Sales Berlin,cn=a,ou=b, partner:x, *:urn:mace:staff, default:a:b')).toEqual([
      [null, 'staff'],
      [null, 'Sales Berlin'],
      [null, 'cn=a,ou=b'],
      ['partner', 'x'],
      [null, 'urn:mace:staff'],
      ['default', 'a:b'],
    ])
    expect(entriesOf(key, NAME, '["Sales, Berlin"]')).toEqual([[null, 'Sales, Berlin']])
  })

  it('does not take a name with a colon for one of a provider that there is not', () => {
    expect(problemsOf({ [NAME]: 'urn:mace:staff' })).toEqual([
      expect.stringContaining('a name with a colon takes *: before it'),
    ])
  })

  it('is empty when nothing is set, and a text of blanks and commas is nothing', () => {
    expect(entriesOf(key, NAME, '')).toEqual([])
    expect(problemsOf({ [NAME]: ' , ' })).toEqual([expect.stringContaining('has no entry')])
  })
})
