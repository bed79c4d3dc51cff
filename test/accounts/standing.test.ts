/**
 * Tenants and tariffs by OpenTalk's settings: what is static, what the provider says, and what a status means.
 */
import { describe, expect, it } from 'vitest'
import { isStatusUnknown, standingOf } from '../../src/accounts/standing.ts'
import type { OpenTalkValues } from '../../src/config/dialects/opentalk/settings.ts'
import { loadConfig } from '../../src/config/load.ts'

function settingsOf(tables: Readonly<Record<string, unknown>>): OpenTalkValues | null {
  const { config } = loadConfig({
    BASE_URL: 'https://gate.example.com',
    GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
    OIDC_OP_URL: 'https://idp.example',
    OIDC_RP_CLIENT_ID: 'gatehouse',
    OIDC_RP_CLIENT_SECRET: 'secret',
    ...tables,
  })
  return config.opentalk?.settings ?? null
}

const SAID = { tenant_id: 'tenant-1', tariff_id: 'gold', tariff_status: 'late' }

const MAPPING = { downgraded_tariff_name: 'Free', default: ['new'], paid: ['paid'], downgraded: ['late', 'unpaid'] }

const external = (more = {}) => settingsOf({ tariffs: { assignment: 'by_external_tariff_id', ...more } })

describe('without OpenTalk', () => {
  it('what the provider said is told as it is', () => {
    expect(standingOf(SAID, null)).toEqual(SAID)
    expect(standingOf({}, null)).toEqual({ tenant_id: null, tariff_id: null, tariff_status: null })
  })
})

describe('a tenant', () => {
  it('is the one of the settings, whatever the provider says', () => {
    expect(standingOf(SAID, settingsOf({ tenants: { static_tenant_id: 'us' } })).tenant_id).toBe('us')
    expect(standingOf({}, settingsOf({ tenants: { assignment: 'static' } })).tenant_id).toBe('OpenTalkDefaultTenant')
  })

  it('is that of the claim, when the settings say so', () => {
    const settings = settingsOf({ tenants: { assignment: 'by_external_tenant_id' } })
    expect(standingOf(SAID, settings).tenant_id).toBe('tenant-1')
    expect(standingOf({ tenant_id: '' }, settings).tenant_id).toBe(null)
  })
})

describe('a tariff', () => {
  it('is the one of the settings, whatever the provider says', () => {
    const settings = settingsOf({ tariffs: { static_tariff_name: 'All' } })
    expect(standingOf(SAID, settings)).toMatchObject({ tariff_id: 'All', tariff_status: 'default' })
  })

  it('is that of the claim, when the settings say so, and without a mapping every status is default', () => {
    expect(standingOf(SAID, external())).toMatchObject({ tariff_id: 'gold', tariff_status: 'default' })
    expect(isStatusUnknown(SAID, external())).toBe(false)
  })

  it.each([
    ['new', 'gold', 'default'],
    ['paid', 'gold', 'paid'],
    ['late', 'Free', 'downgraded'],
    ['unpaid', 'Free', 'downgraded'],
    ['Paid', 'gold', 'default'],
  ])('with the status %s is %s, %s', (tariff_status, tariff_id, status) => {
    const settings = external({ status_mapping: MAPPING })
    expect(standingOf({ ...SAID, tariff_status }, settings)).toMatchObject({ tariff_id, tariff_status: status })
  })

  it('has an unknown status when that stands in no list, and not when there is none', () => {
    const settings = external({ status_mapping: MAPPING })
    const unknown = ['Paid', 'paid', '', undefined].map((tariff_status) => isStatusUnknown({ tariff_status }, settings))
    expect(unknown).toEqual([true, false, false, false])
  })
})
