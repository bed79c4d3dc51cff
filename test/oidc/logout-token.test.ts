/**
 * Logout tokens of the provider: which are obeyed, and which rule refuses the others.
 */
import { base64url, CompactSign, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { GatehouseError } from '../../src/errors.ts'
import type { LogoutNotice } from '../../src/oidc/flows/logout-token.ts'
import type { Provider } from '../../src/oidc/provider.ts'
import { createProvider } from '../../src/oidc/provider.ts'

const ISSUER = 'https://idp.example'
const CLIENT = 'gatehouse'
const NOW = 1_800_000_000
const EVENT = 'http://schemas.openid.net/event/backchannel-logout'

type Members = Readonly<Record<string, unknown>>

/** A token without a fault, as oidc-provider makes it. */
const GOOD: Members = {
  iss: ISSUER,
  sub: 'alice',
  aud: CLIENT,
  iat: NOW,
  exp: NOW + 120,
  jti: 'first',
  sid: 'session-1',
  events: { [EVENT]: {} },
}

interface Key {
  readonly algorithm: string
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly jwk: Members
}

let rsa: Key
let elliptic: Key
let foreign: Key
beforeAll(async () => {
  rsa = await makeKey('RS256', 'rsa')
  elliptic = await makeKey('ES256', 'ec')
  foreign = await makeKey('RS256', 'rsa')
})

async function makeKey(algorithm: string, kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true })
  return { algorithm, kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, use: 'sig', alg: algorithm } }
}

/** Members that are `undefined` are left out. */
function sign(claims: Members, header: Members = {}, key = rsa): Promise<string> {
  const { algorithm: alg, kid } = key
  return new SignJWT({ ...claims }).setProtectedHeader({ alg, kid, typ: 'logout+jwt', ...header }).sign(key.privateKey)
}

interface Scene {
  readonly isDown?: boolean
  readonly nowSeconds?: number
  readonly algorithm?: string
}

/** A provider with both keys; nothing of it is remembered between tests. */
function createScene({ isDown = false, nowSeconds = NOW, algorithm = 'RS256' }: Scene = {}) {
  const asked: string[] = []
  const { config } = loadConfig({
    BASE_URL: 'https://gate.example.com',
    GATEHOUSE_SECRET: 'a-secret-of-thirty-two-characters-or-more',
    OIDC_OP_URL: ISSUER,
    OIDC_RP_CLIENT_ID: CLIENT,
    OIDC_RP_CLIENT_SECRET: 'client-secret',
    OIDC_RP_SIGN_ALGO: algorithm,
  })
  const provider = createProvider(config.providers[0], {
    clock: { now: () => nowSeconds * 1000, aheadSeconds: 0, sleep: async () => {} },
    log: () => {},
    cache: { get: async () => null, put: async () => {} },
    async fetch(url) {
      const { pathname } = new URL(url)
      asked.push(pathname)
      if (pathname === '/jwks') {
        return isDown ? new Response('', { status: 503 }) : Response.json({ keys: [rsa.jwk, elliptic.jwk] })
      }
      return Response.json({
        issuer: ISSUER,
        authorization_endpoint: `${ISSUER}/authorize`,
        token_endpoint: `${ISSUER}/token`,
        jwks_uri: `${ISSUER}/jwks`,
      })
    },
  })
  return { provider, asked }
}

const judge = (token: string, scene?: Scene): Promise<LogoutNotice> =>
  createScene(scene).provider.verifyLogoutToken(token)

function refusalOf(token: string, scene?: Scene): Promise<GatehouseError> {
  return refusalOfProvider(createScene(scene).provider, token)
}

async function refusalOfProvider(provider: Provider, token: string): Promise<GatehouseError> {
  const thrown = await provider.verifyLogoutToken(token).then(
    () => new Error('the token was obeyed'),
    (error: unknown) => error,
  )
  if (thrown instanceof GatehouseError) return thrown
  throw thrown
}

const unsigned = (header: Members, signature = '') =>
  [header, GOOD]
    .map((part) => base64url.encode(JSON.stringify(part)))
    .join('.')
    .concat(`.${signature}`)

