/**
 * Userinfo, plain, signed or encrypted: whose it must be, who must have signed it, and in which form it must come.
 */
import { generateKeyPairSync } from 'node:crypto'
import { base64url, CompactEncrypt } from 'jose'
import { describe, expect, it } from 'vitest'
import {
  CLIENT_ID,
  type FarProvider,
  farProvider,
  ISSUER,
  json,
  jwt,
  refusal,
  SUBJECT,
} from '../support/far-provider.ts'

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
    ['of somebody else', { sub: 'other' }, 'token_invalid'],
  ])('that is %s is refused (A53)', async (_, body, expected) => {
    const { code } = await refusal((await withUserinfo(() => json(body))).finish())
    expect(code).toBe(expected)
  })

  it.each(['text/html', 'text/plain', 'application/jose', ''])(
    'of type "%s" is refused, whatever it looks like (UI5)',
    async (type) => {
      const body = JSON.stringify({ sub: SUBJECT })
      const far = await withUserinfo(
        () => new Response(new TextEncoder().encode(body), { headers: type ? { 'content-type': type } : {} }),
      )
      expect((await refusal(far.finish())).message).toContain('OIDC_OP_USER_ENDPOINT_FORMAT')
    },
  )

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
    ['of somebody else (UI3)', signed({ sub: 'other' })],
    ['of nobody (UI4)', signed({ sub: undefined })],
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
    expect((await refusal((await withUserinfo(respond)).finish())).code).toBe('token_invalid')
  })

  it.each([
    ['JWT', () => json({ sub: SUBJECT })],
    ['JSON', signed()],
  ] as readonly (readonly [string, Respond])[])('must have the configured form %s (UI8)', async (format, respond) => {
    const far = await withUserinfo(respond, { OIDC_OP_USER_ENDPOINT_FORMAT: format })
    expect((await refusal(far.finish())).message).toContain('OIDC_OP_USER_ENDPOINT_FORMAT')
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

  it('is refused when it is only encrypted, for anybody can encrypt for us', async () => {
    const far = await withUserinfo(async () => jwt(await encrypted(JSON.stringify({ sub: SUBJECT }))), KEY)
    expect((await refusal(far.finish())).code).toBe('token_invalid')
  })
})

it.each([
  [
    'with a challenge',
    { 'www-authenticate': 'Bearer error="invalid_token", error_description="Token verification failed"' },
    { provider_error: 'invalid_token', provider_description: 'Token verification failed' },
  ],
  ['without one', {}, {}],
])('a 401 %s is one refusal and no second try (UI10)', async (_, headers, words) => {
  const far = await withUserinfo(() => new Response(null, { status: 401, headers }))
  const { code, detail } = await refusal(far.finish())
  expect(code).toBe('provider_error')
  expect(detail).toEqual({ provider_place: 'userinfo', provider_status: 401, ...words })
  expect(far.count('/userinfo')).toBe(1)
  expect(far.count('/token')).toBe(1)
})
