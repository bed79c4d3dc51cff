/**
 * Sign-ins through the built Worker at an honest provider whose features are switched on in turn: whoever speaks by the book is understood.
 */

import { randomBytes } from 'node:crypto'
import { decodeJwt, decodeProtectedHeader, type JWK } from 'jose'
import { afterEach, describe, expect, inject, it } from 'vitest'
import {
  type Honest,
  type HonestOptions,
  longSecret,
  OUR_JWKS,
  privateJwk,
  type Registration,
  startHonest,
} from '../support/honest.ts'
import { PATHS } from '../support/paths.ts'
import { Visitor } from '../support/visitor.ts'

let honest: Honest | undefined
afterEach(async () => {
  await honest?.stop()
  honest = undefined
})

async function start(options: Omit<HonestOptions, 'script'>): Promise<Honest> {
  honest = await startHonest({ script: inject('workerScript'), ...options })
  return honest
}

/** Signs alice in, and says whether she is known afterwards. */
async function signInAt(installation: Honest): Promise<Visitor> {
  const alice = new Visitor(installation)
  const response = await alice.signIn('alice')
  expect([response.status, installation.gatehouse.log.filter((line) => line.includes('refused'))]).toEqual([302, []])
  expect(await alice.whoAmI()).toMatchObject({ preferred_username: 'alice', email: 'alice@example.org' })
  return alice
}

/** The refusal: the page, and the one log line with its reference number. */
async function refusalAt(installation: Honest): Promise<{ status: number; line: string }> {
  const response = await new Visitor(installation).signIn('alice')
  const reference = /Reference: (\w+)/.exec(await response.text())?.[1] ?? 'none'
  const lines = installation.gatehouse.log.filter((line) => line.includes(reference))
  expect(lines).toHaveLength(1)
  expect(await installation.gatehouse.query('SELECT id FROM users')).toEqual([])
  return { status: response.status, line: lines[0] ?? '' }
}

const jwkText = (jwk: JWK) => JSON.stringify(jwk)

const keyClient = (alg: string): Registration => ({
  token_endpoint_auth_method: 'private_key_jwt',
  token_endpoint_auth_signing_alg: alg,
  jwks_uri: OUR_JWKS,
})

const KEY_ONLY = { OIDC_RP_CLIENT_SECRET: '', OIDC_RP_TOKEN_AUTH_METHOD: 'private_key_jwt' }

