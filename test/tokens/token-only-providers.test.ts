/**
 * Issuers that sign no one in, beside a provider that does: what the documentation says to set for them is enough.
 */
import { readFileSync } from 'node:fs'
import { beforeAll, expect, it } from 'vitest'
import { check } from '../../src/tokens/check.ts'
import { json } from '../support/far-end.ts'
import { makeKey, sign, type TestKey } from '../support/keys.ts'
import { ANY_APP, createWorld, NOW } from '../support/token-world.ts'

const TEAM = 'https://team.cloudflareaccess.com'
const CLUSTER = 'https://oidc.cluster.example/id/1'
const APP = { ...ANY_APP, audiences: ['32eafc76'] }
const LIFE = { iat: NOW - 10, nbf: NOW - 10, exp: NOW + 300, aud: ['32eafc76'] }

let key: TestKey
beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
})

/** The table of settings in the documentation. */
function documented(): Readonly<Record<string, string>> {
  const document = readFileSync('docs/providers/generic.md', 'utf8')
  const [, table = ''] = /\[\[vars\.OIDC_PROVIDERS\]\]\n(id = "cluster"\n[^`]*)```/.exec(document) ?? []
  return Object.fromEntries(
    [...table.matchAll(/^(\w+) = "([^"]*)"/gm)].map(([, name = '', value = '']) => [name, value]),
  )
}

function worldWith(provider: Readonly<Record<string, string | undefined>>) {
  const main = { id: 'main', name: 'Main', url: 'https://main.example', client_id: 'gatehouse' }
  const world = createWorld({
    settings: {
      OIDC_OP_URL: undefined,
      OIDC_RP_CLIENT_ID: undefined,
      OIDC_RP_CLIENT_SECRET: undefined,
      OIDC_PROVIDERS_MAIN_CLIENT_SECRET: 'client-secret',
      OIDC_PROVIDERS: [main, provider],
    },
  })
  world.farEnd.on('https://main.example/.well-known/openid-configuration', () => json({}, 503))
  return world
}

it('Cloudflare Access needs neither a discovery document nor a secret', async () => {
  const world = worldWith(documented())
  world.farEnd.on(`${TEAM}/.well-known/openid-configuration`, () => json({}, 404))
  world.farEnd.on(`${TEAM}/cdn-cgi/access/certs`, () => json({ keys: [key.jwk], public_certs: [] }))
  const claims = { ...LIFE, iss: TEAM, type: 'app', sub: '7335d417', email: 'alice@corp.example', identity_nonce: 'x' }
  expect(await check(await sign(key, claims, { typ: 'JWT' }), APP, world.ports)).toMatchObject({
    active: true,
    principal: 'user',
  })
})

it('a cluster with a discovery document needs no address of its keys, and signs no one in', async () => {
  const { OIDC_OP_JWKS_ENDPOINT: _, ...settings } = documented()
  const world = worldWith({ ...settings, url: CLUSTER, OIDC_OP_ACCESS_TOKEN_FORM: 'kubernetes' })
  world.farEnd.on(`${CLUSTER}/.well-known/openid-configuration`, () =>
    json({
      issuer: CLUSTER,
      jwks_uri: `${CLUSTER}/keys`,
      authorization_endpoint: 'urn:kubernetes:programmatic_authorization',
      response_types_supported: ['id_token'],
      id_token_signing_alg_values_supported: ['RS256'],
    }),
  )
  world.farEnd.on(`${CLUSTER}/keys`, () => json({ keys: [key.jwk] }))
  const claims = {
    ...LIFE,
    iss: CLUSTER,
    sub: 'system:serviceaccount:jobs:mailer',
    'kubernetes.io': { namespace: 'jobs', serviceaccount: { name: 'mailer', uid: 'u' } },
  }
  expect(await check(await sign(key, claims, {}), APP, world.ports)).toMatchObject({
    active: true,
    principal: 'service',
  })
})
