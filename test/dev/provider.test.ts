/**
 * The embedded provider as relying parties see it, over HTTP.
 */

import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JSONWebKeySet,
  jwtVerify,
} from 'jose'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type RunningProvider, startProvider } from '../../dev/provider/provider.ts'
import { accessTokenOf, signIn, tokensOfPerson } from '../../dev/sign-in.ts'
import { freePort } from '../support/gatehouse.ts'
import { PATHS } from '../support/paths.ts'

const relyingParty = {
  clientId: 'gatehouse',
  clientSecret: 'a-client-secret-for-tests',
  // No one is there, and no one must be: signing out calls this address.
  baseUrl: 'http://localhost:1',
}
const CALLBACK = `${relyingParty.baseUrl}${PATHS.callback}`

let provider: RunningProvider

beforeEach(async () => {
  provider = await startProvider({ port: 0, relyingParty })
})

afterEach(async () => {
  vi.useRealTimers()
  await provider.stop()
})

const credentials = () => ({ issuer: provider.issuer, ...relyingParty })

function askUserinfo(token: string): Promise<Response> {
  return fetch(`${provider.issuer}/me`, { headers: { authorization: `Bearer ${token}` } })
}

function authorizationUrl(parameters: Record<string, string>): URL {
  const url = new URL(`${provider.issuer}/auth`)
  url.search = new URLSearchParams({
    client_id: relyingParty.clientId,
    redirect_uri: CALLBACK,
    response_type: 'code',
    scope: 'openid',
    ...parameters,
  }).toString()
  return url
}

/** A request as Gatehouse sends it, for tests that do not redeem the code. */
const goodRequest = () => authorizationUrl({ code_challenge: 'x'.repeat(43), code_challenge_method: 'S256' })

async function publishedKeys(): Promise<JSONWebKeySet> {
  return (await fetch(`${provider.issuer}/jwks`)).json()
}

describe('while it starts', () => {
  it('answers the first request that it accepts', async () => {
    const port = await freePort()
    const starting = startProvider({ port, relyingParty })
    const address = `http://127.0.0.1:${port}/.well-known/openid-configuration`
    const ask = () => fetch(address, { signal: AbortSignal.timeout(5000) }).catch((error: Error) => error)
    let answer = await ask()
    // Refused connections are fine: nothing listens yet.
    while (answer instanceof TypeError) answer = await ask()
    const { stop } = await starting
    await stop()
    expect(answer).toMatchObject({ status: 200 })
  })
})

describe('tokens of people', () => {
  it('gives RFC 9068 access tokens for the relying party, signed with a published key, with the sid of the ID token', async () => {
    const { access_token, id_token } = await tokensOfPerson('alice', credentials())
    const { payload } = await jwtVerify(access_token, createRemoteJWKSet(new URL(`${provider.issuer}/jwks`)), {
      issuer: provider.issuer,
      audience: relyingParty.baseUrl,
      typ: 'at+jwt',
      algorithms: ['RS256'],
      requiredClaims: ['sub', 'client_id', 'iat', 'exp', 'jti'],
    })
    expect(payload.aud).toBe(relyingParty.baseUrl)
    expect(payload.sid).toEqual(expect.any(String))
    expect(decodeJwt(id_token ?? '').sid).toBe(payload.sid)
  })

  it('puts the claims of the person into the access token, the ID token and userinfo', async () => {
    const { access_token, id_token } = await tokensOfPerson('alice', credentials())
    const common = {
      email: 'alice@example.org',
      family_name: 'Archer',
      tenant_id: 'example-org',
      x_grp: ['administrators', 'staff'],
    }
    expect(decodeJwt(access_token)).toMatchObject({ ...common, realm_access: { roles: ['administrator'] } })
    expect(decodeJwt(id_token ?? '')).toMatchObject({ ...common, email_verified: true })
    expect(await (await askUserinfo(access_token)).json()).toMatchObject({ ...common, email_verified: true })
  })

  it('gives ordinary people no role, and carol no family name anywhere', async () => {
    const { access_token, id_token } = await tokensOfPerson('carol', credentials())
    const userinfo = await (await askUserinfo(access_token)).json()
    for (const claims of [decodeJwt(access_token), decodeJwt(id_token ?? ''), userinfo]) {
      expect(claims).toMatchObject({ given_name: 'Carol' })
      expect(claims).not.toHaveProperty('family_name')
    }
    expect(decodeJwt(access_token).realm_access).toEqual({ roles: [] })
  })

  it('brings tenant, tariff and groups along with the scope openid alone', async () => {
    const { access_token } = await tokensOfPerson('bob', credentials(), { scope: 'openid' })
    const userinfo = await (await askUserinfo(access_token)).json()
    expect(Object.keys(userinfo).sort()).toEqual(['sub', 'tariff_id', 'tariff_status', 'tenant_id', 'x_grp'])
  })
})

