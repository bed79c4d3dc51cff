/**
 * Everything that a provider signs, with one thing wrong at a time: the log names that very thing, and nothing else.
 */
import { base64url, CompactSign, exportSPKI, type GenerateKeyPairResult, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { GatehouseError } from '../../src/errors.ts'
import { describeFailure } from '../../src/log.ts'
import { checkJwt } from '../../src/tokens/jwt.ts'
import { json as answer, json, jwt } from '../support/far-end.ts'
import { farProvider, ISSUER, SECRET, SUBJECT } from '../support/far-provider.ts'
import { ANY_APP, createWorld, JWKS, NOW, ISSUER as TOKEN_ISSUER } from '../support/token-world.ts'
import { BASE_URL, CLIENT_ID } from '../support/unit-world.ts'

type Members = Readonly<Record<string, unknown>>

interface Artefact {
  readonly header: Members
  readonly claims: Members
  /** Sends it where it belongs, to a Gatehouse whose provider shows this key; gives back what the log says. */
  judge(token: string, settings: Members): Promise<string>
}

const LOGOUT = 'http://schemas.openid.net/event/backchannel-logout'
const now = Math.floor(Date.now() / 1000)
const CLAIMS = { iss: ISSUER, aud: CLIENT_ID, iat: now, exp: now + 300 }

let pair: GenerateKeyPairResult
let other: GenerateKeyPairResult
let elliptic: GenerateKeyPairResult
let shown: Members
beforeAll(async () => {
  pair = await generateKeyPair('RS256', { extractable: true })
  other = await generateKeyPair('RS256', { extractable: true })
  elliptic = await generateKeyPair('ES256', { extractable: true })
  const jwk = await crypto.subtle.exportKey('jwk', pair.publicKey)
  shown = { kty: jwk.kty, n: jwk.n, e: jwk.e, kid: 'far', use: 'sig', alg: 'RS256' }
})

/** All that a log line says of the reason. */
async function logged(work: Promise<unknown>): Promise<string> {
  const thrown = await work.then(
    () => null,
    (error: unknown) => error,
  )
  if (thrown === null) return 'nothing was refused'
  if (!(thrown instanceof GatehouseError)) throw thrown
  const { reason, causes } = describeFailure(thrown)
  return JSON.stringify({ reason, causes })
}

/** The provider at the far end, which shows this key and answers with this token. */
async function far(settings: Members, answers: Readonly<Record<string, () => Response>>, wrapped?: string) {
  return farProvider(
    {
      metadata: { introspection_endpoint: `${ISSUER}/introspect`, response_modes_supported: ['query', 'query.jwt'] },
      ...(wrapped === undefined ? {} : { wrap: () => wrapped }),
      answer: ({ path }) => (path === '/jwks' ? json({ keys: [shown] }) : answers[path]?.()),
    },
    settings as Record<string, string>, // each of them is text
  )
}

const ARTEFACTS: Readonly<Record<string, Artefact>> = {
  'an ID token': {
    header: {},
    claims: { ...CLAIMS, sub: SUBJECT, nonce: 'nonce' },
    judge: async (token, settings) => logged((await far(settings, {}, token)).finish()),
  },
  'a signed answer of userinfo': {
    header: {},
    claims: { ...CLAIMS, sub: SUBJECT },
    async judge(token, settings) {
      const idToken = await sign('an ID token', {}, {}, settings)
      return logged((await far(settings, { '/userinfo': () => jwt(token) }, idToken)).finish())
    },
  },
  'a signed answer of the sign-in': {
    header: {},
    claims: { ...CLAIMS, code: 'code', state: 'state' },
    async judge(token, settings) {
      const idToken = await sign('an ID token', {}, {}, settings)
      const { finish } = await far({ ...settings, OIDC_RESPONSE_MODE: 'query.jwt' }, {}, idToken)
      return logged(finish({ response: token }))
    },
  },
  'a logout token': {
    header: { typ: 'logout+jwt' },
    claims: { ...CLAIMS, sub: SUBJECT, sid: 'sid', jti: 'jti', events: { [LOGOUT]: {} } },
    judge: async (token, settings) => logged((await far(settings, {})).gatehouse.verifyLogoutToken(token)),
  },
  'a signed answer about a token': {
    header: { typ: 'token-introspection+jwt' },
    claims: { iss: ISSUER, aud: CLIENT_ID, iat: now, token_introspection: { active: true, token_type: 'Bearer' } },
    async judge(token, settings) {
      const type = 'application/token-introspection+jwt'
      const { gatehouse } = await far(
        { OIDC_RS_SIGNING_ALGO: 'RS256', ...settings },
        { '/introspect': () => jwt(token, type) },
      )
      return logged(gatehouse.introspect('an-opaque-token-of-the-provider'))
    },
  },
  'an access token': {
    header: { typ: 'at+jwt' },
    claims: { iss: TOKEN_ISSUER, aud: BASE_URL, sub: SUBJECT, client_id: 'app', jti: 'jti', iat: NOW, exp: NOW + 300 },
    async judge(token) {
      const { farEnd, ports } = createWorld()
      farEnd.on(JWKS, () => answer({ keys: [shown] }))
      const verdict = await checkJwt(token, ANY_APP, ports)
      return verdict.active ? 'nothing was refused' : JSON.stringify({ reason: verdict.reason })
    },
  },
}

function artefactOf(name: string): Artefact {
  const artefact = ARTEFACTS[name]
  if (!artefact) throw new Error(`no artefact of this name: ${name}`)
  return artefact
}

/** With the right key, unless the settings say that the client secret signs. */
function sign(name: string, claims: Members = {}, header: Members = {}, settings: Members = {}, key = pair.privateKey) {
  const usual = artefactOf(name)
  const isSecret = settings.OIDC_RP_SIGN_ALGO === 'HS256'
  return new SignJWT({ ...usual.claims, ...claims })
    .setProtectedHeader({ alg: isSecret ? 'HS256' : 'RS256', kid: 'far', ...usual.header, ...header })
    .sign(isSecret ? new TextEncoder().encode(SECRET) : key, { crit: { 'urn:test': true } })
}

function unsigned(name: string, header: Members, signature = ''): string {
  const { header: usual, claims } = artefactOf(name)
  return [{ kid: 'far', ...usual, ...header }, claims]
    .map((part) => base64url.encode(JSON.stringify(part)))
    .join('.')
    .concat(`.${signature}`)
}

/** What is wrong, how it is made, and how the log names it. */
const FAULTS: readonly [fault: string, make: (name: string, settings: Members) => Promise<string>, reason: RegExp][] = [
  ['is not signed', async (name) => unsigned(name, { alg: 'none' }), /not signed|"none"|alg/],
  ['says none and has a signature', async (name) => unsigned(name, { alg: 'none' }, 'c2ln'), /not signed|alg/],
  [
    'is of another algorithm',
    (name, settings) =>
      sign(name, {}, { alg: 'ES256' }, { ...settings, OIDC_RP_SIGN_ALGO: 'ES256' }, elliptic.privateKey),
    /alg/,
  ],
  ['names no algorithm', async (name) => unsigned(name, {}, 'c2ln'), /alg/],
  ['has a header that is no JSON', async () => `${base64url.encode('{')}.e30.c2ln`, /header|JSON/],
  ['has an extension', (name, settings) => sign(name, {}, { crit: ['urn:test'], 'urn:test': 1 }, settings), /crit/],
  [
    'is of another kind',
    (name, settings) => sign(name, {}, { typ: 'other+jwt' }, settings),
    /kind|typ|not an access token/,
  ],
  ['has a kind that is no text', (name, settings) => sign(name, {}, { typ: 7 }, settings), /typ/],
  ['has a key id that is no text', (name, settings) => sign(name, {}, { kid: 7 }, settings), /kid/],
  [
    'is from another issuer',
    (name, settings) => sign(name, { iss: 'https://other.example' }, {}, settings),
    /another issuer|iss\b/,
  ],
  [
    'is for another audience',
    (name, settings) => sign(name, { aud: 'other' }, {}, settings),
    /another client|aud\b|audience/,
  ],
  ['has an audience that is a number', (name, settings) => sign(name, { aud: 7 }, {}, settings), /aud/],
  ['is from the future', (name, settings) => sign(name, { iat: 4e9, exp: 4e9 + 1 }, {}, settings), /future|iat|clock/],
]

/** Those that only some must have. */
const REQUIRED: readonly [name: string, missing: string, reason: RegExp][] = [
  ...['an ID token', 'a signed answer of the sign-in', 'a logout token', 'a signed answer about a token'].flatMap(
    (name): [string, string, RegExp][] => [
      [name, 'iss', /no issuer|whose it is|iss\b/],
      [name, 'aud', /no audience|for whom|aud\b/],
    ],
  ),
  ...['an ID token', 'a signed answer of the sign-in', 'a logout token', 'an access token'].map(
    (name): [string, string, RegExp] => [name, 'exp', /exp\b/],
  ),
  ...['an ID token', 'a logout token', 'a signed answer about a token', 'an access token'].map(
    (name): [string, string, RegExp] => [name, 'iat', /iat\b/],
  ),
  ['an ID token', 'sub', /sub\b/],
  ['an ID token', 'nonce', /nonce/],
  ['a signed answer of userinfo', 'sub', /names no one|sub\b/],
  ['a logout token', 'jti', /jti/],
  ['a logout token', 'events', /events/],
  ['a signed answer about a token', 'typ', /typ\b/],
  ['an access token', 'client_id', /client_id/],
  ['an access token', 'jti', /jti/],
]

const MISLEADING =
  /client secret does not fit|key of the settings does not fit|compact form|no key of the provider fits/

const names = Object.keys(ARTEFACTS)

describe.each(names)('%s', (name) => {
  it('with nothing wrong is taken', async () => {
    expect(await artefactOf(name).judge(await sign(name), {})).toBe('nothing was refused')
  })

  // An access token may be of any algorithm with a public key.
  const faults = FAULTS.filter(([fault]) => name !== 'an access token' || fault !== 'is of another algorithm')

  it.each(faults)('that %s is refused for that', async (_, make, reason) => {
    const said = await artefactOf(name).judge(await make(name, {}), {})
    expect(said).toMatch(reason)
    expect(said).not.toMatch(MISLEADING)
  })

  it('that has expired is refused for that', async () => {
    const said = await artefactOf(name).judge(await sign(name, { iat: now - 590, exp: 1 }), {})
    expect(said).toMatch(/expired|exp\b/)
  })

  it('whose signature does not fit is refused for that', async () => {
    const said = await artefactOf(name).judge(await sign(name, {}, {}, {}, other.privateKey), {})
    expect(said).toContain('no key of the provider fits the signature')
  })

  it.each(['{', '[]', 'null', '"x"'])('whose claims are %s is refused for that', async (payload) => {
    const signer = new CompactSign(new TextEncoder().encode(payload))
    const { header } = artefactOf(name)
    const token = await signer.setProtectedHeader({ alg: 'RS256', kid: 'far', ...header }).sign(pair.privateKey)
    expect(await artefactOf(name).judge(token, {})).toMatch(/claims|payload|JSON/i)
  })
})

it.each(REQUIRED)('%s without %s is refused for that, and not for a wrong one', async (name, missing, reason) => {
  const change = { [missing]: undefined }
  const said = await artefactOf(name).judge(
    missing === 'typ' ? await sign(name, {}, change) : await sign(name, change),
    {},
  )
  expect(said).toMatch(reason)
  expect(said).not.toMatch(/expired|another issuer|another client|another kind/)
})

const bySecret = ['an ID token', 'a signed answer of userinfo', 'a signed answer of the sign-in', 'a logout token']

describe.each(bySecret)('%s, where the client secret signs', (name) => {
  const settings = { OIDC_RP_SIGN_ALGO: 'HS256' }

  it.each(FAULTS)('that %s is refused for that', async (_, make, reason) => {
    const said = await artefactOf(name).judge(await make(name, settings), settings)
    expect(said).toMatch(reason)
    expect(said).not.toMatch(MISLEADING)
  })

  it('whose signature does not fit is refused for that', async () => {
    const token = await sign(name, {}, {}, settings)
    const said = await artefactOf(name).judge(`${token.slice(0, token.lastIndexOf('.'))}.c2ln`, settings)
    expect(said).toContain('the client secret does not fit')
  })
})

describe.each(bySecret)('%s, where a key of the settings verifies', (name) => {
  it.each(FAULTS)('that %s is refused for that', async (_, make, reason) => {
    const settings = { OIDC_RP_IDP_SIGN_KEY: await exportSPKI(pair.publicKey) }
    const said = await artefactOf(name).judge(await make(name, settings), settings)
    expect(said).toMatch(reason)
    expect(said).not.toMatch(MISLEADING)
  })
})

describe('the reason of a refused ID token, without its causes,', () => {
  async function reasonOf(token: string): Promise<string> {
    const said: unknown = JSON.parse(await artefactOf('an ID token').judge(token, {}))
    return typeof said === 'object' && said !== null && 'reason' in said ? String(said.reason) : 'none'
  }

  it.each(FAULTS)('names that it %s', async (_, make, reason) => {
    const said = await reasonOf(await make('an ID token', {}))
    expect(said).toMatch(reason)
    expect(said).not.toMatch(MISLEADING)
  })

  it.each(REQUIRED.filter(([name]) => name === 'an ID token'))(
    'names that it is %s without %s',
    async (name, missing) => {
      expect(await reasonOf(await sign(name, { [missing]: undefined }))).toContain(`(${missing})`)
    },
  )

  it.each<[fault: string, claims: Members, name: string]>([
    ['has expired', { exp: now - 400, iat: now - 500 }, '(exp)'],
    ['is not valid yet', { nbf: now + 4000 }, '(nbf)'],
    ['has another nonce', { nonce: 'other' }, '(nonce)'],
    ['has a nonce that is no text', { nonce: 7 }, '(nonce)'],
    ['is for others, too, and says nothing of its client', { aud: [CLIENT_ID, 'other'] }, '(azp)'],
    ['was issued to another client', { aud: [CLIENT_ID, 'other'], azp: 'other' }, '(azp)'],
    ['has an issue time of zero', { iat: 0 }, '(iat)'],
    ['has a subject that is a number', { sub: 7 }, '(sub)'],
    ['has an expiry that is text', { exp: 'tomorrow' }, '(exp)'],
  ])('names that it %s', async (_, claims, name) => {
    expect(await reasonOf(await sign('an ID token', claims))).toContain(name)
  })
})

describe('a token whose key is shown and cannot be used', () => {
  const weak = { kty: 'RSA', use: 'sig', n: 'f'.repeat(171), e: 'AQAB' }

  async function refusedWith(key: Members, header: Members = {}): Promise<string> {
    const token = await sign('an ID token', {}, header)
    const { finish } = await farProvider({
      wrap: () => token,
      answer: ({ path }) => (path === '/jwks' ? json({ keys: [key] }) : undefined),
    })
    return logged(finish())
  }

  it('is refused for that, with the key id that both name', async () => {
    expect(await refusedWith({ ...weak, kid: 'far' })).toContain(
      'the key of the token cannot be used (far: RSA of 1023 bits',
    )
  })

  it('is refused for that where neither names a key', async () => {
    expect(await refusedWith(weak, { kid: undefined })).toContain('cannot be used (a key without a key id: RSA of 1023')
  })

  it('is not confused with a key of another id', async () => {
    expect(await refusedWith({ ...weak, kid: 'far-away' })).toContain('no key of the provider fits the signature')
    expect(await refusedWith({ ...weak, kid: 'fa' })).toContain('no key of the provider fits the signature')
  })
})

it('a signed answer of the sign-in that is encrypted is refused for that', async () => {
  const said = await artefactOf('a signed answer of the sign-in').judge('eyJhbGciOiJkaXIifQ..AAAA.AAAA.AAAA', {})
  expect(said).toContain('encrypted')
})
