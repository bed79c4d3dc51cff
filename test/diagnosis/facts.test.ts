/**
 * Whoever wrote where the provider is as type and facts is told which fact to correct, and never to set OIDC_OP_URL beside them.
 */
import { expect, it } from 'vitest'
import { diagnosed } from '../support/diagnosed.ts'

const KEYCLOAK = {
  BASE_URL: 'https://login.example.org',
  OIDC_OP_TYPE: 'keycloak',
  OIDC_OP_BASE_URL: 'https://id.example.org',
  OIDC_OP_REALM: 'main',
  OIDC_RP_CLIENT_ID: 'gatehouse',
}

function unreachable(): never {
  throw new TypeError('fetch failed', { cause: Object.assign(new Error('ENOTFOUND'), { code: 'ENOTFOUND' }) })
}

/** A far end that has these issuers and no other page; each may call itself otherwise. */
function farEnd(issuers: Readonly<Record<string, string>>) {
  return async (input: RequestInfo | URL) => {
    const at = Object.keys(issuers).find(
      (address) => `${address}/.well-known/openid-configuration` === new Request(input).url,
    )
    return at === undefined ? new Response('', { status: 404 }) : Response.json({ issuer: issuers[at] })
  }
}

it('a host that is not found is in the base URL', async () => {
  const { row } = await diagnosed(KEYCLOAK, { fetch: unreachable })
  expect(row('discovery').fix).toMatch(/^Check the host in OIDC_OP_BASE_URL,/)
})

it('the one host of Microsoft is in no setting', async () => {
  const settings = { OIDC_OP_TYPE: 'entra', OIDC_OP_TENANT: '11111111-2222-3333-4444-555555555555' }
  const { row } = await diagnosed(settings, { fetch: unreachable })
  expect(row('discovery').fix).toMatch(/^Check that the provider runs and can be reached/)
  expect(row('discovery').fix).not.toContain('OIDC_OP_')
})

it('a missing /auth belongs in the base URL', async () => {
  const there = 'https://id.example.org/auth/realms/main'
  const { row } = await diagnosed(KEYCLOAK, { fetch: farEnd({ [there]: there }) })
  expect(row('discovery').fix).toBe('Set OIDC_OP_BASE_URL to https://id.example.org/auth and OIDC_OP_REALM to main.')
})

it('a provider of another name has its facts corrected, or OIDC_OP_URL in their place', async () => {
  const fetch = farEnd({ 'https://id.example.org/realms/main': 'https://id.example.org:8443/realms/main' })
  const { row } = await diagnosed(KEYCLOAK, { fetch })
  expect(row('issuer').fix).toContain('Set OIDC_OP_URL to https://id.example.org:8443/realms/main')
  expect(row('issuer').fix).toContain('Here that is told by OIDC_OP_BASE_URL, OIDC_OP_REALM: correct it')
})
