/**
 * What the settings want and the provider does not list is told in the log, and tried all the same.
 */
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import type { LogEntry } from '../../src/log.ts'
import { metadataSource } from '../../src/oidc/metadata/discovery.ts'

const ISSUER = 'https://idp.example'

function warningsOf(settings: Readonly<Record<string, string>>, said: Readonly<Record<string, unknown>>): unknown[] {
  const { config } = loadConfig({
    BASE_URL: 'https://gate.example.com',
    GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
    OIDC_OP_URL: ISSUER,
    OIDC_RP_CLIENT_ID: 'gatehouse',
    OIDC_RP_CLIENT_SECRET: 'secret',
    ...settings,
  })
  const log: LogEntry[] = []
  metadataSource(config.providers[0], (entry) => log.push(entry)).parse({
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: `${ISSUER}/token`,
    jwks_uri: `${ISSUER}/jwks`,
    ...said,
  })
  return log.map(({ level, event, detail }) => [level, event, detail?.warning])
}

describe('a warning', () => {
  it('is given for an algorithm that the provider does not list', () => {
    const said = { id_token_signing_alg_values_supported: ['RS256', 'HS256'] }
    expect(warningsOf({ OIDC_RP_SIGN_ALGO: 'ES256' }, said)).toEqual([
      ['warn', 'configuration', 'OIDC_RP_SIGN_ALGO is ES256, and the provider lists RS256, HS256'],
    ])
    expect(warningsOf({}, said)).toEqual([])
  })

  it('is given when nothing is set and the provider lists several others', () => {
    const said = { id_token_signing_alg_values_supported: ['ES256', 'PS256'] }
    expect(warningsOf({}, said)).toEqual([
      ['warn', 'configuration', 'OIDC_RP_SIGN_ALGO is unset, which means RS256, and the provider lists ES256, PS256'],
    ])
    expect(warningsOf({}, { id_token_signing_alg_values_supported: ['ES256'] })).toEqual([])
  })

  it('is given for scopes that the provider does not list', () => {
    const said = { scopes_supported: ['openid', 'email'] }
    expect(warningsOf({ OIDC_RP_SCOPES: 'openid email usual_name siret' }, said)).toEqual([
      ['warn', 'configuration', 'OIDC_RP_SCOPES has usual_name, siret, which the provider does not list'],
    ])
    expect(warningsOf({ OIDC_RP_SCOPES: 'openid email' }, said)).toEqual([])
  })

  it('is given for nothing that the provider is silent about, or says in an odd way', () => {
    expect(warningsOf({ OIDC_RP_SCOPES: 'openid x' }, {})).toEqual([])
    expect(warningsOf({}, { id_token_signing_alg_values_supported: 'ES256' })).toEqual([])
    expect(warningsOf({}, { id_token_signing_alg_values_supported: [null, ''] })).toEqual([])
  })
})
