/**
 * How a person is called, and what an application is told of them.
 */
import { describe, expect, it } from 'vitest'
import { describeUser, fullName, shortName } from '../../src/accounts/users.ts'
import { ALICE } from '../support/people.ts'

const NAMELESS = { ...ALICE, given_name: null, family_name: null, name: null, nickname: null, preferred_username: null }

describe('the full name', () => {
  it.each([
    [{}, 'Alice Dupont'],
    [{ given_name: null }, 'Dupont'],
    [{ family_name: null }, 'Alice'],
    [{ given_name: null, family_name: null }, 'Dr Alice Dupont'],
    [{ given_name: null, family_name: null, name: null }, 'Ali'],
    [{ given_name: null, family_name: null, name: null, nickname: null }, 'adupont'],
  ])('with %j is %s', (missing, name) => {
    expect(fullName({ ...ALICE, ...missing })).toBe(name)
  })

  it('is never the e-mail address', () => {
    expect(fullName(NAMELESS)).toBeNull()
  })
})

describe('the short name', () => {
  it.each([
    [{}, 'Alice'],
    [{ given_name: null }, 'Ali'],
    [{ given_name: null, nickname: null }, 'Dupont'],
    [{ given_name: null, nickname: null, family_name: null }, 'Dr Alice Dupont'],
    [{ given_name: null, nickname: null, family_name: null, name: null }, 'adupont'],
  ])('with %j is %s', (missing, name) => {
    expect(shortName({ ...ALICE, ...missing })).toBe(name)
  })

  it('is never the e-mail address', () => {
    expect(shortName(NAMELESS)).toBeNull()
  })
})

describe('what an application is told', () => {
  it('is the person as La Suite Meet describes one, with our own members behind', () => {
    expect(describeUser(ALICE)).toEqual({
      id: ALICE.id,
      email: 'alice@corp.example',
      full_name: 'Alice Dupont',
      short_name: 'Alice',
      timezone: 'Europe/Paris',
      language: 'fr-FR',
      issuer: 'https://idp.example',
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
    })
  })

  it('has the time zone UTC when none is known', () => {
    expect(describeUser({ ...ALICE, zoneinfo: null }).timezone).toBe('UTC')
  })

  it.each([true, false, null])('has the verification in its three states: %s', (email_verified) => {
    expect(describeUser({ ...ALICE, email_verified }).email_verified).toBe(email_verified)
  })
})
