/**
 * The ID token that goes along with a silent authorization request: where the type takes it, and only within the bound of an address.
 */
import { describe, expect, it } from 'vitest'
import { startLogin } from '../../src/oidc/flows/login.ts'
import { configWith } from '../support/config-with.ts'

const ISSUER = 'https://idp.example'
const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
}
const [config] = configWith({ OIDC_OP_URL: ISSUER }).providers

async function hintOf(settings: object, isSilent = true, idTokenHint = 'a.b.c'): Promise<string | null> {
  const request = {
    acrValues: [],
    maxAgeSeconds: null,
    passedOn: {},
    redirectUri: 'https://gate.example.com/callback/',
  }
  const { location } = await startLogin({ ...config, ...settings }, METADATA, { ...request, isSilent, idTokenHint })
  return location.searchParams.get('id_token_hint')
}

describe('id_token_hint', () => {
  it.each(['generic', 'keycloak', 'entra', 'auth0'] as const)('goes along with prompt=none (%s)', async (type) => {
    expect(await hintOf({ type })).toBe('a.b.c')
  })

  it('does not go to ProConnect, which refuses parameters that it does not know', async () => {
    expect(await hintOf({ type: 'proconnect' })).toBeNull()
  })

  it('does not go along with a sign-in that may ask', async () => {
    expect(await hintOf({}, false)).toBeNull()
  })

  it('is left out when it would make the address longer than 7,000 characters', async () => {
    expect(await hintOf({}, true, `a.${'b'.repeat(7000)}.c`)).toBeNull()
  })
})
