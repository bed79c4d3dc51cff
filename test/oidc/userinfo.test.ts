/**
 * Userinfo, plain, signed or encrypted: whose it must be, who must have signed it, and in which form it must come.
 */
import { generateKeyPairSync } from 'node:crypto'
import { base64url, CompactEncrypt } from 'jose'
import { describe, expect, it } from 'vitest'
import { json, jwt } from '../support/far-end.ts'
import { type FarProvider, farProvider, ISSUER, SUBJECT } from '../support/far-provider.ts'
import { refusalOf } from '../support/refusal.ts'
import { CLIENT_ID } from '../support/unit-world.ts'

type Respond = (far: FarProvider) => Response | Promise<Response>

async function withUserinfo(respond: Respond, settings: Record<string, string> = {}) {
  let far: FarProvider | undefined
  const userinfo = async () => (far ? respond(far) : new Response(null, { status: 500 }))
  far = await farProvider({ userinfo }, settings)
  return far
}

const signed =
  (claims: object = {}, header: object = {}): Respond =>
  async (far) =>
    jwt(await far.sign({ sub: SUBJECT, iss: ISSUER, aud: CLIENT_ID, name: 'Alice', ...claims }, { ...header }))

describe('a plain userinfo', () => {
  it.each([
    ['a list', ['admin'], 'provider_error'],
    ['a text', 'x', 'provider_error'],
    ['null', null, 'provider_error'],
    ['empty', {}, 'provider_error'],
    ['of a number', { sub: 5 }, 'provider_error'],
    ['of someone else', { sub: 'other' }, 'token_invalid'],
  ])('that is %s is refused (A53)', async (_, body, expected) => {
    const { code } = await refusalOf((await withUserinfo(() => json(body))).finish())
    expect(code).toBe(expected)
  })

  const ANY_TYPE = ['application/json', 'text/plain', 'text/json; charset=utf-8', 'application/jose', 'text/html', '']
  const typed = (body: string, type: string) =>
    new Response(new TextEncoder().encode(body), { headers: type ? { 'content-type': type } : {} })

  it.each(ANY_TYPE.flatMap((type) => ['AUTO', 'JSON'].map((format) => ({ type, format }))))(
    'of type "$type" is read as JSON with $format',
    async ({ type, format }) => {
      const far = await withUserinfo(() => typed(JSON.stringify({ sub: SUBJECT, name: 'Alice' }), type), {
        OIDC_OP_USER_ENDPOINT_FORMAT: format,
      })
      expect((await far.finish()).claims.name).toBe('Alice')
    },
  )

  it('of type "application/jwt" is read as JSON where that is demanded', async () => {
    const far = await withUserinfo(() => typed(JSON.stringify({ sub: SUBJECT, name: 'Alice' }), 'application/jwt'), {
      OIDC_OP_USER_ENDPOINT_FORMAT: 'JSON',
    })
    expect((await far.finish()).claims.name).toBe('Alice')
  })

  it.each(ANY_TYPE)('of type "%s" must be of the subject of the ID token all the same', async (type) => {
    const far = await withUserinfo(() => typed(JSON.stringify({ sub: 'other', name: 'Eve' }), type))
    expect((await refusalOf(far.finish())).code).toBe('token_invalid')
  })

  it.each([
    ['a page', '<!doctype html><title>Sign in</title>', 'text/html', 'a web page'],
    ['a page without a type', '\n<html>', '', 'a web page'],
    ['a text', 'forbidden', 'text/plain', 'something that is not JSON'],
    ['nothing', '', 'application/json', 'nothing'],
    ['a JWT of another type', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2ln', 'text/plain', 'a JWT'],
  ])('that is %s is refused, and the log says so', async (_, body, type, reason) => {
    const { code, message } = await refusalOf((await withUserinfo(() => typed(body, type))).finish())
    expect([code, message]).toEqual(['provider_error', expect.stringContaining(reason)])
  })

  it.each(ANY_TYPE)('of type "%s" is refused where a JWT is demanded (UI5)', async (type) => {
    const far = await withUserinfo(() => typed(JSON.stringify({ sub: SUBJECT }), type), {
      OIDC_OP_USER_ENDPOINT_FORMAT: 'JWT',
    })
    expect((await refusalOf(far.finish())).message).toContain('OIDC_OP_USER_ENDPOINT_FORMAT')
  })

  it.each(['application/json; charset=utf-8', 'Application/JSON'])('of type "%s" is good', async (type) => {
    const far = await withUserinfo(
      () => new Response(JSON.stringify({ sub: SUBJECT, name: 'Alice' }), { headers: { 'content-type': type } }),
    )
    expect((await far.finish()).claims.name).toBe('Alice')
  })
})

describe('a signed userinfo', () => {
  it.each(['application/jwt', 'application/jwt; charset=utf-8', 'Application/JWT;charset=UTF-8'])(
    'of type "%s" is good (UI5)',
    async (type) => {
      const far = await withUserinfo(async ({ sign }) => jwt(await sign({ sub: SUBJECT, name: 'Alice' }), type))
      expect((await far.finish()).claims.name).toBe('Alice')
    },
  )

  it('in the form of ProConnect is good: issuer, audience and times, and no nonce', async () => {
    const times = { iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 60 }
    const far = await withUserinfo(signed({ ...times, usual_name: 'Archer', given_name: 'Alice' }))
    expect((await far.finish()).claims).toMatchObject({ usual_name: 'Archer', given_name: 'Alice', nonce: 'nonce' })
  })

  it.each([
    ['for another client (UI6)', signed({ aud: 'other' })],
    ['of another issuer (UI6)', signed({ iss: 'https://evil.example' })],
    ['that has expired', signed({ exp: 1_000_000 })],
    ['of someone else (UI3)', signed({ sub: 'other' })],
    ['of no one (UI4)', signed({ sub: undefined })],
    ['that says that it is an access token (JB17)', signed({}, { typ: 'at+jwt' })],
    ['that says that it is a logout token (JB17)', signed({}, { typ: 'logout+jwt' })],
    [
      'with one bit of its signature changed (A45)',
      async (far: FarProvider) => {
        const [head, payload, signature = ''] = (await far.sign({ sub: SUBJECT })).split('.')
        const bytes = base64url.decode(signature)
        bytes[5] = (bytes[5] ?? 0) ^ 1
        return jwt(`${head}.${payload}.${base64url.encode(bytes)}`)
      },
    ],
    [
      'with alg none (JB5)',
      () => jwt(`${base64url.encode('{"alg":"none"}')}.${base64url.encode(JSON.stringify({ sub: SUBJECT }))}.`),
    ],
    ['that is JSON in truth', () => jwt(JSON.stringify({ sub: SUBJECT }))],
    ['that is empty', () => jwt('')],
  ] as readonly (readonly [string, Respond])[])('%s is refused', async (_, respond) => {
    expect((await refusalOf((await withUserinfo(respond)).finish())).code).toBe('token_invalid')
  })

  it.each([
    ['JWT', () => json({ sub: SUBJECT })],
    ['JSON', signed()],
  ] as readonly (readonly [string, Respond])[])('must have the configured form %s (UI8)', async (format, respond) => {
    const far = await withUserinfo(respond, { OIDC_OP_USER_ENDPOINT_FORMAT: format })
    expect((await refusalOf(far.finish())).message).toContain('OIDC_OP_USER_ENDPOINT_FORMAT')
  })
})

describe('an encrypted userinfo', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const KEY = { OIDC_RP_DECRYPTION_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })) }
  const encrypted = (text: string) =>
    new CompactEncrypt(new TextEncoder().encode(text))
      .setProtectedHeader({ alg: 'RSA-OAEP-256', enc: 'A256GCM' })
      .encrypt(publicKey)

  it('is good when it is signed inside (UI7)', async () => {
    const far = await withUserinfo(
      async ({ sign }) => jwt(await encrypted(await sign({ sub: SUBJECT, name: 'Alice' }))),
      KEY,
    )
    expect((await far.finish()).claims.name).toBe('Alice')
  })

  it('is refused when it is only encrypted, for anyone can encrypt for us', async () => {
    const far = await withUserinfo(async () => jwt(await encrypted(JSON.stringify({ sub: SUBJECT }))), KEY)
    expect((await refusalOf(far.finish())).code).toBe('token_invalid')
  })
})