describe('tokens of services', () => {
  it.each([
    ['recorder', 'opentalk-recorder'],
    ['call-in', 'opentalk-call-in'],
  ])('gives %s the role %s, as itself', async (service, role) => {
    const claims = decodeJwt(await accessTokenOf(service, credentials()))
    expect(claims).toMatchObject({
      sub: service,
      client_id: service,
      aud: relyingParty.baseUrl,
      realm_access: { roles: [role] },
    })
  })

  it('knows the secrets of services by derivation only', async () => {
    const ask = (secret: string) =>
      fetch(`${provider.issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`recorder:${secret}`)}` },
        body: new URLSearchParams({ grant_type: 'client_credentials' }),
      })
    const derived = createHash('sha256').update(`${relyingParty.clientSecret}:recorder`).digest('hex')
    expect((await ask(derived)).status).toBe(200)
    expect((await ask(relyingParty.clientSecret)).status).toBe(401)
  })
})

describe('userinfo', () => {
  it('refuses a token with a broken signature', async () => {
    const token = await accessTokenOf('alice', credentials())
    expect((await askUserinfo(token)).status).toBe(200)
    const [header, payload, signature = ''] = token.split('.')
    const broken = `${header}.${payload}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`
    expect((await askUserinfo(broken)).status).toBe(401)
  })

  it('refuses the token id, the ID token and a service', async () => {
    const { access_token, id_token = '' } = await tokensOfPerson('alice', credentials())
    const service = await accessTokenOf('recorder', credentials())
    for (const token of [String(decodeJwt(access_token).jti), id_token, service]) {
      expect((await askUserinfo(token)).status).toBe(401)
    }
  })

  it('refuses an expired token', async () => {
    const token = await accessTokenOf('alice', credentials())
    vi.useFakeTimers({ toFake: ['Date'], now: (decodeJwt(token).exp ?? 0) * 1000 })
    expect((await askUserinfo(token)).status).toBe(401)
  })
})

