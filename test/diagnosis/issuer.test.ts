/**
 * In what two issuers differ, and where a provider is looked for that is not where it should be.
 */
import { describe, expect, it } from 'vitest'
import { issuerDifference, otherAddresses } from '../../src/diagnosis/checks/issuer.ts'
import { configWith } from '../support/config-with.ts'

function provider(url: string, type?: string) {
  return configWith({ OIDC_OP_URL: url, ...(type === undefined ? {} : { OIDC_OP_TYPE: type }) }).providers[0]
}

it('a name of a megabyte of slashes is compared in time in proportion to its length', () => {
  const said = `https://id.example.org/${'/'.repeat(1_000_000)}x`
  expect(issuerDifference(provider('https://id.example.org'), said).seen).toMatch(/path differs/)
})

describe('a difference is named', () => {
  it.each([
    ['https://id.example.org/', 'https://id.example.org', /slash at the end/, /without a slash/],
    ['https://id.example.org', 'https://id.example.org/', /slash at the end/, /with a slash/],
    ['https://id.example.org', 'http://id.example.org', /scheme/, /X-Forwarded-Proto/],
    ['https://id.example.org', 'https://sso.example.org', /host differs/, /OIDC_OP_URL to https:\/\/sso/],
    ['https://id.example.org', 'https://id.example.org:8443', /port differs/, /8443/],
    ['https://id.example.org/realms/Main', 'https://id.example.org/realms/main', /Capital/, /realms\/main/],
    ['https://id.example.org/a', 'https://id.example.org/b', /path differs/, /OIDC_OP_URL/],
    ['https://id.example.org', '', /no issuer at all/, /OIDC_OP_URL/],
    ['https://id.example.org', 'main', /no URL/, /at the provider/],
    [
      'https://login.microsoftonline.com/common/v2.0',
      'https://login.microsoftonline.com/{tenantid}/v2.0',
      /template/,
      /Directory \(tenant\) ID/,
    ],
    ['https://login.microsoftonline.com/x', 'https://sts.windows.net/x/', /version 1/, /\/v2\.0/],
    ['https://id.example.org/application/o/gate/', 'https://id.example.org/', /one issuer for all/, /Issuer mode/],
    ['https://id.example.org/realms/main', 'http://keycloak:8080/realms/main', /host differs/, /--hostname/],
  ])('%s and %s', (configured, said, seen, fix) => {
    const type = configured.includes('microsoft') ? 'generic' : undefined
    const difference = issuerDifference(
      { ...provider(configured.replace('/common/', '/x/'), type), issuer: configured },
      said,
    )
    expect(difference.seen).toMatch(seen)
    expect(difference.fix).toMatch(fix)
  })
})

describe('a provider that is not there is looked for', () => {
  it.each([
    [
      'https://id.example.org/realms/Main',
      ['https://id.example.org/auth/realms/Main', 'https://id.example.org/realms/main'],
    ],
    ['https://id.example.org/auth/realms/main', ['https://id.example.org/realms/main']],
    ['https://id.example.org/.well-known/openid-configuration', ['https://id.example.org']],
    ['https://id.example.org', ['https://id.example.org/dex']],
    ['https://login.microsoftonline.com/x', ['https://login.microsoftonline.com/x/v2.0']],
    ['https://auth.agentconnect.gouv.fr', ['https://auth.agentconnect.gouv.fr/api/v2']],
    ['http://localhost:9000', ['https://localhost:9000']],
  ])('near %s', (configured, expected) => {
    const found = otherAddresses({ ...provider('https://id.example.org'), issuer: configured })
    expect(found).toEqual(expect.arrayContaining(expected))
    expect(found.length).toBeLessThanOrEqual(3)
    expect(found).not.toContain(configured)
  })
})