it.each([
  [
    'with a challenge',
    { 'www-authenticate': 'Bearer error="invalid_token", error_description="Token verification failed"' },
    { error: 'invalid_token', description: 'Token verification failed' },
  ],
  ['without one', {}, {}],
])('a 401 %s is one refusal and no second try (UI10)', async (_, headers, words) => {
  const far = await withUserinfo(() => new Response(null, { status: 401, headers }))
  const { code, provider } = await refusalOf(far.finish())
  expect(code).toBe('provider_error')
  expect(provider).toEqual({ place: 'userinfo', status: 401, ...words })
  expect(far.count('/userinfo')).toBe(1)
  expect(far.count('/token')).toBe(1)
})

describe('a sign-in without userinfo', () => {
  const REFUSALS: readonly (readonly [string, () => Response])[] = [
    ['401', () => new Response(null, { status: 401 })],
    ['403', () => json({ error: 'insufficient_scope' }, { status: 403 })],
    [
      '401 with a challenge',
      () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }),
    ],
  ]
  const MAY_REFUSE = { OIDC_OP_USER_ENDPOINT_MAY_REFUSE: 'true' }
  const named = { idToken: { name: 'Alice of the ID token' } }

  it.each([undefined, null, ''])('is good where the metadata name %j as its endpoint', async (userinfo_endpoint) => {
    const far = await farProvider({ ...named, metadata: { userinfo_endpoint } })
    expect((await far.finish()).claims.name).toBe('Alice of the ID token')
    expect(far.count('/userinfo')).toBe(0)
  })

  it.each(['none', 'NONE', ' none '])('is good where OIDC_OP_USER_ENDPOINT is "%s"', async (setting) => {
    const far = await farProvider(named, { OIDC_OP_USER_ENDPOINT: setting })
    expect((await far.finish()).claims.name).toBe('Alice of the ID token')
    expect(far.count('/userinfo')).toBe(0)
  })

  it.each(REFUSALS)('is good where the endpoint answers %s and may', async (_, userinfo) => {
    const far = await farProvider({ ...named, userinfo }, MAY_REFUSE)
    expect((await far.finish()).claims.name).toBe('Alice of the ID token')
  })

  it.each(REFUSALS)('is refused where the endpoint answers %s and may not', async (_, userinfo) => {
    expect((await refusalOf((await farProvider({ ...named, userinfo })).finish())).code).toMatch(/^(provider|token)_/)
  })

  it.each([
    ['400', () => json({ error: 'invalid_request' }, { status: 400 })],
    ['404', () => new Response(null, { status: 404 })],
    ['500', () => new Response(null, { status: 500 })],
    ['503', () => new Response(null, { status: 503 })],
    ['a page', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['someone else', () => json({ sub: 'other' })],
    ['nobody', () => json({})],
  ] as readonly (readonly [string, () => Response])[])(
    'is refused where the endpoint may refuse and answers %s',
    async (_, userinfo) => {
      await refusalOf((await farProvider({ ...named, userinfo }, MAY_REFUSE)).finish())
    },
  )

  it('keeps a session alive at a refresh', async () => {
    const { tokens } = await (await farProvider({ tokenAnswer: { refresh_token: 'r' } })).finish()
    const far = await farProvider({ userinfo: () => new Response(null, { status: 403 }) }, MAY_REFUSE)
    expect((await far.gatehouse.refresh(tokens)).claims).toMatchObject({ sub: SUBJECT })
  })
})
