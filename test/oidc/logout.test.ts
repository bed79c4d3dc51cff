/**
 * The request with which the browser signs out at the provider.
 */
import { describe, expect, it } from 'vitest'
import { endSessionRequest, endSessionUrl } from '../../src/oidc/flows/end-session.ts'
import { configWith } from '../support/config-with.ts'

const ISSUER = 'https://idp.example'

const [config] = configWith({ issuer: ISSUER }).providers

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

describe('an ID token that would make the address too long', () => {
  const encoded = (claims: object) => btoa(JSON.stringify(claims)).replace(/=+$/, '')
  const claims = { iss: ISSUER, sid: 'the-session', login_hint: 'the-person', groups: 'g'.repeat(6000) }
  const idToken = `${encoded({ alg: 'RS256' })}.${encoded(claims)}.c2lnbmF0dXJl`
  const metadata = { ...METADATA, end_session_endpoint: `${ISSUER}/logout` }
  const sentBy = (settings: object, token = idToken) =>
    endSessionRequest({ ...config, ...settings }, metadata, { ...REQUEST, idToken: token })

  it.each(['generic', 'keycloak'] as const)('goes by form where the type takes one (%s)', (type) => {
    expect(sentBy({ type: type })).toMatchObject({ isByForm: true, parameters: { id_token_hint: idToken } })
  })

  it.each([
    ['entra', { logout_hint: 'the-person' }],
    ['auth0', { logout_hint: 'the-session' }],
    ['authentik', {}],
  ] as const)('is left out where the type takes none, with a logout_hint where there is one (%s)', (type, hint) => {
    const request = sentBy({ type: type })
    expect(request).toMatchObject({ isByForm: false })
    expect(request?.parameters).toEqual({
      client_id: 'gatehouse',
      post_logout_redirect_uri: REQUEST.postLogoutRedirectUri,
      state: 's',
      ...hint,
    })
    expect(request && endSessionUrl(request).href.length).toBeLessThan(7000)
  })

  it.each([
    ['empty', ''],
    ['too long itself', 's'.repeat(7000)],
  ])('leaves no logout_hint in its place that is %s', (_, sid) => {
    const token = `${encoded({ alg: 'RS256' })}.${encoded({ ...claims, sid })}.c2lnbmF0dXJl`
    expect(sentBy({ type: 'auth0' }, token)?.parameters).not.toHaveProperty('logout_hint')
    const person = `${encoded({ alg: 'RS256' })}.${encoded({ ...claims, login_hint: sid })}.c2lnbmF0dXJl`
    expect(sentBy({ type: 'entra' }, person)?.parameters).not.toHaveProperty('logout_hint')
  })

  it('is left out at ProConnect, which then is told the client', () => {
    const request = sentBy({ type: 'proconnect' })
    expect(request).toMatchObject({ isByForm: false, parameters: { client_id: 'gatehouse' } })
    expect(request?.parameters).not.toHaveProperty('id_token_hint')
  })

  it.each(['entra', 'keycloak'] as const)('goes by form whatever the type, when the setting says so (%s)', (type) => {
    const request = sentBy({ type: type, logoutByPost: true })
    expect(request).toMatchObject({ isByForm: true, parameters: { id_token_hint: idToken } })
  })

  it('is one that makes it longer than GATEHOUSE_ADDRESS_LENGTH_MAX, to the character', () => {
    const short = 'a.b.c'
    const request = sentBy({}, short)
    const { length } = request ? endSessionUrl(request).href : ''
    expect(sentBy({ addressCharactersMax: length }, short)).toMatchObject({ isByForm: false })
    expect(sentBy({ addressCharactersMax: length - 1 }, short)).toMatchObject({ isByForm: true })
  })
})