describe('a logout token is obeyed', () => {
  it('and says whose session ended, when, and until when it could be sent again', async () => {
    expect(await judge(await sign(GOOD))).toEqual({
      issuer: ISSUER,
      subject: 'alice',
      sid: 'session-1',
      jti: 'first',
      issuedAt: NOW,
      usableUntil: NOW + 180,
    })
  })

  it.each<[name: string, claims: Members, header?: Members]>([
    ['with the explicit type in its long form', {}, { typ: 'application/logout+jwt' }],
    ['with the explicit type in capitals', {}, { typ: 'LOGOUT+JWT' }],
    ['with the type JWT, as before there was one of its own (BL26)', {}, { typ: 'JWT' }],
    ['without a type (BL26)', {}, { typ: undefined }],
    ['with our client id as a list (BL8)', { aud: [CLIENT] }],
    ['with our client id among others (BL8)', { aud: ['another', CLIENT] }],
    ['with sub alone (BL10)', { sid: undefined }],
    ['with sid alone (BL10)', { sub: undefined }],
    ['with a claim that no one knows (BL27)', { unknown: { a: [1] } }],
    ['with a claim of its own kind that no one knows, as Keycloak sends (BL27)', { typ: 'Logout' }],
    ['with another event beside ours', { events: { 'https://example.org/other': 'x', [EVENT]: {} } }],
    ['with something in the event', { events: { [EVENT]: { reason: 'x' } } }],
    ['with any characters in sid (BL28)', { sid: ' "\\;/%\u007e\u0020' }],
    ['with iat as a fraction', { iat: NOW - 0.5 }],
    ['from a clock that is a minute ahead (BL9)', { iat: NOW + 60 }],
    ['that expired less than a minute ago (BL9)', { iat: NOW - 179, exp: NOW - 59 }],
  ])('%s', async (_, claims, header) => {
    const { sub = null, sid = null } = { ...GOOD, ...claims }
    expect(await judge(await sign({ ...GOOD, ...claims }, header))).toMatchObject({ subject: sub, sid })
  })

  it('signed with the algorithm that is configured for ID tokens (BL6)', async () => {
    expect(await judge(await sign(GOOD, {}, elliptic), { algorithm: 'ES256' })).toMatchObject({ jti: 'first' })
  })

  it('with a jti that is remembered no longer than the token could be sent again', async () => {
    const { usableUntil } = await judge(await sign({ ...GOOD, exp: 1e300 }))
    expect(usableUntil).toBe(NOW + 660)
    const late = await refusalOf(await sign({ ...GOOD, exp: 1e300 }), { nowSeconds: usableUntil })
    expect(late.message).toContain('too old')
  })
})

