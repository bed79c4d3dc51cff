/**
 * Asking the provider about a token: as which client, in which form, and which of its answers is none (requirements IN7, IN21, JI1 to JI13).
 */
import { generateKeyPairSync } from 'node:crypto'
import { CompactEncrypt } from 'jose'
import { describe, expect, it } from 'vitest'
import type { GatehouseError } from '../../src/errors.ts'
import { describeFailure } from '../../src/log.ts'
import { json, jwt } from '../support/far-end.ts'
import { type FarProvider, farProvider, ISSUER, SECRET } from '../support/far-provider.ts'
import { refusalOf } from '../support/refusal.ts'
import { CLIENT_ID } from '../support/unit-world.ts'

const TOKEN = 'an-opaque-token-of-the-provider'
const SIGNED = 'application/token-introspection+jwt'
const RS256 = { OIDC_RS_SIGNING_ALGO: 'RS256' }
const endpoint = { introspection_endpoint: `${ISSUER}/introspect` }
const nowSeconds = () => Math.floor(Date.now() / 1000)

type Claims = Readonly<Record<string, unknown>>
type Respond = (far: FarProvider) => Response | Promise<Response>

/** A provider whose introspection endpoint answers like this. */
async function answering(respond: Respond, settings: Record<string, string> = {}, metadata: Claims = endpoint) {
  const made = farProvider(
    { metadata, answer: ({ path }) => (path === '/introspect' ? made.then(respond) : undefined) },
    settings,
  )
  return made
}

const askedOf = ({ calls }: FarProvider) => calls.filter(({ path }) => path === '/introspect')

const failureOf = async (respond: Respond, settings: Record<string, string> = {}): Promise<GatehouseError> =>
  refusalOf((await answering(respond, settings)).gatehouse.introspect(TOKEN))

/** A signed answer, and what is changed of it. */
const signed =
  (change: Claims = {}, header: Claims = {}): Respond =>
  async (far) => {
    const answer = { active: true, sub: 'alice' }
    const claims = { iss: ISSUER, aud: CLIENT_ID, iat: nowSeconds(), token_introspection: answer, ...change }
    return jwt(await far.sign(claims, { typ: 'token-introspection+jwt', ...header }), SIGNED)
  }

describe('the request', () => {
  it('is a form with the token, of the client that people sign in with, when there is no other', async () => {
    const far = await answering(() => json({ active: false }))
    expect(await far.gatehouse.introspect(TOKEN)).toBeNull()
    const [call] = askedOf(far)
    expect(Object.fromEntries(call?.form ?? [])).toEqual({
      token: TOKEN,
      token_type_hint: 'access_token',
      client_id: CLIENT_ID,
      client_secret: SECRET,
    })
    expect(call?.headers.get('accept')).toBe('application/json')
  })

  it('is of OIDC_RS_CLIENT_ID, where that is set', async () => {
    const settings = { OIDC_RS_CLIENT_ID: 'asker', OIDC_RS_CLIENT_SECRET: 'secret-of-the-asker' }
    const far = await answering(() => json({ active: false }), settings)
    await far.gatehouse.introspect(TOKEN)
    const [form] = askedOf(far).map((call) => Object.fromEntries(call.form))
    expect(form).toMatchObject({ client_id: 'asker', client_secret: 'secret-of-the-asker' })
  })

  it('of another client never carries the key of the sign-in client', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const far = await answering(() => json({ active: false }), {
      OIDC_RP_TOKEN_AUTH_METHOD: 'private_key_jwt',
      OIDC_RP_PRIVATE_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })),
      OIDC_RS_CLIENT_ID: 'asker',
      OIDC_RS_CLIENT_SECRET: 'secret-of-the-asker',
    })
    await far.gatehouse.introspect(TOKEN)
    const [form] = askedOf(far).map((call) => Object.fromEntries(call.form))
    expect(form).toMatchObject({ client_id: 'asker', client_secret: 'secret-of-the-asker' })
    expect(form).not.toHaveProperty('client_assertion')
  })

  it('of another client is not sent where only the key of the sign-in client would do', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const settings = {
      OIDC_RP_PRIVATE_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })),
      OIDC_RS_CLIENT_ID: 'asker',
      OIDC_RS_CLIENT_SECRET: 'secret-of-the-asker',
    }
    const metadata = { ...endpoint, token_endpoint_auth_methods_supported: ['private_key_jwt'] }
    const far = await answering(() => json({ active: true }), settings, metadata)
    expect((await refusalOf(far.gatehouse.introspect(TOKEN))).code).toBe('not_configured')
    expect(askedOf(far)).toEqual([])
  })

  it('authenticates as the introspection endpoint wants it, also where the token endpoint wants otherwise', async () => {
    const methods = {
      token_endpoint_auth_methods_supported: ['client_secret_post'],
      introspection_endpoint_auth_methods_supported: ['client_secret_basic'],
    }
    const far = await answering(() => json({ active: false }), {}, { ...endpoint, ...methods })
    await far.gatehouse.introspect(TOKEN)
    const [call] = askedOf(far)
    expect(call?.headers.get('authorization')).toMatch(/^Basic /)
    expect(call?.form.has('client_secret')).toBe(false)
  })

  it('asks for a signed answer when OIDC_RS_SIGNING_ALGO is set, and takes a plain one [JI1]', async () => {
    const far = await answering(() => json({ active: true, sub: 'alice' }), RS256)
    expect(await far.gatehouse.introspect(TOKEN)).toEqual({ sub: 'alice' })
    expect(askedOf(far)[0]?.headers.get('accept')).toBe(`${SIGNED}, application/json;q=0.9`)
  })

  it('goes to OIDC_OP_INTROSPECTION_ENDPOINT, where that is set', async () => {
    const settings = { OIDC_OP_INTROSPECTION_ENDPOINT: `${ISSUER}/introspect` }
    const far = await answering(() => json({ active: false }), settings, { introspection_endpoint: `${ISSUER}/other` })
    await far.gatehouse.introspect(TOKEN)
    expect([far.count('/introspect'), far.count('/other')]).toEqual([1, 0])
  })
})

