/**
 * The diagnosis of a real provider (oidc-provider over HTTP): everything passes, and each thing made wrong is the one that is named.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type RunningProvider, startProvider } from '../../dev/provider/provider.ts'
import type { CheckId } from '../../src/diagnosis/check.ts'
import { MADE_UP } from '../../src/oidc/examination/examination.ts'
import { DIAGNOSED_SECRET, diagnosed } from '../support/diagnosed.ts'
import { PATHS } from '../support/paths.ts'

const BASE_URL = 'http://localhost:8787'

type Intercept = NonNullable<Parameters<typeof startProvider>[0]['intercept']>

let provider: RunningProvider
let intercept: Intercept | null = null
const arrived: string[] = []

beforeAll(async () => {
  provider = await startProvider({
    port: 0,
    relyingParty: { clientId: 'gatehouse', clientSecret: DIAGNOSED_SECRET, baseUrl: BASE_URL },
    intercept(request, response) {
      arrived.push(request.url ?? '')
      return intercept === null ? false : intercept(request, response)
    },
  })
})
afterEach(() => {
  intercept = null
  arrived.length = 0
})
afterAll(() => provider.stop())

const look = (settings: Readonly<Record<string, unknown>> = {}) =>
  diagnosed({ BASE_URL, OIDC_OP_URL: provider.issuer, ...settings })

/** Answers one path in place of the provider. */
function answer(path: string, status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): void {
  intercept = (request, response) => {
    if (new URL(request.url ?? '/', provider.issuer).pathname !== path) return false
    const isText = typeof body === 'string'
    response.writeHead(status, { 'content-type': isText ? 'text/html' : 'application/json', ...headers })
    response.end(isText ? body : JSON.stringify(body))
    return true
  }
}

/** The discovery document with other members. */
async function bend(members: Readonly<Record<string, unknown>>): Promise<void> {
  const document = await (await fetch(`${provider.issuer}/.well-known/openid-configuration`)).json()
  answer('/.well-known/openid-configuration', 200, { ...(document as object), ...members })
}

describe('a provider with which everything is right', () => {
  it('passes every check that can be made, in few calls', async () => {
    const { checks, asked } = await look()
    const results = new Map(checks.map(({ id, result }) => [id, result]))
    expect([...results].filter(([, result]) => result !== 'pass')).toEqual([
      ['administrators', 'cannot tell'],
      ['backchannel-logout', 'cannot tell'],
    ])
    expect(results.size).toBeGreaterThan(20)
    expect(asked.length).toBeLessThanOrEqual(10)
  })

  it('is asked with a code and a state that are obviously made up', async () => {
    await look()
    const authorization = arrived
      .map((path) => new URL(path, provider.issuer))
      .find(({ pathname }) => pathname === '/auth')
    expect(authorization?.searchParams.get('state')).toBe(MADE_UP)
    expect(authorization?.searchParams.get('nonce')).toBe(MADE_UP)
    expect(authorization?.searchParams.get('prompt')).toBe('none')
    expect(MADE_UP).toMatch(/made-up/)
  })

  it('has its addresses ready to copy', async () => {
    const { row } = await look()
    expect(row('addresses').copy.map(({ value }) => value)).toEqual([
      `${BASE_URL}${PATHS.callback}`,
      `${BASE_URL}${PATHS.logoutCallback}`,
      `${BASE_URL}${PATHS.backchannelLogout}`,
      `${BASE_URL}${PATHS.frontchannelLogout}`,
    ])
  })

  it('that gets its request handed over directly (PAR) passes too', async () => {
    const pushing = await startProvider({
      port: 0,
      relyingParty: { clientId: 'gatehouse', clientSecret: DIAGNOSED_SECRET, baseUrl: BASE_URL },
      customize: (configuration) => ({
        ...configuration,
        features: { ...configuration.features, pushedAuthorizationRequests: { enabled: true } },
      }),
    })
    const good = await diagnosed({ BASE_URL, OIDC_OP_URL: pushing.issuer, OIDC_USE_PAR: 'true' })
    const bad = await diagnosed({ BASE_URL: 'http://localhost:1', OIDC_OP_URL: pushing.issuer, OIDC_USE_PAR: 'true' })
    await pushing.stop()
    expect(good.failed).toEqual([])
    expect(good.row('redirect-uri').result).toBe('pass')
    expect(bad.failed).toContain('redirect-uri')
  })
})

