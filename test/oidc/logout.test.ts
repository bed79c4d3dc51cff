/**
 * The request with which the browser signs out at the provider.
 */
import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { endSessionRequest, endSessionUrl } from '../../src/oidc/logout.ts'

const ISSUER = 'https://idp.example'

const {
  config: {
    providers: [config],
  },
} = loadConfig({
  BASE_URL: 'https://gate.example.com',
  GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
  OIDC_OP_URL: ISSUER,
  OIDC_RP_CLIENT_ID: 'gatehouse',
  OIDC_RP_CLIENT_SECRET: 'client-secret',
})

const METADATA = {
  issuer: ISSUER,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: `${ISSUER}/token`,
  jwks_uri: `${ISSUER}/jwks`,
}

const REQUEST = { idToken: 'a.b.c', postLogoutRedirectUri: 'https://gate.example.com/back?x=1', state: 's' }

it('a provider without an end-session endpoint gets none', () => {
  expect(endSessionRequest(config, METADATA, REQUEST)).toBeNull()
})

it('what the endpoint has in its query stays (RP-Initiated Logout section 2)', () => {
  const metadata = { ...METADATA, end_session_endpoint: `${ISSUER}/logout?tenant=a%20b` }
  const request = endSessionRequest(config, metadata, REQUEST)
  expect(request && Object.fromEntries(endSessionUrl(request).searchParams)).toEqual({
    tenant: 'a b',
    id_token_hint: 'a.b.c',
    client_id: 'gatehouse',
    post_logout_redirect_uri: 'https://gate.example.com/back?x=1',
    state: 's',
  })
})

it('without a readable ID token there is no hint, but still the client id (F44)', () => {
  const metadata = { ...METADATA, end_session_endpoint: `${ISSUER}/logout` }
  const { parameters = {} } = endSessionRequest(config, metadata, { ...REQUEST, idToken: null }) ?? {}
  expect(Object.keys(parameters)).toEqual(['client_id', 'post_logout_redirect_uri', 'state'])
})