describe('a provider can be asked', () => {
  const offers = async (settings: Record<string, string>, metadata: Claims = endpoint) =>
    (await answering(() => json({ active: false }), settings, metadata)).gatehouse.introspects()

  it.each<[string, boolean, Record<string, string>, Claims]>([
    ['where it has an endpoint', true, {}, endpoint],
    ['where the settings name one', true, { OIDC_OP_INTROSPECTION_ENDPOINT: `${ISSUER}/introspect` }, {}],
    ['not without an endpoint', false, {}, {}],
    ['not by a public client', false, { OIDC_RP_TOKEN_AUTH_METHOD: 'none' }, endpoint],
    ['not by another client without a secret', false, { OIDC_RS_CLIENT_ID: 'asker' }, endpoint],
    ['by the sign-in client under the other name', true, { OIDC_RS_CLIENT_ID: CLIENT_ID }, endpoint],
    [
      'by a client with a secret beside a public one',
      true,
      { OIDC_RP_TOKEN_AUTH_METHOD: 'none', OIDC_RS_CLIENT_ID: 'asker', OIDC_RS_CLIENT_SECRET: 's' },
      endpoint,
    ],
  ])('%s', async (_, expected, settings, metadata) => {
    expect(await offers(settings, metadata)).toBe(expected)
  })
})