describe('a logout token is refused', () => {
  const module = 'oidcc-client-test-rp-backchannel-rpinitlogout'

  it(`${module}-alg-none (BL6)`, async () => {
    for (const signature of ['', 'c2ln']) {
      for (const alg of ['none', 'None', 'NONE']) {
        expect((await refusalOf(unsigned({ alg, typ: 'logout+jwt' }, signature))).code).toBe('invalid_request')
      }
    }
  })

  it(`${module}-wrong-alg (BL6)`, async () => {
    expect((await refusalOf(await sign(GOOD, {}, elliptic))).code).toBe('invalid_request')
    expect((await refusalOf(await sign(GOOD), { algorithm: 'ES256' })).code).toBe('invalid_request')
  })

  it.each<[name: string, claims: Members, told: string, header?: Members]>([
    [`${module}-no-event (BL11)`, { events: undefined }, 'events'],
    [`${module}-wrong-event (BL11)`, { events: { 'http://schemas.openid.net/event/foobar': {} } }, 'events'],
    [`${module}-with-nonce (BL12)`, { nonce: 'n' }, 'nonce'],
    [`${module}-wrong-aud (BL8)`, { aud: `${CLIENT}INVALID` }, 'aud'],
    [`${module}-wrong-iss (BL7)`, { iss: `${ISSUER}INVALID` }, 'iss'],
    ['an empty nonce (BL12)', { nonce: '' }, 'nonce'],
    ['a nonce that is null (BL12)', { nonce: null }, 'nonce'],
    ['an issuer with a slash at the end (BL7)', { iss: `${ISSUER}/` }, 'iss'],
    ['no issuer (BL7)', { iss: undefined }, 'iss'],
    ['no audience (BL8)', { aud: undefined }, 'aud'],
    ['an empty audience (BL8)', { aud: [] }, 'aud'],
    ['an audience that is an object (BL8)', { aud: { [CLIENT]: true } }, 'type'],
    ['no iat (BL9)', { iat: undefined }, 'iat'],
    ['iat as text (BL9)', { iat: String(NOW) }, 'type'],
    ['iat in the future (BL9)', { iat: NOW + 61 }, 'future'],
    ['nbf in the future', { nbf: NOW + 61 }, 'future'],
    ['iat of eleven minutes ago, and a life of a day (BL9)', { iat: NOW - 660, exp: NOW + 86_400 }, 'too old'],
    ['no exp (BL9)', { exp: undefined }, 'exp'],
    ['an exp that has passed (BL9)', { iat: NOW - 180, exp: NOW - 60 }, 'expired'],
    ['no jti (BL13)', { jti: undefined }, 'jti'],
    ['an empty jti (BL13)', { jti: '' }, 'jti'],
    ['a jti that is a number (BL13)', { jti: 7 }, 'type'],
    ['neither sub nor sid (BL10)', { sub: undefined, sid: undefined }, 'neither'],
    ['an empty sub and no sid (BL10)', { sub: '', sid: undefined }, 'sub'],
    ['an empty sid and no sub (BL10)', { sub: undefined, sid: '' }, 'sid'],
    ['a sid that is a number (BL10)', { sid: 7 }, 'sid'],
    ['a sid that is null (BL10)', { sid: null }, 'sid'],
    ['a sub that is a number (BL10)', { sub: 7 }, 'type'],
    ['events as text (BL11)', { events: EVENT }, 'events'],
    ['events as a list (BL11)', { events: [EVENT] }, 'events'],
    ['events that are null (BL11)', { events: null }, 'events'],
    ['an event that is text (BL11)', { events: { [EVENT]: '' } }, 'events'],
    ['an event that is null (BL11)', { events: { [EVENT]: null } }, 'events'],
    ['an event that is a list (BL11)', { events: { [EVENT]: [] } }, 'events'],
    ['an ID token (BL29)', { events: undefined, nonce: 'n', jti: undefined }, 'events', { typ: undefined }],
    ['an access token (BL29)', {}, 'typ', { typ: 'at+jwt' }],
    ['a type that no one knows (BL26)', {}, 'typ', { typ: 'x' }],
    ['an empty type (BL26)', {}, 'typ', { typ: '' }],
    ['a type that is a number (BL26)', {}, 'typ', { typ: 7 }],
  ])('%s', async (_, claims, told, header) => {
    const refusal = await refusalOf(await sign({ ...GOOD, ...claims }, header))
    expect([refusal.code, refusal.publicMessage]).toEqual(['invalid_request', expect.stringContaining(told)])
  })

  it('a signature of another key with the same id, asking once more for keys that were known before (BL5)', async () => {
    const { provider, asked } = createScene()
    await provider.verifyLogoutToken(await sign(GOOD))
    const token = await sign(GOOD, {}, foreign)
    await expect(provider.verifyLogoutToken(token)).rejects.toMatchObject({ code: 'invalid_request' })
    expect(asked.filter((path) => path === '/jwks')).toHaveLength(2)
    await expect(provider.verifyLogoutToken(token)).rejects.toMatchObject({ code: 'invalid_request' })
    expect(asked.filter((path) => path === '/jwks')).toHaveLength(2)
  })

  it('a signature of another key with the same id, not asking once more for keys that were asked for on its account', async () => {
    const { provider, asked } = createScene()
    const token = await sign(GOOD, {}, foreign)
    await expect(provider.verifyLogoutToken(token)).rejects.toMatchObject({ code: 'invalid_request' })
    expect(asked.filter((path) => path === '/jwks')).toHaveLength(1)
  })

  it.each<[name: string, claims: Members]>([
    ['expired', { iat: NOW - 700, exp: NOW - 600 }],
    ['for another client', { aud: 'another' }],
    ['from another issuer', { iss: 'https://other.example' }],
    ['without the event', { events: undefined }],
  ])(
    'one that is %s, whatever its key: no one is asked for that, and a provider that is down changes nothing',
    async (_, claims) => {
      const { provider, asked } = createScene({ isDown: true })
      const token = await sign({ ...GOOD, ...claims }, { kid: 'of-nobody' }, foreign)
      await expect(provider.verifyLogoutToken(token)).rejects.toMatchObject({ code: 'invalid_request' })
      expect(asked).not.toContain('/jwks')
    },
  )

  it.each([
    ['nothing', ''],
    ['words', 'not a token'],
    ['five parts, which would be encrypted (BL4)', 'eyJhbGciOiJSU0EtT0FFUC0yNTYiLCJlbmMiOiJBMjU2R0NNIn0.a.b.c.d'],
  ])('%s', async (_, token) => {
    expect((await refusalOf(token)).code).toBe('invalid_request')
  })

  it.each(['[]', 'null', '"text"', '{', ''])('a good signature over what is no claims: %s', async (payload) => {
    const { privateKey, kid } = rsa
    const signer = new CompactSign(new TextEncoder().encode(payload)).setProtectedHeader({ alg: 'RS256', kid })
    expect((await refusalOf(await signer.sign(privateKey))).code).toBe('invalid_request')
  })
})

it('a logout token whose key was not looked for yet, while no one may look, is not judged, and may come again', async () => {
  const { provider } = createScene()
  await provider.verifyLogoutToken(await sign(GOOD))
  const refusals = []
  for (let count = 0; count < 7; count++) {
    refusals.push(await refusalOfProvider(provider, await sign(GOOD, { kid: `made-up-${count}` }, foreign)))
  }
  expect(refusals.map(({ code }) => code)).toEqual([
    ...Array(5).fill('invalid_request'),
    ...Array(2).fill('temporarily_unavailable'),
  ])
  expect(refusals.at(-1)).toMatchObject({
    retryAfterSeconds: 2,
    publicMessage: expect.stringContaining('not known yet'),
  })
})

it('a logout token whose keys cannot be had is not judged, and may come again (BL30)', async () => {
  const refusal = await refusalOf(await sign(GOOD), { isDown: true })
  expect(refusal.code).toBe('provider_unreachable')
})