type Wrong = readonly [
  what: string,
  settings: () => Readonly<Record<string, unknown>>,
  failed: readonly CheckId[],
  seen: RegExp,
  fix: RegExp,
]

const WRONG: readonly Wrong[] = [
  [
    'the secret',
    () => ({ OIDC_RP_CLIENT_SECRET: 'another-secret-than-the-provider-has' }),
    ['client-secret'],
    /invalid_client/,
    /OIDC_RP_CLIENT_SECRET/,
  ],
  ['the client id', () => ({ OIDC_RP_CLIENT_ID: 'nobody' }), ['client-id'], /client is invalid/, /OIDC_RP_CLIENT_ID/],
  [
    'BASE_URL',
    () => ({ BASE_URL: 'http://localhost:8788' }),
    ['redirect-uri', 'post-logout-uri'],
    /redirect_uri did not match/,
    /final slash/,
  ],
  [
    'the callback without its slash',
    () => ({ OIDC_AUTHENTICATION_CALLBACK_URL: '/callback' }),
    ['redirect-uri'],
    /redirect_uri did not match/,
    /exact address/,
  ],
  [
    'a slash at the end of the issuer',
    () => ({ OIDC_OP_URL: `${provider.issuer}/` }),
    ['issuer'],
    /slash at the end differs/,
    /without a slash/,
  ],
  [
    'the path of the issuer',
    () => ({ OIDC_OP_URL: `${provider.issuer}/realms/main` }),
    ['discovery'],
    /answers 404/,
    /Set OIDC_OP_URL/,
  ],
  [
    'the whole discovery address as issuer',
    () => ({ OIDC_OP_URL: `${provider.issuer}/.well-known/openid-configuration` }),
    ['discovery'],
    /But http:.* is a provider/,
    /Set OIDC_OP_URL to http:/,
  ],
  [
    'https for http',
    () => ({ OIDC_OP_URL: provider.issuer.replace('http:', 'https:') }),
    ['discovery'],
    /But http:.* is a provider/,
    /Set OIDC_OP_URL to http:/,
  ],
  [
    'the algorithm',
    () => ({ OIDC_RP_SIGN_ALGO: 'ES256' }),
    ['algorithm'],
    /signs ID tokens with RS256/,
    /OIDC_RP_SIGN_ALGO to RS256/,
  ],
  [
    'the userinfo endpoint',
    () => ({ OIDC_OP_USER_ENDPOINT: `${provider.issuer}/nowhere` }),
    ['endpoint-userinfo'],
    /answers 404/,
    /OIDC_OP_USER_ENDPOINT/,
  ],
  [
    'the token endpoint',
    () => ({ OIDC_OP_TOKEN_ENDPOINT: `${provider.issuer}/nowhere` }),
    ['endpoint-token'],
    /answers 404/,
    /OIDC_OP_TOKEN_ENDPOINT/,
  ],
  [
    'the authorization endpoint',
    () => ({ OIDC_OP_AUTHORIZATION_ENDPOINT: `${provider.issuer}/nowhere` }),
    ['endpoint-authorization'],
    /answers 404/,
    /OIDC_OP_AUTHORIZATION_ENDPOINT/,
  ],
  [
    'the revocation endpoint',
    () => ({ OIDC_OP_REVOCATION_ENDPOINT: `${provider.issuer}/nowhere` }),
    ['endpoint-revocation'],
    /answers 404/,
    /OIDC_OP_REVOCATION_ENDPOINT/,
  ],
  [
    'the address of the keys',
    () => ({ OIDC_OP_JWKS_ENDPOINT: `${provider.issuer}/nowhere` }),
    ['keys'],
    /answers 404/,
    /OIDC_OP_JWKS_ENDPOINT/,
  ],
]