describe('a client authenticates with', () => {
  /** Every kind of character that a secret may have. @see RFC 6749 appendix A.2 */
  const ODD = `GOCSPX-a+b%c:d e/f_g~.!*()&='"<>\\`

  it('client_secret_basic, whatever is in the secret (A86)', async () => {
    const installation = await start({
      client: { token_endpoint_auth_method: 'client_secret_basic', client_secret: ODD },
      settings: { OIDC_RP_CLIENT_SECRET: ODD, OIDC_TOKEN_USE_BASIC_AUTH: 'true' },
    })
    await signInAt(installation)
    const [request] = installation.requests.filter(({ path }) => path === '/token')
    expect(request?.headers.authorization).toMatch(/^Basic /)
  })

  it('client_secret_post, whatever is in the secret (A86)', async () => {
    await signInAt(
      await start({
        client: { token_endpoint_auth_method: 'client_secret_post', client_secret: ODD },
        settings: { OIDC_RP_CLIENT_SECRET: ODD },
      }),
    )
  })

  it('client_secret_jwt', async () => {
    const secret = longSecret()
    await signInAt(
      await start({
        client: { token_endpoint_auth_method: 'client_secret_jwt', client_secret: secret },
        settings: { OIDC_RP_CLIENT_SECRET: secret, OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_jwt' },
      }),
    )
  })

  it.each([
    ['RS256', 'RS256', {}],
    ['PS256', 'PS256', { OIDC_RP_PRIVATE_KEY_ALG: 'PS256' }],
    ['ES256', 'ES256', {}],
    ['EdDSA', 'EdDSA', {}],
    ['Ed25519', 'EdDSA', { OIDC_RP_PRIVATE_KEY_ALG: 'Ed25519' }],
  ])('private_key_jwt and %s, with the keys of our /jwks', async (alg, keyAlg, settings) => {
    const key = jwkText(await privateJwk(keyAlg))
    await signInAt(
      await start({ client: keyClient(alg), settings: { ...KEY_ONLY, OIDC_RP_PRIVATE_KEY: key, ...settings } }),
    )
  })

  it('the method that the provider lists, when it does not list client_secret_post', async () => {
    const installation = await start({
      client: { token_endpoint_auth_method: 'client_secret_basic' },
      configuration: { clientAuthMethods: ['client_secret_basic', 'client_secret_jwt'] },
    })
    // The services of the embedded provider use client_secret_basic, so all that is left are those two.
    await signInAt(installation)
    const [request] = installation.requests.filter(({ path }) => path === '/token')
    expect(request?.headers.authorization).toMatch(/^Basic /)
  })

  it('nothing but PKCE, when it is a public client', async () => {
    await signInAt(
      await start({
        client: { token_endpoint_auth_method: 'none' },
        settings: { OIDC_RP_CLIENT_SECRET: '', OIDC_RP_TOKEN_AUTH_METHOD: 'none' },
      }),
    )
  })
})

describe('a client is refused, and the log says what to compare,', () => {
  it.each(['client_secret_post', 'client_secret_basic'] as const)('with a wrong secret by %s', async (method) => {
    const installation = await start({
      client: { token_endpoint_auth_method: method },
      settings: { OIDC_RP_CLIENT_SECRET: 'MARKER-of-another-client', OIDC_RP_TOKEN_AUTH_METHOD: method },
    })
    const { status, line } = await refusalAt(installation)
    expect(status).toBe(502)
    expect(line).toContain('OIDC_RP_CLIENT_SECRET')
    expect(line).toContain('invalid_client')
    expect(line).not.toContain('MARKER')
    expect(installation.provider.journal.count('/me')).toBe(0)
  })

  it('with a wrong key', async () => {
    const { d: _, ...known } = await privateJwk('ES256')
    const installation = await start({
      client: {
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        jwks: { keys: [known] },
      },
      settings: { ...KEY_ONLY, OIDC_RP_PRIVATE_KEY: jwkText(await privateJwk('ES256')) },
    })
    const { status, line } = await refusalAt(installation)
    expect(status).toBe(502)
    expect(line).toContain('OIDC_RP_PRIVATE_KEY')
  })
})

describe('/jwks', () => {
  it('is an empty set without keys', async () => {
    const response = await fetch(`${(await start({})).gatehouse.baseUrl}/jwks`)
    expect(await response.text()).toBe('{"keys":[]}')
  })

  it('shows the public halves, may be cached, and nothing else', async () => {
    const signing = await privateJwk('ES256')
    const encryption = await privateJwk('RSA-OAEP-256')
    const { gatehouse } = await start({
      settings: { OIDC_RP_PRIVATE_KEY: jwkText(signing), OIDC_RP_DECRYPTION_KEY: jwkText(encryption) },
    })
    const response = await fetch(`${gatehouse.baseUrl}/jwks`)
    expect(response.headers.get('content-type')).toBe('application/jwk-set+json')
    expect(response.headers.get('cache-control')).toBe('public, max-age=3600')
    const id = expect.stringMatching(/^[\w-]{43}$/)
    const { kty, crv, x, y } = signing
    expect(await response.json()).toEqual({
      keys: [
        { kty, crv, x, y, kid: id, use: 'sig', alg: 'ES256' },
        { kty: 'RSA', n: encryption.n, e: encryption.e, kid: id, use: 'enc' },
      ],
    })
  })
})

describe('an authorization request', () => {
  const pushedTo = (installation: Honest) => installation.provider.journal.count('/request')

  it('is pushed when the provider requires it (PAR), each with a reference of its own (AQ18, AQ19)', async () => {
    const installation = await start({
      features: { pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true } },
    })
    await signInAt(installation)
    await signInAt(installation)
    expect(pushedTo(installation)).toBe(2)
    const references = installation.requests
      .filter(({ path }) => path === '/auth')
      .map(({ query }) => [...query.keys()].sort().join() + query.get('request_uri'))
    expect(references).toHaveLength(2)
    expect(new Set(references).size).toBe(2)
    expect(references[0]).toMatch(/^client_id,request_uriurn:/)
  })

  it('is pushed when the setting says so, by whatever method the client authenticates (AQ20)', async () => {
    const installation = await start({
      client: keyClient('ES256'),
      settings: { ...KEY_ONLY, OIDC_RP_PRIVATE_KEY: jwkText(await privateJwk('ES256')), OIDC_USE_PAR: 'true' },
    })
    await signInAt(installation)
    expect(pushedTo(installation)).toBe(1)
  })

  it('is not pushed otherwise', async () => {
    const installation = await start({ features: { pushedAuthorizationRequests: { enabled: true } } })
    await signInAt(installation)
    expect(pushedTo(installation)).toBe(0)
  })

  it('that the provider does not take ends on a page, with the reason in the log', async () => {
    const { gatehouse, ...rest } = await start({
      settings: { OIDC_USE_PAR: 'true', OIDC_RP_CLIENT_SECRET: 'of-another-client' },
    })
    const response = await new Visitor({ gatehouse, ...rest }).visit(PATHS.login)
    expect(response.status).toBe(502)
    expect(await response.text()).toContain('Reference:')
    expect(gatehouse.log.filter((line) => line.includes('(PAR)') && line.includes('invalid_client'))).toHaveLength(1)
  })

  it('that should be pushed where there is no place for it names the setting', async () => {
    const { gatehouse, ...rest } = await start({
      settings: { OIDC_USE_PAR: 'true' },
      features: { pushedAuthorizationRequests: { enabled: false } },
    })
    const response = await new Visitor({ gatehouse, ...rest }).visit(PATHS.login)
    expect(response.status).toBe(503)
    expect(gatehouse.log.filter((line) => line.includes('OIDC_USE_PAR'))).toHaveLength(1)
  })

  it.each([
    ['by value', {}, 0],
    ['when it is pushed', { OIDC_USE_PAR: 'true' }, 1],
  ])('is signed (JAR) %s', async (_, settings, pushes) => {
    const installation = await start({
      client: { require_signed_request_object: true, request_object_signing_alg: 'ES256', jwks_uri: OUR_JWKS },
      features: { requestObjects: { enabled: true, requireSignedRequestObject: true } },
      settings: {
        OIDC_RP_PRIVATE_KEY: jwkText(await privateJwk('ES256')),
        OIDC_RP_TOKEN_AUTH_METHOD: 'client_secret_post',
        OIDC_USE_REQUEST_OBJECT: 'true',
        ...settings,
      },
    })
    await signInAt(installation)
    expect(pushedTo(installation)).toBe(pushes)
    const [request] = installation.requests.filter(({ path }) => path === '/auth')
    expect(request?.query.has('state')).toBe(false)
  })
})

