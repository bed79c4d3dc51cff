/**
 * Lists with another separator than theirs: understood where it is clear what is meant, and told in any case.
 */
import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'

const ENV = {
  BASE_URL: 'https://login.example.org',
  GATEHOUSE_SECRET: 'a-secret-of-gatehouse-of-32-bytes-or-more',
  OIDC_OP_URL: 'https://id.example.org',
  OIDC_RP_CLIENT_ID: 'gatehouse',
  OIDC_RP_CLIENT_SECRET: 'secret',
}

it('scopes with commas are understood in a table of OIDC_PROVIDERS, too, and told by its name', () => {
  const table = { id: 'work', url: 'https://work.example', client_id: 'gatehouse', scopes: 'openid,email' }
  const { config, warnings } = loadConfig({
    ...ENV,
    OIDC_PROVIDERS: [table],
    OIDC_PROVIDERS_WORK_CLIENT_SECRET: 'secret',
  })
  expect(config.providers[1]?.scopes).toEqual(['openid', 'email'])
  expect(warnings).toEqual([expect.stringMatching(/^\S*scopes\S* .*commas/)])
})

it.each(['GATEHOUSE_SERVICE_CLIENTS', 'GATEHOUSE_ALLOWED_CLIENTS', 'OIDC_TRUSTED_AUDIENCES', 'GATEHOUSE_LEVELS'])(
  'a comma in %s belongs to its entry, and the operator is told',
  (name) => {
    expect(loadConfig({ ...ENV, [name]: 'a,b' }).warnings).toEqual([expect.stringMatching(`^${name} has a comma`)])
    expect(loadConfig({ ...ENV, [name]: ['a,b'] }).warnings).toEqual([])
    expect(loadConfig({ ...ENV, [name]: '["a,b"]' }).warnings).toEqual([])
  },
)