describe('what is wrong in the settings is what fails', () => {
  it.each(WRONG)('%s', async (_, settings, failed, seen, fix) => {
    const found = await look(settings())
    expect(found.failed).toEqual(failed)
    const [first] = failed
    if (first === undefined) throw new Error('a case without a check')
    expect(found.row(first).seen).toMatch(seen)
    expect(found.row(first).fix).toMatch(fix)
  })

  it('the redirect URI comes with the address to register', async () => {
    const { row } = await look({ BASE_URL: 'http://localhost:8788' })
    expect(row('redirect-uri').copy).toEqual([
      { label: 'Redirect URI', value: 'http://localhost:8788/api/v1.0/callback/' },
    ])
  })

  it('the scopes that no one configured are those that a sign-in asks for', async () => {
    const { row, asked } = await look()
    const request = asked.find((url) => url.includes('scope=')) ?? ''
    const scopes = new URL(request).searchParams.get('scope')?.split(' ') ?? []
    expect(scopes).toContain('profile')
    expect(row('scopes').seen).toBe(`${scopes.join(', ')}.`)
  })

  it('a scope that the provider does not list is a doubt, for some refuse it and some leave it out', async () => {
    const { row } = await look({ OIDC_RP_SCOPES: 'openid nonsense' })
    expect(row('scopes')).toMatchObject({ result: 'cannot tell', seen: expect.stringContaining('nonsense') })
    const { row: atDex } = await look({ OIDC_RP_SCOPES: 'openid nonsense', OIDC_OP_TYPE: 'dex' })
    expect(atDex('scopes')).toMatchObject({ result: 'fail', fix: expect.stringContaining('OIDC_RP_SCOPES') })
  })

  it('settings that cannot be read are all named, and the provider is not asked', async () => {
    const { checks, failed, asked } = await look({ OIDC_OP_URL: 'ftp://x', BASE_URL: '', OIDC_RP_SIGN_ALGO: 'none' })
    expect(failed).toEqual(['settings', 'settings', 'settings'])
    const text = checks.map(({ seen }) => seen).join('\n')
    for (const name of ['OIDC_OP_URL', 'BASE_URL', 'OIDC_RP_SIGN_ALGO']) expect(text).toContain(name)
    expect(asked).toEqual([])
  })

  it('a setting that is misspelt is a doubt', async () => {
    const { row } = await look({ OIDC_RP_SCOPE: 'openid' })
    expect(row('settings')).toMatchObject({ result: 'cannot tell', seen: expect.stringContaining('OIDC_RP_SCOPE') })
  })

  it('settings of a table are called as they are written there', async () => {
    const table = { id: 'staff', url: provider.issuer, client_id: 'gatehouse' }
    const found = await diagnosed({
      BASE_URL,
      OIDC_RP_CLIENT_ID: undefined,
      OIDC_RP_CLIENT_SECRET: undefined,
      OIDC_PROVIDERS: [table],
      OIDC_PROVIDERS_STAFF_CLIENT_SECRET: 'another-secret-than-the-provider-has',
    })
    expect(found.row('client-secret')).toMatchObject({ provider: 'staff', result: 'fail' })
    expect(found.row('client-secret').fix).toContain('OIDC_PROVIDERS_STAFF_CLIENT_SECRET')
    expect(found.row('client-secret').fix).toContain('OIDC_PROVIDERS[staff].client_id')
  })
})

