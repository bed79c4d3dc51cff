/**
 * Which way of authentication is chosen, and what goes over the line then.
 */
import { generateKeyPairSync } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, importJWK, type JWK, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import type { SeenCall } from '../support/far-end.ts'
import { begin, farProvider, ISSUER, SECRET } from '../support/far-provider.ts'
import { refusalOf } from '../support/refusal.ts'
import { CLIENT_ID } from '../support/unit-world.ts'

const KEY = JSON.stringify(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }))
const RSA_KEY = JSON.stringify(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }))
const ED_KEY = String(generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }))
const NO_SECRET = { OIDC_RP_CLIENT_SECRET: '' }

function methodOf({ headers, form }: SeenCall): string {
  const found = [
    headers.has('authorization') && 'client_secret_basic',
    form.has('client_secret') && 'client_secret_post',
    form.has('client_assertion') &&
      (String(decodeProtectedHeader(form.get('client_assertion') ?? '').alg).startsWith('HS')
        ? 'client_secret_jwt'
        : 'private_key_jwt'),
  ].filter((method) => method !== false)
  return found.join(' and ') || 'none'
}

async function tokenRequest(settings: Record<string, string>, listed?: readonly string[]): Promise<SeenCall> {
  const far = await farProvider({ metadata: { token_endpoint_auth_methods_supported: listed } }, settings)
  await far.finish()
  const [call] = far.calls.filter(({ path }) => path === '/token')
  if (!call) throw new Error('the token endpoint was not asked')
  return call
}

