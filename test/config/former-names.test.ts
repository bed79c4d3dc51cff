/**
 * Former names of settings: they still count, with a warning, and never against the present name.
 */
import { describe, expect, it } from 'vitest'
import { ConfigurationError, loadConfig } from '../../src/config/load.ts'
import { settings } from '../../src/config/names.ts'

const ENV = {
  BASE_URL: 'https://gate.example.com',
  GATEHOUSE_SECRET: 'a-secret-of-gatehouse-of-32-bytes-or-more',
  OIDC_OP_URL: 'https://idp.example/realms/main',
  OIDC_RP_CLIENT_ID: 'gatehouse',
  OIDC_RP_CLIENT_SECRET: 'a-client-secret',
}

const load = (env: Readonly<Record<string, unknown>>) => {
  const { config, warnings } = loadConfig({ ...ENV, ...env })
  return { claims: config.providers[0].essentialClaims, warnings }
}

describe('a former name', () => {
  it('still counts, with a warning that has both names', () => {
    const { claims, warnings } = load({ USER_OIDC_ESSENTIAL_CLAIMS: 'email' })
    expect(claims).toEqual(['email'])
    expect(warnings).toEqual([expect.stringMatching(/USER_OIDC_ESSENTIAL_CLAIMS.*OIDC_USERINFO_ESSENTIAL_CLAIMS/)])
  })

  it('loses against the present one, and the warning says so', () => {
    const both = { USER_OIDC_ESSENTIAL_CLAIMS: 'email', OIDC_USERINFO_ESSENTIAL_CLAIMS: 'name' }
    const { claims, warnings } = load(both)
    expect(claims).toEqual(['name'])
    expect(warnings).toEqual([expect.stringContaining('OIDC_USERINFO_ESSENTIAL_CLAIMS is set, too, and wins')])
  })

  it('counts when the present one is empty', () => {
    expect(load({ USER_OIDC_ESSENTIAL_CLAIMS: 'email', OIDC_USERINFO_ESSENTIAL_CLAIMS: '' }).claims).toEqual(['email'])
  })

  it('that is empty is not there at all', () => {
    expect(load({ USER_OIDC_ESSENTIAL_CLAIMS: '' })).toEqual({ claims: undefined, warnings: [] })
  })

  it('is what a problem of its value is told by', () => {
    expect(() => load({ USER_OIDC_ESSENTIAL_CLAIMS: 'a b' })).toThrow('  USER_OIDC_ESSENTIAL_CLAIMS has an entry')
  })

  it('is refused as a file, like any other', () => {
    expect(() => load({ USER_OIDC_ESSENTIAL_CLAIMS_FILE: '/run/secrets/x' })).toThrow(ConfigurationError)
  })

  it('of a provider belongs to the flat settings only: beside tables it is named as a stray', () => {
    const table = { id: 'corp', type: 'google', client_id: 'x', client_secret: 'y' }
    const { BASE_URL, GATEHOUSE_SECRET } = ENV
    const env = { BASE_URL, GATEHOUSE_SECRET, OIDC_PROVIDERS: [table], USER_OIDC_ESSENTIAL_CLAIMS: 'email' }
    expect(() => loadConfig(env)).toThrow(/USER_OIDC_ESSENTIAL_CLAIMS stands beside OIDC_PROVIDERS/)
  })
})

it('ALLOW_GUESTS is as good a name as ALLOW_UNREGISTERED_ROOMS, which wins when both are set', () => {
  const alone = loadConfig({ ...ENV, ALLOW_GUESTS: 'true' })
  expect([alone.config.allowGuests, alone.warnings]).toEqual([true, []])
  const both = loadConfig({ ...ENV, ALLOW_GUESTS: 'true', ALLOW_UNREGISTERED_ROOMS: 'false' })
  expect([both.config.allowGuests, both.warnings]).toEqual([
    false,
    ['ALLOW_GUESTS is another name of ALLOW_UNREGISTERED_ROOMS: ALLOW_UNREGISTERED_ROOMS is set, too, and wins'],
  ])
})

it('no other name is the name of a setting, or of two', () => {
  const former = Object.values(settings).flatMap(({ formerly, aliases }) => [...formerly, ...aliases])
  expect(former.filter((name) => name in settings)).toEqual([])
  expect(new Set(former).size).toBe(former.length)
})