describe('a plain answer', () => {
  it('tells the claims; what is null is absent', async () => {
    const far = await answering(() => json({ active: true, sub: 'alice', exp: 5, aud: ['a', 'b'], nbf: null, x: 1 }))
    expect(await far.gatehouse.introspect(TOKEN)).toEqual({ sub: 'alice', exp: 5, aud: ['a', 'b'], x: 1 })
  })

  it.each<[string, Respond]>([
    ['of active "true" [IN7]', () => json({ active: 'true' })],
    ['of active 1', () => json({ active: 1 })],
    ['without active', () => json({ sub: 'alice' })],
    ['that is a list', () => json([{ active: true }])],
    ['that is null', () => json(null)],
    ['that is a text', () => json('active')],
    ['that is empty', () => new Response('', { headers: { 'content-type': 'application/json' } })],
    ['in HTML', () => new Response('{"active":true}', { headers: { 'content-type': 'text/html' } })],
    ['of a textual exp', () => json({ active: true, exp: '9999999999' })],
    ['of a numeric subject', () => json({ active: true, sub: 5 })],
    ['of status 201', () => json({ active: true }, { status: 201 })],
    ['of status 400', () => json({ error: 'unsupported_token_type' }, { status: 400 })],
    ['of status 401', () => json({ error: 'invalid_client' }, { status: 401 })],
    ['of status 429', () => new Response('slow down', { status: 429 })],
    ['of status 500', () => json({ active: true }, { status: 500 })],
    ['of a gateway', () => json({ active: true }, { status: 502 })],
    ['that leads elsewhere', () => new Response(null, { status: 302, headers: { location: `${ISSUER}/x` } })],
  ])('%s is no answer [IN21]', async (_, respond) => {
    expect((await failureOf(respond)).code).toMatch(/^(provider_error|provider_unreachable|token_invalid)$/)
  })

  it('that refuses us says who asked and which settings to compare, without the secret or the token', async () => {
    const failure = await failureOf(() => json({ error: 'invalid_client' }, { status: 401 }), {
      OIDC_RS_CLIENT_ID: 'asker',
      OIDC_RS_CLIENT_SECRET: 'MARKER-secret',
    })
    const story = describeFailure(failure)
    expect(story).toMatchObject({ asked_as: 'asker', hint: expect.stringContaining('OIDC_RS_CLIENT_SECRET') })
    expect(JSON.stringify(story)).not.toMatch(/MARKER|an-opaque-token/)
  })
})

describe('a signed answer', () => {
  it.each(['token-introspection+jwt', 'application/token-introspection+jwt', 'Token-Introspection+JWT'])(
    'of type %s counts',
    async (typ) => {
      const far = await answering(signed({}, { typ }), RS256)
      expect(await far.gatehouse.introspect(TOKEN)).toEqual({ sub: 'alice' })
    },
  )

  it('that says inactive counts', async () => {
    const far = await answering(signed({ token_introspection: { active: false } }), RS256)
    expect(await far.gatehouse.introspect(TOKEN)).toBeNull()
  })

  it.each<[string, Claims, Claims]>([
    ['of another issuer [JI5]', { iss: 'https://idp2.example' }, {}],
    ['without an issuer [JI5]', { iss: undefined }, {}],
    ['for another client [JI5]', { aud: 'other' }, {}],
    ['without an audience [JI5]', { aud: undefined }, {}],
    ['without a time [JI5]', { iat: undefined }, {}],
    ['of the future [JI5]', { iat: nowSeconds() + 120 }, {}],
    ['that has expired', { exp: nowSeconds() - 120 }, {}],
    ['that is not valid yet', { nbf: nowSeconds() + 120 }, {}],
    ['of another type [JI6]', {}, { typ: 'JWT' }],
    ['without a type [JI6]', {}, { typ: undefined }],
    ['with its members at the top [JI7]', { active: true, token_introspection: undefined }, {}],
    ['with a list inside [JI7]', { token_introspection: [{ active: true }] }, {}],
    ['with a text inside [JI7]', { token_introspection: 'active' }, {}],
    ['that does not say whether it is active', { token_introspection: { sub: 'alice' } }, {}],
  ])('%s is no answer', async (_, claims, header) => {
    expect((await failureOf(signed(claims, header), RS256)).code).toMatch(/^(provider_error|token_invalid)$/)
  })

  it('of another algorithm than OIDC_RS_SIGNING_ALGO is no answer [JI11]', async () => {
    expect((await failureOf(signed(), { OIDC_RS_SIGNING_ALGO: 'PS256' })).code).toBe('token_invalid')
    expect((await failureOf(signed())).code).toBe('token_invalid')
    const far = await answering(signed(), { OIDC_RP_SIGN_ALGO: 'ES256' })
    expect(await far.gatehouse.introspect(TOKEN)).toEqual({ sub: 'alice' })
  })

  it('with a wrong signature is no answer [JI11]', async () => {
    const respond: Respond = async (far) => {
      const text = await (await signed()(far)).text()
      return jwt(`${text.slice(0, -8)}AAAAAAAA`, SIGNED)
    }
    expect((await failureOf(respond, RS256)).code).toBe('token_invalid')
  })

  it('that no one signed is no answer [JI11]', async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
    const claims = { iss: ISSUER, aud: CLIENT_ID, iat: nowSeconds(), token_introspection: { active: true } }
    const unsigned = `${part({ alg: 'none', typ: 'token-introspection+jwt' })}.${part(claims)}.`
    expect((await failureOf(() => jwt(unsigned, SIGNED), RS256)).code).toBe('token_invalid')
  })
})