describe('the method is', () => {
  const ALL = ['client_secret_basic', 'client_secret_jwt', 'private_key_jwt', 'client_secret_post', 'none']

  it.each([
    ['client_secret_post', 'when nothing is listed', {}, undefined],
    ['client_secret_post', 'when it is listed among others', {}, ALL],
    ['client_secret_post', 'when it is listed, although there is a key', { OIDC_RP_PRIVATE_KEY: KEY }, ALL],
    ['private_key_jwt', 'when there is a key and no secret', { ...NO_SECRET, OIDC_RP_PRIVATE_KEY: KEY }, ALL],
    [
      'private_key_jwt',
      'when there is a key and no secret, and nothing is listed',
      { ...NO_SECRET, OIDC_RP_PRIVATE_KEY: KEY },
      undefined,
    ],
    [
      'private_key_jwt',
      'when there is a key and client_secret_post is not listed',
      { OIDC_RP_PRIVATE_KEY: KEY },
      ['client_secret_basic', 'private_key_jwt'],
    ],
    [
      'client_secret_basic',
      'when it is listed and client_secret_post is not',
      {},
      ['private_key_jwt', 'client_secret_jwt', 'client_secret_basic'],
    ],
    ['client_secret_jwt', 'when it alone is listed', {}, ['client_secret_jwt']],
    ['client_secret_basic', 'when La Suite’s setting says so', { OIDC_TOKEN_USE_BASIC_AUTH: 'true' }, ALL],
    [
      'client_secret_basic',
      'when the setting says so, although it is not listed',
      { OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_basic' },
      ['client_secret_post'],
    ],
    ['client_secret_jwt', 'when the setting says so', { OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_jwt' }, undefined],
    ['none', 'when the setting says so', { ...NO_SECRET, OIDC_RP_TOKEN_AUTH_METHOD: 'none' }, undefined],
  ])('%s %s, and no other beside it (TK4)', async (method, _, settings, listed) => {
    expect(methodOf(await tokenRequest(settings, listed))).toBe(method)
  })

  it.each([
    [['tls_client_auth'], {}],
    [['private_key_jwt'], {}],
    [['none'], {}],
    [['none', 'client_secret_basic'], { ...NO_SECRET, OIDC_RP_PRIVATE_KEY: KEY }],
    [['client_secret_jwt'], { OIDC_RP_CLIENT_SECRET: 'x'.repeat(31) }],
  ])('none of %j when there is nothing to do it with, which the log says', async (listed, settings) => {
    const far = await farProvider({ metadata: { token_endpoint_auth_methods_supported: listed } }, settings)
    const { code, hint } = await refusalOf(far.finish())
    expect([code, hint]).toEqual(['not_configured', expect.stringContaining('OIDC_RP_TOKEN_AUTH_METHOD')])
    expect(far.count('/token')).toBe(0)
  })
})

describe('client_secret_basic', () => {
  const credentialOf = ({ headers }: SeenCall) => atob(headers.get('authorization')?.replace('Basic ', '') ?? '')
  const BASIC = { OIDC_TOKEN_USE_BASIC_AUTH: 'true' }

  it('leaves a secret of Google as it is, for it does not decode (A86)', async () => {
    const secret = 'GOCSPX-Ab_9.~xyz'
    expect(credentialOf(await tokenRequest({ ...BASIC, OIDC_RP_CLIENT_SECRET: secret }))).toBe(`${CLIENT_ID}:${secret}`)
  })

  it('encodes both halves as a form does (TK3)', async () => {
    const settings = { ...BASIC, OIDC_RP_CLIENT_ID: 'https://rp:1', OIDC_RP_CLIENT_SECRET: 'a+b%c:d e/f' }
    const far = await farProvider({ idToken: { aud: 'https://rp:1' } }, settings)
    await far.finish()
    const [call] = far.calls.filter(({ path }) => path === '/token')
    expect(call && credentialOf(call)).toBe('https%3A%2F%2Frp%3A1:a%2Bb%25c%3Ad+e%2Ff')
  })
})

it('client_secret_post sends the secret as it is (A86)', async () => {
  const secret = 'GOCSPX-a+b%c:d e/f'
  expect((await tokenRequest({ OIDC_RP_CLIENT_SECRET: secret })).form.get('client_secret')).toBe(secret)
})

describe('a client assertion', () => {
  const assertionOf = async (settings: Record<string, string>) =>
    (await tokenRequest(settings)).form.get('client_assertion') ?? ''
  const WITH_KEY = { ...NO_SECRET, OIDC_RP_PRIVATE_KEY: KEY }

  it.each([
    ['private_key_jwt', WITH_KEY],
    ['client_secret_jwt', { OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_jwt' }],
  ])('of %s is short-lived and for the issuer alone, as one text (TK5)', async (_, settings) => {
    const claims = decodeJwt(await assertionOf(settings))
    expect(claims).toEqual({
      iss: CLIENT_ID,
      sub: CLIENT_ID,
      aud: ISSUER,
      jti: expect.stringMatching(/^[\w-]{43}$/),
      iat: expect.any(Number),
      exp: Number(claims.iat) + 60,
    })
  })

  it('is another one each time', async () => {
    const first = decodeJwt(await assertionOf(WITH_KEY)).jti
    expect(decodeJwt(await assertionOf(WITH_KEY)).jti).not.toBe(first)
  })

  it.each([
    ['ES256', { OIDC_RP_PRIVATE_KEY: KEY }],
    ['RS256', { OIDC_RP_PRIVATE_KEY: RSA_KEY }],
    ['PS256', { OIDC_RP_PRIVATE_KEY: RSA_KEY, OIDC_RP_PRIVATE_KEY_ALG: 'PS256' }],
    ['PS384', { OIDC_RP_PRIVATE_KEY: JSON.stringify({ ...JSON.parse(RSA_KEY), alg: 'PS384' }) }],
    ['EdDSA', { OIDC_RP_PRIVATE_KEY: ED_KEY }],
    ['Ed25519', { OIDC_RP_PRIVATE_KEY: ED_KEY, OIDC_RP_PRIVATE_KEY_ALG: 'Ed25519' }],
  ])('with %s is verified by the key of that id in our key set', async (alg, settings) => {
    const far = await farProvider({}, { ...NO_SECRET, ...settings })
    await far.finish()
    const assertion = far.calls.find(({ path }) => path === '/token')?.form.get('client_assertion') ?? ''
    const { kid } = decodeProtectedHeader(assertion)
    const key = (await far.gatehouse.publicKeys()).keys.find((candidate) => candidate.kid === kid)
    expect(key?.alg).toBe(alg)
    await expect(jwtVerify(assertion, await importJWK(key as JWK, alg), { algorithms: [alg] })).resolves.toBeDefined()
  })

  it('of client_secret_jwt is keyed with the secret', async () => {
    const assertion = await assertionOf({ OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_jwt' })
    await expect(jwtVerify(assertion, new TextEncoder().encode(SECRET))).resolves.toBeDefined()
  })
})

describe('our key set', () => {
  const keysOf = async (settings: Record<string, string>) =>
    (await (await farProvider({}, settings)).gatehouse.publicKeys()).keys

  it('names a key by its thumbprint, or as the JWK is named already', async () => {
    const named = JSON.stringify({ ...JSON.parse(KEY), kid: 'named' })
    const [first, second] = await keysOf({ OIDC_RP_PRIVATE_KEY: `{"keys":[${named},${KEY}]}` })
    expect([first?.kid, second?.kid]).toEqual(['named', expect.stringMatching(/^[\w-]{43}$/)])
  })

  it('has the example of RFC 7638 under the name that it has there', async () => {
    // Its public half is from the RFC; nothing is signed, so the private members only need the right shape.
    const n =
      '0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw'
    const key = { kty: 'RSA', e: 'AQAB', n, d: 'AQ', p: 'AQ', q: 'AQ', dp: 'AQ', dq: 'AQ', qi: 'AQ' }
    const [shown] = await keysOf({ OIDC_RP_PRIVATE_KEY: JSON.stringify(key) })
    expect(shown?.kid).toBe('NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs')
  })

  it.each([
    ['JWK', RSA_KEY],
    ['PEM', ED_KEY],
  ])('has no private member of a %s', async (_, key) => {
    for (const shown of await keysOf({ OIDC_RP_PRIVATE_KEY: key, OIDC_RP_DECRYPTION_KEY: RSA_KEY })) {
      expect(['d', 'p', 'q', 'dp', 'dq', 'qi', 'k', 'oth'].filter((name) => name in shown)).toEqual([])
    }
  })

  it('refuses a point that is not on its curve, and names the setting', async () => {
    const wrong = JSON.stringify({ ...JSON.parse(KEY), y: 'A'.repeat(43) })
    const far = await farProvider({}, { ...NO_SECRET, OIDC_RP_PRIVATE_KEY: wrong })
    const { code, message } = await refusalOf(far.finish())
    expect([code, message]).toEqual(['not_configured', expect.stringContaining('OIDC_RP_PRIVATE_KEY')])
  })
})

describe('a refused client', () => {
  const refusedWith = (init: ResponseInit, body: unknown) => ({
    answer: ({ path }: SeenCall) => (path === '/token' ? new Response(JSON.stringify(body), init) : undefined),
  })

  it.each([
    [
      'in the body',
      refusedWith({ status: 401, headers: { 'content-type': 'application/json' } }, { error: 'invalid_client' }),
    ],
    ['in a header', refusedWith({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }, {})],
    [
      'in a header with the error',
      refusedWith({ status: 401, headers: { 'www-authenticate': 'Basic error="invalid_client"' } }, {}),
    ],
  ])('%s leads to a hint that names the settings', async (_, bends) => {
    const { code, provider, hint } = await refusalOf((await farProvider(bends)).finish())
    expect([code, provider.error]).toEqual(['provider_error', 'invalid_client'])
    expect(hint).toContain('OIDC_RP_CLIENT_SECRET')
  })
})

describe('PAR', () => {
  const PUSHED = {
    metadata: { pushed_authorization_request_endpoint: `${ISSUER}/par`, require_pushed_authorization_requests: true },
    answer: ({ path }: SeenCall) =>
      path === '/par'
        ? new Response('{"request_uri":"urn:x:1","expires_in":60}', {
            status: 201,
            headers: { 'content-type': 'application/json' },
          })
        : undefined,
  }

  it.each([
    ['client_secret_post', {}],
    ['client_secret_basic', { OIDC_TOKEN_USE_BASIC_AUTH: 'true' }],
    ['client_secret_jwt', { OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_jwt' }],
    ['private_key_jwt', { ...NO_SECRET, OIDC_RP_PRIVATE_KEY: KEY }],
    ['none', { ...NO_SECRET, OIDC_RP_TOKEN_AUTH_METHOD: 'none' }],
  ])('authenticates by %s as the token request does (AQ20)', async (method, settings) => {
    const far = await farProvider(PUSHED, settings)
    const { location, pending } = await begin(far)
    const [call] = far.calls.filter(({ path }) => path === '/par')
    expect(call && methodOf(call)).toBe(method)
    expect(call?.form.get('state')).toBe(pending.state)
    expect(call?.form.has('tenant')).toBe(false)
    expect(location.href).toBe(`${ISSUER}/auth?tenant=a&client_id=${CLIENT_ID}&request_uri=urn%3Ax%3A1`)
  })

  it('pushes a signed request alone, with everything inside', async () => {
    const far = await farProvider(PUSHED, { OIDC_RP_PRIVATE_KEY: KEY, OIDC_USE_REQUEST_OBJECT: 'true' })
    const { pending } = await begin(far)
    const [call] = far.calls.filter(({ path }) => path === '/par')
    expect([...(call?.form.keys() ?? [])].sort()).toEqual(['client_id', 'client_secret', 'request'])
    const claims = decodeJwt(call?.form.get('request') ?? '')
    expect(claims).toMatchObject({ iss: CLIENT_ID, aud: ISSUER, state: pending.state, nonce: pending.nonce })
    expect(claims).not.toHaveProperty('client_secret')
  })

  it('that the provider requires without a place for it is refused', async () => {
    const far = await farProvider({ metadata: { require_pushed_authorization_requests: true } })
    expect((await refusalOf(begin(far))).message).toContain('pushed_authorization_request_endpoint')
  })
})

it('a signed request is sent unasked when the provider requires it', async () => {
  const far = await farProvider({ metadata: { require_signed_request_object: true } }, { OIDC_RP_PRIVATE_KEY: KEY })
  const { location } = await begin(far)
  expect([...location.searchParams.keys()]).toEqual(['tenant', 'client_id', 'response_type', 'scope', 'request'])
})

describe('the session that a silent request names', () => {
  const claims = btoa(JSON.stringify({ iss: ISSUER, sub: 'alice', groups: 'g'.repeat(3500) })).replace(/=+$/, '')
  const idTokenHint = `${btoa(JSON.stringify({ alg: 'RS256' })).replace(/=+$/, '')}.${claims}.c2ln`
  const silent = {
    acrValues: [],
    maxAgeSeconds: null,
    isSilent: true,
    passedOn: {},
    redirectUri: 'https://gate.example.com/back',
  }

  it.each([
    [7000, false],
    [20_000, true],
  ])(
    'is left out of a signed request only if the signature makes the address too long: %i characters',
    async (max, isNamed) => {
      const settings = {
        OIDC_RP_PRIVATE_KEY: KEY,
        OIDC_USE_REQUEST_OBJECT: 'true',
        GATEHOUSE_ADDRESS_LENGTH_MAX: String(max),
      }
      const far = await farProvider({}, settings)
      const { location, pending } = await far.gatehouse.startLogin({ ...silent, idTokenHint })
      const request = decodeJwt(location.searchParams.get('request') ?? '')
      expect(request).toMatchObject({ prompt: 'none', state: pending.state })
      expect('id_token_hint' in request).toBe(isNamed)
      expect(location.href.length).toBeLessThanOrEqual(max)
    },
  )
})

describe('a client id with blanks', () => {
  const CLIENT = ' my  client '
  const settings = { OIDC_RP_CLIENT_ID: CLIENT }
  const idToken = { aud: CLIENT }

  it('is sent as it is written', async () => {
    const far = await farProvider({ idToken }, settings)
    expect((await begin(far)).location.searchParams.get('client_id')).toBe(CLIENT)
    await far.finish()
    expect(far.calls.find(({ path }) => path === '/token')?.form.get('client_id')).toBe(CLIENT)
  })

  it('is form-encoded in the header (RFC 6749 section 2.3.1)', async () => {
    const far = await farProvider({ idToken }, { ...settings, OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_basic' })
    await far.finish()
    const header = far.calls.find(({ path }) => path === '/token')?.headers.get('authorization') ?? ''
    expect(atob(header.replace('Basic ', '')).split(':')[0]).toBe('+my++client+')
  })

  it('is the audience of ID tokens exactly', async () => {
    const far = await farProvider({ idToken: { aud: CLIENT.trim() } }, settings)
    expect((await refusalOf(far.finish())).code).toBe('token_invalid')
  })
})