describe('what is wrong at the provider is what fails', () => {
  it('it names another issuer', async () => {
    await bend({ issuer: 'https://id.example.org' })
    const { failed, row, asked } = await look()
    expect(failed).toEqual(['issuer'])
    expect(row('issuer').seen).toContain('https://id.example.org')
    // Nothing of ours goes to a provider that is not the configured one.
    expect(asked).toHaveLength(1)
  })

  it('it takes none of the ways in which we can authenticate', async () => {
    await bend({ token_endpoint_auth_methods_supported: ['private_key_jwt'] })
    const { failed, row } = await look()
    expect(failed).toEqual(['authentication-method'])
    expect(row('authentication-method')).toMatchObject({
      seen: expect.stringContaining('private_key_jwt'),
      fix: expect.stringContaining('OIDC_RP_PRIVATE_KEY'),
    })
  })

  it('it does not list the way that is set, and does not take it', async () => {
    await bend({ token_endpoint_auth_methods_supported: ['private_key_jwt'] })
    const { failed, row } = await look({ OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_jwt' })
    expect(failed).toEqual(['authentication-method'])
    expect(row('authentication-method').fix).toContain('Remove OIDC_RP_TOKEN_AUTH_METHOD')
  })

  it('it does not list the way that is set, and takes it all the same', async () => {
    await bend({ token_endpoint_auth_methods_supported: ['private_key_jwt'] })
    const { failed, row } = await look({ OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_post' })
    expect(failed).toEqual([])
    expect(row('authentication-method').seen).toContain('It takes it all the same')
  })

  it('it names an endpoint that is none', async () => {
    await bend({ token_endpoint: 'nowhere' })
    const { failed, row } = await look()
    expect(failed).toEqual(['metadata'])
    expect(row('metadata').seen).toContain('token_endpoint')
  })

  it('it offers PKCE without S256', async () => {
    await bend({ code_challenge_methods_supported: ['plain'] })
    expect((await look()).failed).toEqual(['pkce'])
  })

  it.each([
    ['an empty list', { keys: [] }, /an empty list/],
    ['no list', {}, /without a list of keys/],
    ['only keys for encryption', { keys: [{ kty: 'RSA', use: 'enc', n: 'x', e: 'AQAB' }] }, /cannot verify/],
    ['only a secret', { keys: [{ kty: 'oct', k: 'x' }] }, /cannot verify/],
  ])('of its keys it shows %s', async (_, body, seen) => {
    answer('/jwks', 200, body)
    const { failed, row } = await look()
    expect(failed).toEqual(['keys'])
    expect(row('keys').seen).toMatch(seen)
  })

  it('it shows keys for another algorithm than it says', async () => {
    answer('/jwks', 200, { keys: [{ kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) }] })
    const { failed, row } = await look()
    expect(failed).toEqual(['algorithm'])
    expect(row('algorithm').seen).toContain('EC P-256')
  })

  it.each([
    ['ahead of', 120],
    ['behind', -120],
  ])('its clock is %s ours', async (which, seconds) => {
    const now = Date.now() - seconds * 1000
    const clock = { now: () => now, aheadSeconds: 0, sleep: async () => {} }
    const { failed, row } = await diagnosed({ BASE_URL, OIDC_OP_URL: provider.issuer }, { clock })
    expect(failed).toEqual(['clock'])
    expect(row('clock').seen).toMatch(new RegExp(`1(?:19|20|21) seconds ${which} ours`))
    const { failed: tolerated } = await diagnosed(
      { BASE_URL, OIDC_OP_URL: provider.issuer, OIDC_CLOCK_TOLERANCE: '180' },
      { clock },
    )
    expect(tolerated).toEqual([])
  })

  it('its issuer is a page for people', async () => {
    answer('/.well-known/openid-configuration', 200, '<h1>Welcome</h1>')
    const { failed, row } = await look()
    expect(failed).toEqual(['discovery'])
    expect(row('discovery').seen).toContain('a page for people')
  })

  it('it is somewhere else', async () => {
    answer('/.well-known/openid-configuration', 301, '', { location: 'https://id.example.org/' })
    expect((await look()).row('discovery').seen).toContain('It leads to https://id.example.org/')
  })

  it('it is not there', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const { port } = server.address() as AddressInfo // a TCP server that listens has this kind of address
    await new Promise((resolve) => server.close(resolve))
    const { failed, row, checks } = await look({ OIDC_OP_URL: `http://127.0.0.1:${port}` })
    expect(failed).toEqual(['discovery'])
    expect(row('discovery').seen).toContain('ECONNREFUSED')
    expect(checks.filter(({ seen }) => seen.startsWith('Not asked')).length).toBeGreaterThan(10)
  })

  it('it refuses the request for a reason that it names', async () => {
    answer('/auth', 302, '', { location: `${BASE_URL}${PATHS.callback}?error=invalid_scope&error_description=no` })
    const { failed, row } = await look()
    expect(failed).toEqual(['scopes'])
    expect(row('redirect-uri').result).toBe('pass')
  })

  it('it shows the same page whatever it is asked, which says nothing', async () => {
    answer('/auth', 200, '<h1>Welcome</h1>')
    expect((await look()).row('redirect-uri')).toMatchObject({
      result: 'cannot tell',
      seen: expect.stringContaining('Welcome'),
    })
  })

  it('it shows its sign-in page to us and refuses an address that no one has registered', async () => {
    intercept = (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', provider.issuer)
      if (pathname !== '/auth') return false
      const isOurs = searchParams.get('redirect_uri') === `${BASE_URL}${PATHS.callback}`
      response.writeHead(isOurs ? 200 : 400, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>')
      return true
    }
    expect((await look()).row('redirect-uri').result).toBe('pass')
  })
})

describe('what is shown', () => {
  it('has no secret in it, even if the provider repeats it', async () => {
    answer('/token', 400, {
      error: 'invalid_request',
      error_description: `the secret ${DIAGNOSED_SECRET} of eve@example.org`,
    })
    const { checks } = await look()
    const text = JSON.stringify(checks)
    expect(text).not.toContain(DIAGNOSED_SECRET)
    expect(text).not.toContain('a-sealing-secret')
    expect(text).not.toContain('eve@')
  })
})