it('an answer that is signed (JARM) is good when that is configured', async () => {
  const installation = await start({
    features: { jwtResponseModes: { enabled: true } },
    settings: { OIDC_RESPONSE_MODE: 'query.jwt' },
  })
  const alice = new Visitor(installation)
  const callback = await alice.answerFor('alice')
  expect([...new URL(callback, 'http://x').searchParams.keys()]).toEqual(['response'])
  expect((await alice.visit(callback)).status).toBe(302)
  expect(await alice.whoAmI()).toMatchObject({ preferred_username: 'alice' })
})

describe('DPoP', () => {
  const required = {
    features: { dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => true } },
  } as const

  it('binds code grant, userinfo and refresh grant, each proof with the nonce that the provider asks for (TK15)', async () => {
    const installation = await start({
      ...required,
      client: { dpop_bound_access_tokens: true },
      settings: { OIDC_USE_DPOP: 'true' },
    })
    const alice = await signInAt(installation)
    expect(installation.provider.journal.count('/token')).toBe(2)
    const refreshed = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } }
    expect((await alice.visit(PATHS.sessionRefresh, refreshed)).status).toBe(200)
    expect(await installation.gatehouse.query('SELECT 1 FROM sessions WHERE refreshed_at IS NOT NULL')).toHaveLength(1)
    const proofs = installation.requests.flatMap(({ headers }) => (headers.dpop ? [String(headers.dpop)] : []))
    expect(new Set(proofs.map((proof) => decodeJwt(proof).jti)).size).toBe(proofs.length)
    expect(new Set(proofs.map((proof) => JSON.stringify(decodeProtectedHeader(proof).jwk))).size).toBe(1)
    expect(Object.keys(decodeProtectedHeader(proofs[0] ?? '').jwk ?? {}).sort()).toEqual(['crv', 'kty', 'x', 'y'])
    const [userinfo] = installation.requests.filter(({ path }) => path === '/me').slice(-1)
    expect(userinfo?.headers.authorization).toMatch(/^DPoP /)
    expect(decodeJwt(String(userinfo?.headers.dpop))).toMatchObject({
      ath: expect.any(String),
      nonce: expect.any(String),
    })
  })

  it('has another key in each session', async () => {
    const installation = await start({ ...required, settings: { OIDC_USE_DPOP: 'true' } })
    await signInAt(installation)
    await signInAt(installation)
    const keys = installation.requests
      .filter(({ path }) => path === '/token')
      .map(({ headers }) => JSON.stringify(decodeProtectedHeader(String(headers.dpop)).jwk))
    expect(new Set(keys).size).toBe(2)
  })

  it('that the provider does not know is a refusal that names the setting', async () => {
    const { line } = await refusalAt(
      await start({ settings: { OIDC_USE_DPOP: 'true' }, features: { dPoP: { enabled: false } } }),
    )
    expect(line).toContain('OIDC_USE_DPOP')
  })
})