describe('an encrypted answer', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = (key: typeof rsa.privateKey) => String(key.export({ type: 'pkcs8', format: 'pem' }))
  const WITH_KEY = { ...RS256, OIDC_RS_PRIVATE_KEY_STR: pem(rsa.privateKey) }

  const encrypted =
    (alg: string, enc: string, inside: Respond = signed(), key = rsa.publicKey): Respond =>
    async (far) => {
      const bytes = new Uint8Array(await (await inside(far)).arrayBuffer())
      const jwe = new CompactEncrypt(bytes).setProtectedHeader({ alg, enc, iss: 'stray', aud: 'stray' })
      return jwt(await jwe.encrypt(key), SIGNED)
    }

  it.each([
    ['RSA-OAEP', 'A256GCM'],
    ['RSA-OAEP-256', 'A128CBC-HS256'],
  ])('by %s and %s is opened with the key that La Suite names [JI10]', async (alg, enc) => {
    const far = await answering(encrypted(alg, enc), WITH_KEY)
    expect(await far.gatehouse.introspect(TOKEN)).toEqual({ sub: 'alice' })
    expect(askedOf(far)[0]?.headers.get('accept')).toContain(SIGNED)
  })

  it('by ECDH-ES is opened with an EC key', async () => {
    const settings = { ...RS256, OIDC_RP_DECRYPTION_KEY: pem(ec.privateKey), OIDC_RS_ENCRYPTION_ALGO: 'ECDH-ES' }
    const far = await answering(encrypted('ECDH-ES', 'A256GCM', signed(), ec.publicKey), settings)
    expect(await far.gatehouse.introspect(TOKEN)).toEqual({ sub: 'alice' })
  })

  it.each<[string, Respond, Record<string, string>]>([
    [
      'by another algorithm than OIDC_RS_ENCRYPTION_ALGO',
      encrypted('RSA-OAEP', 'A256GCM'),
      { OIDC_RS_ENCRYPTION_ALGO: 'RSA-OAEP-256' },
    ],
    ['by another content encryption', encrypted('RSA-OAEP', 'A256GCM'), { OIDC_RS_ENCRYPTION_ENCODING: 'A128GCM' }],
    ['for a key of someone else', encrypted('ECDH-ES', 'A256GCM', signed(), ec.publicKey), {}],
    ['without a signature inside [JI10]', encrypted('RSA-OAEP', 'A256GCM', () => json({ active: true })), {}],
    ['with another issuer inside', encrypted('RSA-OAEP', 'A256GCM', signed({ iss: 'https://idp2.example' })), {}],
  ])('%s is no answer', async (_, respond, settings) => {
    expect((await failureOf(respond, { ...WITH_KEY, ...settings })).code).toBe('token_invalid')
  })

  it('without a key of ours is no answer, and the log says which setting is missing', async () => {
    const { code, cause } = await failureOf(encrypted('RSA-OAEP', 'A256GCM'), RS256)
    expect([code, String(cause)]).toEqual(['not_configured', expect.stringContaining('OIDC_RP_DECRYPTION_KEY')])
  })
})

it('signed answers under keys that are not known are no verdict, and say when to come back once no one may look any more', async () => {
  let made = 0
  const far = await answering(async (provider) => signed({}, { kid: `made-up-${made++}` })(provider), RS256)
  const refusals: GatehouseError[] = []
  while (refusals.at(-1)?.code !== 'temporarily_unavailable')
    refusals.push(await refusalOf(far.gatehouse.introspect(TOKEN)))
  expect(new Set(refusals.slice(0, -1).map(({ code }) => code))).toEqual(new Set(['token_invalid']))
  expect(refusals.at(-1)?.retryAfterSeconds).toBeGreaterThan(0)
  expect(far.count('/jwks')).toBeLessThan(refusals.length)
})
