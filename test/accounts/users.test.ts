/**
 * What an application is told of a person.
 */
import { describe, expect, it } from 'vitest'
import { describeUser } from '../../src/accounts/users.ts'
import { loadConfig } from '../../src/config/load.ts'
import { ALICE } from '../support/people.ts'

describe('what an application is told', () => {
  it('is the person as La Suite Meet describes one, with our own members behind', () => {
    expect(describeUser(ALICE, null)).toEqual({
      id: ALICE.id,
      email: 'alice@corp.example',
      full_name: 'Alice Dupont',
      short_name: 'Alice',
      timezone: 'Europe/Paris',
      language: 'fr-FR',
      issuer: 'https://idp.example/realms/main',
      sub: 'alice-subject',
      email_verified: true,
      given_name: 'Alice',
      family_name: 'Dupont',
      preferred_username: 'adupont',
      nickname: 'Ali',
      phone_number: '+33 1 23 45 67 89',
      picture: 'https://idp.example/alice.png',
      tenant_id: 'tenant-1',
      tariff_id: 'tariff-1',
      tariff_status: 'paid',
      x_grp: ['staff', 'admin'],
      roles: ['member'],
      siret: '13002526500013',
      idp_id: 'idp-1',
    })
  })

  it.each(['given_name', 'family_name', 'nickname'] as const)('never has an e-mail address as %s', (name) => {
    for (const address of ['Alice@Corp.example', 'somebody@else.example']) {
      expect(describeUser({ ...ALICE, [name]: address }, null)[name]).toBeNull()
    }
    expect(describeUser({ ...ALICE, email: 'alice@localhost', [name]: 'alice@localhost' }, null)[name]).toBeNull()
  })

  it('has the user name as it is, which may be an e-mail address', () => {
    const preferred_username = 'alice@corp.example'
    expect(describeUser({ ...ALICE, preferred_username }, null).preferred_username).toBe(preferred_username)
  })

  it('has the time zone UTC when none is known', () => {
    expect(describeUser({ ...ALICE, zoneinfo: null }, null).timezone).toBe('UTC')
  })

  it('has the language of OpenTalk’s settings when the provider does not say one', () => {
    const { config } = loadConfig({
      BASE_URL: 'https://gate.example.com',
      GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
      OIDC_OP_URL: 'https://idp.example',
      OIDC_RP_CLIENT_ID: 'gatehouse',
      OIDC_RP_CLIENT_SECRET: 'secret',
      defaults: { user_language: 'de-DE' },
    })
    const settings = config.opentalk?.settings ?? null
    const languages = [null, 'fr-FR'].map((locale) => describeUser({ ...ALICE, locale }, settings).language)
    expect(languages).toEqual(['de-DE', 'fr-FR'])
  })

  it.each([true, false, null])('has the verification in its three states: %s', (email_verified) => {
    expect(describeUser({ ...ALICE, email_verified }, null).email_verified).toBe(email_verified)
  })

  it('has groups that are not known as null, which is something else than none', () => {
    expect(describeUser({ ...ALICE, x_grp: null }, null).x_grp).toBeNull()
    expect(describeUser({ ...ALICE, x_grp: [] }, null).x_grp).toEqual([])
  })
})