describe('an ID token', () => {
  it.each(['PS256', 'ES256', 'EdDSA', 'HS256'] as const)(
    'signed with %s is good when that is configured',
    async (alg) => {
      const secret = longSecret()
      await signInAt(
        await start({
          client: { id_token_signed_response_alg: alg, client_secret: secret },
          configuration: {
            enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'] },
          },
          settings: { OIDC_RP_SIGN_ALGO: alg, OIDC_RP_CLIENT_SECRET: secret },
        }),
      )
    },
  )

  it('signed differently from the configuration is refused, and the log names the setting', async () => {
    const installation = await start({ client: { id_token_signed_response_alg: 'ES256' } })
    const { line } = await refusalAt(installation)
    expect(line).toContain('OIDC_RP_SIGN_ALGO')
    expect(installation.provider.journal.count('/me')).toBe(0)
  })

  const encrypted = (alg: string, enc: string): Registration => ({
    id_token_encrypted_response_alg: alg,
    id_token_encrypted_response_enc: enc,
    jwks_uri: OUR_JWKS,
  })

  it.each([
    ['RSA-OAEP-256', 'A256GCM', undefined],
    ['RSA-OAEP-256', 'A128CBC-HS256', undefined],
    ['ECDH-ES', 'A256GCM', 'P-256'],
    ['ECDH-ES+A256KW', 'A128CBC-HS256', 'P-384'],
  ])('encrypted with %s and %s is good', async (alg, enc, crv) => {
    const key = await privateJwk(alg, crv)
    const alice = await signInAt(
      await start({
        client: encrypted(alg, enc),
        features: { encryption: { enabled: true } },
        configuration: {
          enabledJWA: { idTokenEncryptionAlgValues: [alg], idTokenEncryptionEncValues: [enc] },
        },
        settings: { OIDC_RP_DECRYPTION_KEY: jwkText(key), OIDC_RP_ID_TOKEN_ENCRYPTED: 'true' },
      }),
    )
    // The hint at sign-out must be what was inside: the provider cannot read what is encrypted for us.
    const location = new URL((await alice.signOut()).headers.get('location') ?? '')
    expect(location.searchParams.get('id_token_hint')?.split('.')).toHaveLength(3)
  })

  it('that is not encrypted is refused when it should be (ID1)', async () => {
    const installation = await start({
      settings: {
        OIDC_RP_DECRYPTION_KEY: jwkText(await privateJwk('RSA-OAEP-256')),
        OIDC_RP_ID_TOKEN_ENCRYPTED: 'true',
      },
    })
    const { line } = await refusalAt(installation)
    expect(line).toContain('OIDC_RP_ID_TOKEN_ENCRYPTED')
    expect(installation.provider.journal.count('/me')).toBe(0)
  })
})

describe('userinfo', () => {
  const signed = {
    client: { userinfo_signed_response_alg: 'RS256' },
    features: { jwtUserinfo: { enabled: true } },
  }

  it.each(['AUTO', 'JWT'])('that is signed is good with the format %s', async (format) => {
    await signInAt(await start({ ...signed, settings: { OIDC_OP_USER_ENDPOINT_FORMAT: format } }))
  })

  it('that is signed and encrypted is good', async () => {
    await signInAt(
      await start({
        client: {
          ...signed.client,
          userinfo_encrypted_response_alg: 'RSA-OAEP-256',
          userinfo_encrypted_response_enc: 'A256GCM',
          jwks_uri: OUR_JWKS,
        },
        features: { ...signed.features, encryption: { enabled: true } },
        configuration: {
          enabledJWA: { userinfoEncryptionAlgValues: ['RSA-OAEP-256'] },
        },
        settings: { OIDC_RP_DECRYPTION_KEY: jwkText(await privateJwk('RSA-OAEP-256')) },
      }),
    )
  })

  it('that is plain is refused when a signed one was registered (UI8)', async () => {
    const { line } = await refusalAt(await start({ settings: { OIDC_OP_USER_ENDPOINT_FORMAT: 'JWT' } }))
    expect(line).toContain('OIDC_OP_USER_ENDPOINT_FORMAT')
  })

  it('that is signed is refused when plain was registered', async () => {
    const { line } = await refusalAt(await start({ ...signed, settings: { OIDC_OP_USER_ENDPOINT_FORMAT: 'JSON' } }))
    expect(line).toContain('OIDC_OP_USER_ENDPOINT_FORMAT')
  })
})