describe('keys', () => {
  it('replaces the old key at once', async () => {
    const token = await accessTokenOf('alice', credentials())
    const { keyId } = await provider.rotateKeys()
    const keys = await publishedKeys()
    expect(keys.keys.map(({ kid }) => kid)).toEqual([keyId])
    expect(decodeProtectedHeader(token).kid).not.toBe(keyId)
    expect((await askUserinfo(token)).status).toBe(401)
  })

  it('publishes another key under the same kid when asked to', async () => {
    const token = await accessTokenOf('alice', credentials())
    const before = await publishedKeys()
    const answer = await fetch(`${provider.issuer}/dev/rotate-keys?same-kid=1`, { method: 'POST' })
    expect(answer.status).toBe(200)
    const after = await publishedKeys()
    expect(after.keys.map(({ kid }) => kid)).toEqual(before.keys.map(({ kid }) => kid))
    expect(after.keys[0]?.n).not.toBe(before.keys[0]?.n)
    await expect(jwtVerify(token, createLocalJWKSet(after))).rejects.toThrow('signature verification failed')
    await expect(jwtVerify(await accessTokenOf('bob', credentials()), createLocalJWKSet(after))).resolves.toBeDefined()
  })

  it('publishes no private part', async () => {
    const { keys } = await publishedKeys()
    expect(Object.keys(keys[0] ?? {}).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use'])
  })

  it('keeps sign-ins that are under way when the keys change', async () => {
    const atSignIn = await fetch(goodRequest(), { redirect: 'manual' })
    const page = new URL(atSignIn.headers.get('location') ?? '', provider.issuer)
    const cookie = atSignIn.headers.getSetCookie().map((line) => line.split(';')[0])
    await provider.rotateKeys()
    const answer = await fetch(page, { headers: { cookie: cookie.join('; ') } })
    expect(answer.status).toBe(200)
  })
})

describe('the sign-in page', () => {
  it('has one username, one password and one button, and the login_hint filled in', async () => {
    const { html } = await openSignInPage('bob')
    expect(html).toContain('<title>Sign in – embedded provider</title>')
    expect(html.match(/<input/g)).toHaveLength(2)
    expect(html.match(/<button/g)).toHaveLength(1)
    expect(html).toContain('name="username" value="bob"')
    expect(html).toContain('name="password"')
  })

  it('shows a hint as text, never as markup', async () => {
    const { html } = await openSignInPage('"><script>alert(1)</script>')
    expect(html).not.toContain('<script')
  })

  it('says who exists when the name is unknown, with status 400', async () => {
    const { page, cookie } = await openSignInPage('')
    const body = new URLSearchParams({ username: '<b>mallory', password: 'x' })
    const answer = await fetch(page, { method: 'POST', body, headers: { cookie } })
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('No one here is called “&#60;b&#62;mallory”. Known are: alice, bob, carol.')
  })

  it('says what to do when the sign-in is not known any more', async () => {
    const answer = await fetch(`${provider.issuer}/interaction/gone`)
    expect(answer.status).toBe(400)
    expect(await answer.text()).toContain('Go back to the app and sign in again.')
  })

  async function openSignInPage(hint: string) {
    const url = goodRequest()
    url.searchParams.set('login_hint', hint)
    const redirect = await fetch(url, { redirect: 'manual' })
    const page = new URL(redirect.headers.get('location') ?? '', provider.issuer)
    const cookie = redirect.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
    return { page, cookie, html: await (await fetch(page, { headers: { cookie } })).text() }
  }
})

describe('signing out', () => {
  const target = `${relyingParty.baseUrl}${PATHS.logoutCallback}`

  it('goes on by itself when the ID token shows whose session it is, and waits for a click when not', async () => {
    const { idToken, get } = await signedIn()
    const asked = await (await get({ id_token_hint: idToken })).text()
    expect(asked).toContain("document.querySelector('button').click()")
    expect(asked).toContain('>Sign out</button>')
    expect(await (await get({})).text()).not.toContain('<script')
  })

  it('ends the session, and with it the access token, and goes back with the state', async () => {
    const { idToken, accessToken, get, cookie } = await signedIn()
    const page = await get({ id_token_hint: idToken, post_logout_redirect_uri: target, state: 's1' })
    expect((await askUserinfo(accessToken)).status).toBe(200)
    const answer = await confirm(page, cookie())
    expect(answer.headers.get('location')).toBe(`${target}?state=s1`)
    expect(answer.headers.getSetCookie().join('\n')).toMatch(/^idp_session_\d+=;/m)
    expect((await askUserinfo(accessToken)).status).toBe(401)
  })

  it('goes back to registered addresses only', async () => {
    const { idToken, get } = await signedIn()
    const answer = await get({ id_token_hint: idToken, post_logout_redirect_uri: `${relyingParty.baseUrl}/elsewhere` })
    expect(answer.status).toBe(400)
  })

  it.each([true, false])('tells the relying party only if back-channel logout is on: %s', async (backchannelLogout) => {
    const received: string[] = []
    const listener = createServer(async (request, response) => {
      received.push(`${request.url} ${await text(request)}`)
      response.end()
    })
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    const address = listener.address()
    const baseUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
    await provider.stop()
    provider = await startProvider({ port: 0, relyingParty: { ...relyingParty, baseUrl }, backchannelLogout })
    const { idToken, get, cookie } = await signedIn()
    await confirm(await get({ id_token_hint: idToken }), cookie())
    const expected = expect.stringMatching(/^\/api\/v1\.0\/backchannel-logout\/ logout_token=eyJ/)
    expect(received).toEqual(backchannelLogout ? [expected] : [])
    await new Promise((resolve) => listener.close(resolve))
  })

  /** Sends the form of the sign-out page. */
  async function confirm(page: Response, cookie: string): Promise<Response> {
    const inputs = (await page.text()).matchAll(/name="(\w+)" value="(.+?)"/g)
    const body = new URLSearchParams([...inputs].map(([, name = '', value = '']) => [name, value]))
    return fetch(`${provider.issuer}/session/end/confirm`, {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie },
      body,
    })
  }

  async function signedIn() {
    const cookies = new Map<string, string>()
    const tokens = await tokensOfPerson('alice', credentials(), { cookies })
    const cookie = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const get = (query: Record<string, string>) =>
      fetch(`${provider.issuer}/session/end?${new URLSearchParams(query)}`, { headers: { cookie: cookie() } })
    return { idToken: tokens.id_token ?? '', accessToken: tokens.access_token, cookie, get }
  }
})

describe('the protocol', () => {
  it('refuses a request without PKCE', async () => {
    const answer = await signIn(authorizationUrl({}), 'alice', CALLBACK)
    expect(answer.searchParams.get('error')).toBe('invalid_request')
  })

  it('names itself in the answer (RFC 9207)', async () => {
    const answer = await signIn(goodRequest(), 'alice', CALLBACK)
    expect(answer.searchParams.get('iss')).toBe(provider.issuer)
    expect(answer.searchParams.get('code')).toEqual(expect.any(String))
  })

  it('remembers who called what, without the query', async () => {
    await fetch(`${provider.issuer}/jwks?a=b`)
    await fetch(`${provider.issuer}/jwks`)
    expect(provider.journal.count('/jwks')).toBe(2)
    expect(provider.journal.entries.at(0)).toMatchObject({ method: 'GET', path: '/jwks', at: expect.any(Date) })
  })

  it.each(['post', 'basic'])('takes the secret of the relying party by client_secret_%s', async (method) => {
    const { clientId, clientSecret } = relyingParty
    const body = { grant_type: 'authorization_code', code: 'unknown', redirect_uri: CALLBACK }
    const inBody = method === 'post' && { client_id: clientId, client_secret: clientSecret }
    const headers = method === 'basic' ? { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` } : {}
    const answer = await fetch(`${provider.issuer}/token`, {
      method: 'POST',
      headers,
      body: new URLSearchParams({ ...body, ...inBody }),
    })
    // The client is known; only the code is not.
    expect(await answer.json()).toMatchObject({ error: 'invalid_grant' })
  })
})
