/**
 * Requirements of docs/conformance.md that no other test of the protocol holds; each test names the ids that it is for.
 */
import { generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto'
import { createServer, request } from 'node:https'
import type { AddressInfo } from 'node:net'
import { base64url, CompactEncrypt, decodeProtectedHeader } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import type { PendingLogin } from '../../src/oidc/flows/login.ts'
import { json, jwt } from '../support/far-end.ts'
import { ISSUER as FAR_ISSUER, farProvider } from '../support/far-provider.ts'
import { makeKey, sign, type TestKey } from '../support/keys.ts'
import { CLIENT_SECRET, createLoginWorld, DISCOVERY, ISSUER, TOKEN } from '../support/login-world.ts'
import { refusalOf } from '../support/refusal.ts'
import { CLIENT_ID, CLIENT_ID as FAR_CLIENT } from '../support/unit-world.ts'

let key: TestKey

beforeAll(async () => {
  key = await makeKey('ES256', 'key-1')
})

const nowSeconds = () => Math.floor(Date.now() / 1000)

describe('the metadata', () => {
  const GOOD = {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: TOKEN,
    jwks_uri: `${ISSUER}/jwks`,
  }

  it('is taken from an answer of 200 in JSON alone, however good it looks [DM2]', async () => {
    const outcomes = []
    for (const [status, type] of [
      [200, 'application/json; charset=utf-8'],
      [200, 'text/html'],
      [200, 'text/plain'],
      [200, ''],
      [201, 'application/json'],
      [206, 'application/json'],
    ] as const) {
      const { farEnd, start } = createLoginWorld(key)
      const body = new TextEncoder().encode(JSON.stringify(GOOD))
      farEnd.on(DISCOVERY, () => new Response(body, { status, headers: type ? { 'content-type': type } : {} }))
      outcomes.push(
        await start().then(
          () => 'taken',
          (error: { code: string }) => error.code,
        ),
      )
    }
    expect(outcomes).toEqual(['taken', ...Array(5).fill('provider_error')])
  })

  it('of a provider whose certificate no one vouches for is not even asked for [DM5]', async () => {
    const { certificate, privateKey } = selfSigned()
    let asked = 0
    const server = createServer({ key: privateKey, cert: certificate }, (_, response) => {
      asked += 1
      response.end('{}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo // it listens on TCP
    const address = `https://localhost:${port}`
    try {
      await new Promise((resolve, reject) => {
        request(address, { rejectUnauthorized: false, agent: false }, resolve).on('error', reject).end()
      })
      const { providers } = createDeps({
        KV: { get: async () => null, put: async () => {} } as never, // the cache, which is empty
        DB: {} as never, // not asked
        BASE_URL: 'https://gate.example.com',
        GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
        OIDC_OP_URL: address,
        OIDC_RP_CLIENT_ID: CLIENT_ID,
        OIDC_RP_CLIENT_SECRET: CLIENT_SECRET,
      })
      const nothing = { acrValues: [], maxAgeSeconds: null, isSilent: false, idTokenHint: null, passedOn: {} }
      const { code, cause } = await refusalOf(
        providers.first.startLogin({ redirectUri: 'https://gate.example.com/', ...nothing }),
      )
      expect([code, asked]).toEqual(['provider_unreachable', 1])
      expect(String((cause as Error).cause)).toContain('certificate')
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

describe('the authorization request', () => {
  it('has a verifier of 64 unreserved characters behind its challenge [AQ10]', async () => {
    for (let round = 0; round < 20; round++) {
      expect((await createLoginWorld(key).start()).pending.codeVerifier).toMatch(/^[A-Za-z0-9._~-]{64}$/)
    }
  })

  it('names the resource that the operator wants tokens for [AQ17]', async () => {
    const settings = { OIDC_AUTH_REQUEST_EXTRA_PARAMS: '{"resource": "https://api.example.org"}' }
    const { location } = await createLoginWorld(key, { settings }).start()
    expect(location.searchParams.getAll('resource')).toEqual(['https://api.example.org'])
  })
})

describe('the issuer in an answer', () => {
  it('beside a signed answer must be the one inside [AR10]', async () => {
    const far = await farProvider({}, { OIDC_RESPONSE_MODE: 'query.jwt' })
    const inside = { iss: FAR_ISSUER, aud: FAR_CLIENT, exp: nowSeconds() + 60, code: 'code', state: 'state' }
    const answer = { response: await far.sign(inside), iss: 'https://evil.example' }
    expect((await refusalOf(far.finish(answer))).code).toBe('token_invalid')
    expect(far.count('/token')).toBe(0)
  })

  const withIssuer = (iss: string) => (good: URLSearchParams) => new URLSearchParams(`${good}&iss=${iss}`)

  it('is decoded as a form is and then compared exactly [AR5]', async () => {
    const metadata = { authorization_response_iss_parameter_supported: true }
    const outcomes = []
    for (const iss of [
      'https%3A%2F%2Fidp.example',
      'https://idp.example',
      'https%3a%2f%2fIDP.example',
      'https%253A%252F%252Fidp.example',
    ]) {
      const { signIn } = createLoginWorld(key, { metadata })
      outcomes.push(
        await signIn({ answer: withIssuer(iss) }).then(
          () => 'taken',
          (error: { code: string }) => error.code,
        ),
      )
    }
    expect(outcomes).toEqual(['taken', 'taken', 'token_invalid', 'token_invalid'])
  })

  it('that no one promised is taken when it is right, and refused when it is wrong [AR9]', async () => {
    expect((await createLoginWorld(key).signIn({ answer: withIssuer(encodeURIComponent(ISSUER)) })).subject).toBe(
      'alice',
    )
    const { signIn, farEnd } = createLoginWorld(key)
    expect((await refusalOf(signIn({ answer: withIssuer('https%3A%2F%2Fidp2.example') }))).code).toBe('token_invalid')
    expect(farEnd.journal).toEqual([])
  })
})

describe('the token request', () => {
  /** What was sent to the token endpoint, which answers with this. */
  async function sentBy(work: (world: ReturnType<typeof createLoginWorld>) => Promise<unknown>) {
    const world = createLoginWorld(key)
    const sent: { method: string | undefined; type: string | null; form: Record<string, string> }[] = []
    world.farEnd.on(TOKEN, (_, init) => {
      const form = Object.fromEntries(new URLSearchParams(String(init?.body)))
      sent.push({ method: init?.method, type: new Headers(init?.headers).get('content-type'), form })
      return json({ access_token: 'a', token_type: 'Bearer' })
    })
    await work(world).catch(() => null)
    return sent
  }

  it('is a POST of a form [TK8]', async () => {
    const [sent, ...more] = await sentBy(({ signIn }) => signIn())
    expect(more).toEqual([])
    expect([sent?.method, sent?.type]).toEqual(['POST', expect.stringMatching(/^application\/x-www-form-urlencoded\b/)])
  })

  it('of a refresh authenticates the client and asks for no scope [RF1, RF9]', async () => {
    const tokens = { accessToken: null, refreshToken: 'refresh-1', expiresAt: null, dpopKey: null }
    const idToken = await sign(key, { iss: ISSUER, sub: 'alice', aud: CLIENT_ID })
    const sent = await sentBy(({ provider }) => provider.refresh({ ...tokens, idToken }))
    expect(sent.map(({ form }) => form)).toEqual([
      { grant_type: 'refresh_token', refresh_token: 'refresh-1', client_id: CLIENT_ID, client_secret: CLIENT_SECRET },
    ])
  })
})

describe('an ID token', () => {
  it('of the sign-in before is refused, though it was good there [ID13]', async () => {
    const { signIn } = createLoginWorld(key)
    let first: string | undefined
    const idToken = async (pending: PendingLogin) => {
      const { claimsFor } = createLoginWorld(key)
      first ??= await sign(key, claimsFor(pending))
      return first
    }
    expect((await signIn({ idToken })).subject).toBe('alice')
    expect((await refusalOf(signIn({ idToken }))).code).toBe('token_invalid')
  })

  it('of a refresh has no nonce when the first had none [ID14]', async () => {
    const { provider, farEnd, now } = createLoginWorld(key)
    const claims = { iss: ISSUER, sub: 'alice', aud: CLIENT_ID, iat: now, exp: now + 300 }
    const tokens = { accessToken: null, refreshToken: 'refresh-1', expiresAt: null, dpopKey: null }
    const first = await sign(key, claims)
    const answering = async (more: object) => {
      const idToken = await sign(key, { ...claims, ...more })
      farEnd.on(TOKEN, () => json({ access_token: 'a', token_type: 'Bearer', id_token: idToken }))
      return provider.refresh({ ...tokens, idToken: first })
    }
    expect((await answering({})).tokens.accessToken).toBe('a')
    expect((await refusalOf(answering({ nonce: 'never sent' }))).code).toBe('token_invalid')
  })

  it.each([
    ['a fraction', (now: number) => ({ exp: now + 300.75, iat: now - 0.25, auth_time: now - 10.5 })],
    ['in the far future', () => ({ exp: 253_402_300_799 })],
    ['larger than any calendar', () => ({ exp: 1e15 })],
  ])('may have a time that is %s [ID25]', async (_, times) => {
    const { signIn, now } = createLoginWorld(key)
    expect((await signIn({ claims: times(now) })).subject).toBe('alice')
  })
})

it.each(['opaque', 'a.b.c', 'e30.eyJzdWIiOiJtYWxsb3J5IiwiZXhwIjoxfQ.AAAA', '{"sub":"mallory"}'])(
  'what is in an access token changes nothing about who signs in: %s [AT10]',
  async (accessToken) => {
    const world = createLoginWorld(key)
    const { pending } = await world.start()
    const idToken = await sign(key, world.claimsFor(pending))
    world.farEnd.on(TOKEN, () => json({ access_token: accessToken, token_type: 'Bearer', id_token: idToken }))
    const answer = new URLSearchParams({ code: 'c', state: pending.state })
    const { tokens, ...login } = await world.provider.finishLogin(answer, pending)
    expect(login).toMatchObject({ subject: 'alice', claims: { name: 'Alice', email: 'alice@corp.example' } })
    expect([tokens.accessToken, tokens.expiresAt]).toEqual([accessToken, world.now + 900])
  },
)

describe('a logout token', () => {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const KEY = { OIDC_RP_DECRYPTION_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })) }

  it('may be encrypted, and must be where ID tokens must [BL4]', async () => {
    const [free, strict] = [
      await farProvider({}, KEY),
      await farProvider({}, { ...KEY, OIDC_RP_ID_TOKEN_ENCRYPTED: 'true' }),
    ]
    for (const far of [free, strict]) {
      const plain = await far.sign(logoutClaims(), { typ: 'logout+jwt' })
      expect(await far.gatehouse.verifyLogoutToken(await encrypted(plain, publicKey))).toMatchObject({ jti: 'j' })
    }
    const plain = await strict.sign(logoutClaims(), { typ: 'logout+jwt' })
    expect((await refusalOf(strict.gatehouse.verifyLogoutToken(plain))).code).toBe('invalid_request')
    const forged = await encrypted(`${plain.slice(0, -8)}AAAAAAAA`, publicKey)
    expect((await refusalOf(strict.gatehouse.verifyLogoutToken(forged))).code).toBe('invalid_request')
  })
})

describe('another spelling of the same token', () => {
  it.each([
    ['padding', (jwe: string) => `${jwe}==`],
    ['a blank', (jwe: string) => jwe.replace(/\.(?=[^.]*$)/, '. ')],
    ['a part more', (jwe: string) => `${jwe}.AAAA`],
  ])('that is encrypted with %s is refused [JB19]', async (_, spoil) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const settings = { OIDC_RP_DECRYPTION_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })) }
    const good = await farProvider({ wrap: (token) => encrypted(token, publicKey) }, settings)
    expect((await good.finish()).subject).toBe('subject-of-alice')
    const far = await farProvider({ wrap: async (token) => spoil(await encrypted(token, publicKey)) }, settings)
    expect((await refusalOf(far.finish())).code).toBe('token_invalid')
  })

  it.each([
    ['padding', (signature: string) => `${signature}==`],
    ['a blank', (signature: string) => `${signature.slice(0, 40)} ${signature.slice(40)}`],
    ['a line end', (signature: string) => `${signature}\n`],
  ])('a signature with %s is refused [JB19]', async (_, spoil) => {
    const wrap = (token: string) => {
      const [header, payload, signature = ''] = token.split('.')
      return `${header}.${payload}.${spoil(signature)}`
    }
    const far = await farProvider({ wrap }, { OIDC_RP_SIGN_ALGO: 'ES256' })
    expect((await refusalOf(far.finish())).code).toBe('token_invalid')
  })
})

describe('what only arithmetic shows', () => {
  it.each([
    ['of zeros', () => new Uint8Array(64)],
    ['whose r is zero', () => new Uint8Array(64).fill(1, 32)],
    ['whose s is zero', () => new Uint8Array(64).fill(1, 0, 32)],
    ['beyond the order of the curve', () => new Uint8Array(64).fill(255)],
    ['that is half as long', () => new Uint8Array(32).fill(1)],
  ])('[JB7] a signature of ES256 %s is refused', async (_, bytes) => {
    const wrap = (token: string) => token.replace(/[^.]*$/, base64url.encode(bytes()))
    expect((await refusalOf((await farProvider({ wrap }, { OIDC_RP_SIGN_ALGO: 'ES256' })).finish())).code).toBe(
      'token_invalid',
    )
  })

  it('[JB7] an ephemeral key that is not on the curve of ours opens nothing', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const settings = { OIDC_RP_DECRYPTION_KEY: JSON.stringify(privateKey.export({ format: 'jwk' })) }
    const wrap = async (token: string) => {
      const good = await encrypted(token, publicKey, 'ECDH-ES')
      const header = decodeProtectedHeader(good)
      const epk = { ...(header.epk as object), y: 'A'.repeat(43) }
      return good.replace(/^[^.]*/, base64url.encode(JSON.stringify({ ...header, epk })))
    }
    expect((await refusalOf((await farProvider({ wrap }, settings)).finish())).code).toBe('token_invalid')
  })
})

/** Each kind of token as its own specification writes it, all signed with the same key. */
const KINDS = {
  'an access token': [{ client_id: FAR_CLIENT, jti: 'j' }, { typ: 'at+jwt' }],
  'a logout token': [
    { jti: 'j', events: { 'http://schemas.openid.net/event/backchannel-logout': {} } },
    { typ: 'logout+jwt' },
  ],
  'an introspection answer': [
    { token_introspection: { active: true, sub: 'subject-of-alice' } },
    { typ: 'token-introspection+jwt' },
  ],
  'a proof of possession': [{ jti: 'j', htm: 'POST', htu: 'https://id.example.org/token' }, { typ: 'dpop+jwt' }],
  'an answer of the authorization endpoint': [{ code: 'code', state: 'state', sub: undefined }, {}],
} as const

describe('one kind of token is no other (JB17):', () => {
  it.each([
    ['an ID token', { nonce: 'nonce', at_hash: 'x' }],
    ['a logout token without a type', { events: { 'http://schemas.openid.net/event/backchannel-logout': {} } }],
  ])('%s is no userinfo either', async (_, claims) => {
    let token = ''
    const far = await farProvider({ userinfo: () => jwt(token) })
    token = await far.sign({ ...common(), ...claims })
    expect((await refusalOf(far.finish())).code).toBe('token_invalid')
  })

  const common = () => ({
    iss: FAR_ISSUER,
    sub: 'subject-of-alice',
    aud: FAR_CLIENT,
    iat: nowSeconds(),
    exp: nowSeconds() + 60,
  })

  it.each(Object.entries(KINDS))('%s is no ID token', async (_, [claims, header]) => {
    const far = await farProvider({ idToken: { nonce: undefined, ...claims }, header })
    expect((await refusalOf(far.finish())).code).toBe('token_invalid')
  })

  it.each(Object.entries(KINDS))('%s is no userinfo', async (_, [claims, header]) => {
    let token = ''
    const far = await farProvider({ userinfo: () => jwt(token) })
    token = await far.sign({ ...common(), ...claims }, header)
    expect((await refusalOf(far.finish())).code).toBe('token_invalid')
  })

  it.each(Object.entries(KINDS).filter(([kind]) => kind !== 'a logout token'))(
    '%s is no logout token',
    async (_, [claims, header]) => {
      const far = await farProvider()
      const token = await far.sign({ ...common(), ...claims }, header)
      expect((await refusalOf(far.gatehouse.verifyLogoutToken(token))).code).toBe('invalid_request')
    },
  )
})

function logoutClaims() {
  const [claims] = KINDS['a logout token']
  return { ...claims, iss: FAR_ISSUER, aud: FAR_CLIENT, sub: 's', iat: nowSeconds(), exp: nowSeconds() + 60 }
}

function encrypted(token: string, publicKey: KeyObject, alg = 'RSA-OAEP-256'): Promise<string> {
  return new CompactEncrypt(new TextEncoder().encode(token))
    .setProtectedHeader({ alg, enc: 'A256GCM' })
    .encrypt(publicKey)
}

/** A certificate for localhost that signs itself, in DER by hand: Node has no function for it. */
function selfSigned(): { certificate: string; privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const der = (tag: number, ...parts: Uint8Array[]): Buffer => {
    const body = Buffer.concat(parts)
    const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 255]
    return Buffer.concat([Buffer.from([tag, ...length]), body])
  }
  const ecdsaWithSha256 = der(0x30, der(0x06, Buffer.from('2a8648ce3d040302', 'hex')))
  const commonName = der(0x30, der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from('localhost')))
  const name = der(0x30, der(0x31, commonName))
  const validity = der(0x30, der(0x17, Buffer.from('200101000000Z')), der(0x17, Buffer.from('491231235959Z')))
  const spki = publicKey.export({ format: 'der', type: 'spki' })
  const content = der(0x30, der(0x02, Buffer.from([1])), ecdsaWithSha256, name, validity, name, spki)
  const signature = signBytes('sha256', content, privateKey)
  const whole = der(0x30, content, ecdsaWithSha256, der(0x03, Buffer.from([0]), signature))
  const pem = `-----BEGIN CERTIFICATE-----\n${whole
    .toString('base64')
    .match(/.{1,64}/g)
    ?.join('\n')}\n-----END CERTIFICATE-----\n`
  return { certificate: pem, privateKey: String(privateKey.export({ format: 'pem', type: 'pkcs8' })) }
}
