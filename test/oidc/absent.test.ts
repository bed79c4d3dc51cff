/**
 * What is null or empty is absent, where a member is optional; where it is required it is missing; and some members are never absent.
 */
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { completed } from '../../src/oidc/flows/userinfo.ts'
import { metadataSource } from '../../src/oidc/metadata/discovery.ts'
import { configWith } from '../support/config-with.ts'
import { json, jwt } from '../support/far-end.ts'
import { ISSUER as FAR_ISSUER, farProvider, SUBJECT } from '../support/far-provider.ts'
import { makeKey, sign, type TestKey } from '../support/keys.ts'
import { createLoginWorld, DISCOVERY, ISSUER, JWKS, TOKEN, USERINFO } from '../support/login-world.ts'
import { refusalOf } from '../support/refusal.ts'

type Members = Readonly<Record<string, unknown>>

const NOTHING = [null, '']
/** Each name with null, and with an empty text. */
const empty = (names: readonly string[]) => names.flatMap((name) => NOTHING.map((value) => ({ name, value })))

let key: TestKey
beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
})

/** A sign-in whose token answer is changed. */
async function signInWith(change: Members, world = createLoginWorld(key)) {
  return world.signIn({
    idToken: async (pending) => {
      const idToken = await sign(key, world.claimsFor(pending))
      const answer = { access_token: 'access-1', token_type: 'Bearer', expires_in: 300, id_token: idToken, ...change }
      world.farEnd.on(TOKEN, () => json(answer))
      return idToken
    },
  })
}

/** For how many seconds the access token of such a sign-in lives; each sign-in has a clock of its own. */
async function lifeWith(change: Members): Promise<number | null> {
  const world = createLoginWorld(key)
  const { expiresAt } = (await signInWith(change, world)).tokens
  return expiresAt === null ? null : expiresAt - world.now
}

describe('a token answer', () => {
  it.each(empty(['expires_in', 'refresh_token', 'scope']))('with $name of $value lacks it', async ({ name, value }) => {
    const { tokens } = await signInWith({ [name]: value })
    expect(tokens.refreshToken).toBeNull()
    expect(tokens.expiresAt).toBeGreaterThan(0)
  })

  it.each(empty(['access_token', 'token_type', 'id_token']))(
    'with $name of $value lacks what it must have, and is refused',
    async ({ name, value }) => {
      expect((await refusalOf(signInWith({ [name]: value }))).code).toBe('token_invalid')
    },
  )

  it.each([0, -1, -300, 'soon', '5m', 'NaN', [], {}, true])(
    'with expires_in of %j does not say how long the access token lives',
    async (expires_in) => {
      expect(await lifeWith({ expires_in })).toBe(await lifeWith({ expires_in: undefined }))
    },
  )

  it('may write the life of the access token as text', async () => {
    expect(await lifeWith({ expires_in: '300' })).toBe(await lifeWith({ expires_in: 300 }))
  })

  it.each(empty(['refresh_token', 'scope', 'expires_in', 'id_token']))(
    'to a refresh with $name of $value lacks it, and the session goes on',
    async ({ name, value }) => {
      const { tokens } = await signInWith({ refresh_token: 'refresh-1' })
      const { provider, farEnd } = createLoginWorld(key)
      farEnd.on(TOKEN, () => json({ access_token: 'access-2', token_type: 'Bearer', [name]: value }))
      expect((await provider.refresh(tokens)).tokens).toMatchObject({
        refreshToken: 'refresh-1',
        accessToken: 'access-2',
        idToken: tokens.idToken,
      })
    },
  )

  it.each(NOTHING)('that refuses may have a description of %j', async (error_description) => {
    const world = createLoginWorld(key)
    world.farEnd.on(TOKEN, () => json({ error: 'invalid_grant', error_description, error_uri: null }, 400))
    const refusal = await refusalOf(world.signIn())
    expect(refusal.provider).toMatchObject({ error: 'invalid_grant' })
    expect(refusal.provider).not.toHaveProperty('description')
  })
})

describe('an ID token', () => {
  it.each(empty(['azp', 'auth_time', 'at_hash', 'jti', 'nbf', 'acr', 'amr', 'sid', 'session_expiry', 'name']))(
    'with $name of $value lacks it',
    async ({ name, value }) => {
      const { subject, authentication } = await createLoginWorld(key).signIn({ claims: { [name]: value } })
      const nothing = { sid: null, acr: null, amr: [], authTime: null, sessionExpiry: null }
      expect([subject, authentication]).toEqual(['alice', expect.objectContaining(nothing)])
    },
  )

  it.each(empty(['iss', 'sub', 'aud', 'exp', 'iat', 'nonce']))(
    'with $name of $value lacks what it must have, and is refused',
    async ({ name, value }) => {
      expect((await refusalOf(createLoginWorld(key).signIn({ claims: { [name]: value } }))).code).toBe('token_invalid')
    },
  )

  it.each(NOTHING)('for several audiences with azp of %j does not say for whom it is', async (azp) => {
    const world = createLoginWorld(key, { settings: { OIDC_TRUSTED_AUDIENCES: 'other' } })
    const refusal = await refusalOf(world.signIn({ claims: { aud: ['gatehouse', 'other'], azp } }))
    expect(refusal.code).toBe('token_invalid')
  })

  it.each([null, '', []])('with the header crit of %j is refused', async (crit) => {
    const world = createLoginWorld(key)
    const idToken = async () => {
      const [, payload, signature] = (await sign(key, { sub: 'alice' })).split('.')
      const header = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'key-1', crit })).toString('base64url')
      return [header, payload, signature].join('.')
    }
    expect((await refusalOf(world.signIn({ idToken }))).code).toMatch(/^(token_invalid|provider_error)$/)
  })

  it.each(NOTHING)('with a key id of %j names no key, also where a key of the set has none', async (kid) => {
    for (const shown of [key.kid, kid]) {
      const world = createLoginWorld(key)
      world.farEnd.on(JWKS, () => json({ keys: [{ ...key.jwk, kid: shown }] }))
      expect((await world.signIn({ header: { kid } })).subject).toBe('alice')
    }
  })

  it.each(NOTHING)('with a key id of %j and a bad signature is refused', async (kid) => {
    const signer = await makeKey('RS256', 'key-1')
    const refusal = await refusalOf(createLoginWorld(key).signIn({ header: { kid }, signer }))
    expect(refusal).toMatchObject({ code: 'token_invalid', message: expect.stringContaining('no key of the provider') })
  })

  it('is kept and shown to the provider as it came', async () => {
    const world = createLoginWorld(key)
    let sent = ''
    const { tokens } = await world.signIn({
      idToken: async (pending) => {
        sent = await sign(key, { ...world.claimsFor(pending), jti: null, nbf: '', at_hash: null })
        return sent
      },
    })
    expect(tokens.idToken).toBe(sent)
  })

  it('with a bad signature is refused whatever is null in it', async () => {
    const other = await makeKey('RS256', 'key-1')
    const claims = { jti: null, auth_time: null }
    expect((await refusalOf(createLoginWorld(key).signIn({ claims, signer: other }))).code).toBe('token_invalid')
  })

  it('of a refresh may have null where the first one had nothing', async () => {
    const { tokens } = await signInWith({ refresh_token: 'refresh-1' })
    const world = createLoginWorld(key)
    const claims = { iss: ISSUER, sub: 'alice', aud: 'gatehouse', exp: world.now + 300, iat: world.now }
    const idToken = await sign(key, { ...claims, azp: null, auth_time: 0, jti: '', nbf: null })
    world.farEnd.on(TOKEN, () => json({ access_token: 'access-2', token_type: 'Bearer', id_token: idToken }))
    expect((await world.provider.refresh(tokens)).tokens.idToken).toBe(idToken)
  })
})

describe('any of them together', () => {
  const CLAIMS = ['azp', 'auth_time', 'at_hash', 'jti', 'nbf', 'acr', 'amr', 'sid', 'session_expiry', 'email', 'name']
  const MEMBERS = ['expires_in', 'refresh_token', 'scope']
  const METADATA = ['end_session_endpoint', 'revocation_endpoint', 'scopes_supported', 'prompt_values_supported']
  const nothings = (names: readonly string[]) =>
    fc.dictionary(fc.constantFrom(...names), fc.constantFrom(null, ''), { maxKeys: names.length })
  const without = (members: Members, nothing: Members) =>
    Object.fromEntries(Object.entries(members).filter(([name]) => !Object.hasOwn(nothing, name)))

  /** What comes of a sign-in in which these are null or empty, or, for comparison, not there. */
  async function outcome(claims: Members, members: Members, metadata: Members, isWritten: boolean) {
    const written = (nothing: Members) =>
      isWritten ? nothing : Object.fromEntries(Object.keys(nothing).map((name) => [name, undefined]))
    const world = createLoginWorld(key, { metadata: written(metadata) })
    const login = await world.signIn({
      idToken: async (pending) => {
        const said = { ...without(world.claimsFor(pending), claims), ...written(claims) }
        const idToken = await sign(key, said)
        const answer = { access_token: 'access-1', token_type: 'Bearer', id_token: idToken, expires_in: 300 }
        world.farEnd.on(TOKEN, () => json({ ...answer, ...written(members) }))
        return idToken
      },
    })
    const { idToken: _, expiresAt, ...tokens } = login.tokens
    const { issuedAt, ...authentication } = login.authentication
    // Each world has a clock of its own, and each sign-in a nonce.
    return {
      subject: login.subject,
      tokens,
      authentication,
      lifeSeconds: (expiresAt ?? 0) - world.now,
      ageSeconds: world.now - issuedAt,
      claims: without(login.claims, { nonce: true, iat: true, exp: true }),
    }
  }

  it('make no difference to a sign-in', async () => {
    await fc.assert(
      fc.asyncProperty(nothings(CLAIMS), nothings(MEMBERS), nothings(METADATA), async (claims, members, metadata) => {
        const written = await outcome(claims, members, metadata, true)
        expect(written).toEqual(await outcome(claims, members, metadata, false))
      }),
      { numRuns: 40 },
    )
  })
})

describe('a session whose ID token has claims of null', () => {
  /** The tokens of such a session, from a provider with all that a sign-out needs. */
  async function session() {
    const world = createLoginWorld(key, { metadata: { revocation_endpoint: `${ISSUER}/revoke` } })
    const { tokens } = await world.signIn({
      idToken: async (pending) => {
        const idToken = await sign(key, { ...world.claimsFor(pending), jti: null, nbf: null, azp: '', auth_time: 0 })
        const answer = { access_token: 'access-1', token_type: 'Bearer', refresh_token: 'refresh-1', id_token: idToken }
        world.farEnd.on(TOKEN, () => json(answer))
        return idToken
      },
    })
    return { ...world, tokens }
  }

  it('is refreshed', async () => {
    const { provider, farEnd, tokens } = await session()
    farEnd.on(TOKEN, () => json({ access_token: 'access-2', token_type: 'Bearer' }))
    expect((await provider.refresh(tokens)).tokens.accessToken).toBe('access-2')
  })

  it('is refreshed with a new ID token that says the same in other ways', async () => {
    const { provider, farEnd, tokens, now } = await session()
    const claims = { iss: ISSUER, sub: 'alice', aud: 'gatehouse', exp: now + 300, iat: now, auth_time: null, jti: '' }
    const idToken = await sign(key, claims)
    farEnd.on(TOKEN, () => json({ access_token: 'access-2', token_type: 'Bearer', id_token: idToken }))
    expect((await provider.refresh(tokens)).tokens.idToken).toBe(idToken)
  })

  it('gives its tokens back, and shows the ID token at the sign-out', async () => {
    const { provider, farEnd, tokens } = await session()
    let revoked = ''
    farEnd.on(`${ISSUER}/revoke`, (_, init) => {
      revoked = new URLSearchParams(init?.body instanceof URLSearchParams ? init.body : '').get('token') ?? ''
      return new Response(null)
    })
    await provider.revokeTokens([tokens])
    expect(revoked).toBe('refresh-1')
    const request = { idToken: tokens.idToken, postLogoutRedirectUri: 'https://gate.example.com/', state: 's' }
    expect(JSON.stringify(await provider.endSession(request))).toContain(tokens.idToken)
  })
})

describe('a time that is none', () => {
  const MILLISECONDS = 1_893_456_000_000

  it.each([0, -1, MILLISECONDS, '1893456000', 'yesterday', true, [], {}])(
    'says nothing as auth_time: %j',
    async (auth_time) => {
      const { authentication } = await createLoginWorld(key).signIn({ claims: { auth_time } })
      expect(authentication.authTime).toBeNull()
    },
  )

  it.each([0, MILLISECONDS, -1, null, '', '1893456000'])(
    'does not pass for a sign-in of a moment ago: auth_time %j with max_age',
    async (auth_time) => {
      const signIn = createLoginWorld(key).signIn({ claims: { auth_time }, request: { maxAgeSeconds: 60 } })
      expect(await refusalOf(signIn)).toMatchObject({
        code: 'token_invalid',
        message: expect.stringContaining('does not say when'),
      })
    },
  )

  it('in the future is a fault of the clocks, when it matters', async () => {
    const world = createLoginWorld(key)
    const signIn = world.signIn({ claims: { auth_time: world.now + 3600 }, request: { maxAgeSeconds: 60 } })
    expect((await refusalOf(signIn)).code).toBe('clock_skew')
  })

  it('long ago is a sign-in that is too old, and no fault of the clocks', async () => {
    const world = createLoginWorld(key)
    const signIn = world.signIn({ claims: { auth_time: world.now - 3600 }, request: { maxAgeSeconds: 60 } })
    expect((await refusalOf(signIn)).code).toBe('authentication_too_weak')
  })

  it.each([0, MILLISECONDS, -5])('as session_expiry limits no session: %j', async (session_expiry) => {
    const { authentication } = await createLoginWorld(key).signIn({ claims: { session_expiry } })
    expect(authentication.sessionExpiry).toBeNull()
  })

  it('as iat is a missing claim, and no fault of the clocks', async () => {
    const refusal = await refusalOf(createLoginWorld(key).signIn({ claims: { iat: 0 } }))
    expect(refusal.code).toBe('token_invalid')
  })

  it.each([MILLISECONDS])('as iat in milliseconds is no fault of the clocks: %j', async (iat) => {
    expect(await refusalOf(createLoginWorld(key).signIn({ claims: { iat } }))).toMatchObject({
      code: 'token_invalid',
      message: expect.stringContaining('iat'),
    })
  })
})

describe('metadata', () => {
  const DOCUMENT = {
    issuer: ISSUER,
    authorization_endpoint: `${ISSUER}/authorize`,
    token_endpoint: TOKEN,
    jwks_uri: `${ISSUER}/jwks`,
  }
  const OPTIONAL = [
    'userinfo_endpoint',
    'end_session_endpoint',
    'revocation_endpoint',
    'introspection_endpoint',
    'introspection_endpoint_auth_methods_supported',
    'pushed_authorization_request_endpoint',
    'require_pushed_authorization_requests',
    'require_signed_request_object',
    'token_endpoint_auth_methods_supported',
    'authorization_response_iss_parameter_supported',
    'code_challenge_methods_supported',
    'scopes_supported',
    'id_token_signing_alg_values_supported',
    'prompt_values_supported',
  ]
  const config = configWith({ OIDC_OP_URL: ISSUER })
  const parse = (document: Members) => metadataSource(config.providers[0], () => {}).parse(document)

  it.each(empty(OPTIONAL))('with $name of $value lack it', ({ name, value }) => {
    expect(parse({ ...DOCUMENT, [name]: value })).toEqual(parse(DOCUMENT))
  })

  it('with every optional member of null let people in', async () => {
    const world = createLoginWorld(key, { metadata: Object.fromEntries(OPTIONAL.map((name) => [name, null])) })
    expect((await world.signIn()).subject).toBe('alice')
    expect(world.farEnd.journal).not.toContain(USERINFO)
  })

  it.each(empty(Object.keys(DOCUMENT)))('with $name of $value lack what they must have', ({ name, value }) => {
    expect(() => parse({ ...DOCUMENT, [name]: value })).toThrow('cannot be used')
  })

  it('may have null and empty texts in a list', () => {
    const lists = { scopes_supported: ['openid', null, ''] }
    expect(parse({ ...DOCUMENT, ...lists })).toMatchObject({ scopes_supported: ['openid'] })
  })

  it.each([[[]], [[null]], [['', null]]])('with lists of nothing lack them, and let people in: %j', async (list) => {
    const names = OPTIONAL.filter((name) =>
      /^(scopes|prompt_values|.*_auth_methods|.*_alg_values)_supported$/.test(name),
    )
    const lists = Object.fromEntries(names.map((name) => [name, list]))
    expect(parse({ ...DOCUMENT, ...lists })).toEqual(parse(DOCUMENT))
    expect((await createLoginWorld(key, { metadata: lists }).signIn()).subject).toBe('alice')
  })

  it.each(NOTHING)('in the cache with an endpoint of %j lack it too', async (userinfo_endpoint) => {
    const world = createLoginWorld(key)
    world.farEnd.on(DISCOVERY, () => json({ ...DOCUMENT, userinfo_endpoint }))
    expect((await world.signIn()).subject).toBe('alice')
  })
})

describe('userinfo', () => {
  it.each(NOTHING)('with an address of %j takes nothing away from the ID token', (email) => {
    expect(completed({ email: 'a@corp.example', email_verified: true }, { email })).toMatchObject({
      email: 'a@corp.example',
      email_verified: true,
    })
  })

  it('that says null of email_verified is silent, and one that says nothing in words says no', () => {
    const first = { email: 'a@corp.example', email_verified: true }
    expect(completed(first, { email: 'a@corp.example', email_verified: null }).email_verified).toBe(true)
    expect(completed(first, { email: 'a@corp.example', email_verified: '' }).email_verified).toBe(false)
  })

  it('completes an ID token whose claims are null', () => {
    expect(completed({ name: null, email: '', given_name: 'Alice' }, { name: 'Alice A.' })).toEqual({
      name: 'Alice A.',
      given_name: 'Alice',
    })
  })

  it.each(empty(['iss', 'aud', 'exp', 'nbf', 'jti']))(
    'that is signed with $name of $value lacks it',
    async (change) => {
      const far = farProvider({
        userinfo: async () => jwt(await (await far).sign({ sub: SUBJECT, [change.name]: change.value })),
      })
      expect((await (await far).finish()).subject).toBe(SUBJECT)
    },
  )
})

it('an empty error in the answer of the authorization endpoint is none the less an error', async () => {
  const world = createLoginWorld(key)
  const refusal = await refusalOf(world.signIn({ answer: (good) => new URLSearchParams([...good, ['error', '']]) }))
  expect([refusal.code, world.farEnd.journal]).toEqual(['provider_error', []])
})

describe('an answer about a token', () => {
  const askedOf = async (answer: Members) => {
    const far = await farProvider({
      metadata: { introspection_endpoint: `${FAR_ISSUER}/introspect` },
      answer: ({ path }) => (path === '/introspect' ? json(answer) : undefined),
    })
    return far.gatehouse.introspect('a-token-that-says-nothing-by-itself')
  }

  it.each(empty(['scope', 'client_id', 'username', 'token_type', 'exp', 'iat', 'nbf', 'sub', 'aud', 'iss', 'jti']))(
    'with $name of $value lacks it',
    async ({ name, value }) => {
      expect(await askedOf({ active: true, [name]: value })).toEqual({})
    },
  )

  it('with a binding of null is not taken for one without', async () => {
    expect(await askedOf({ active: true, cnf: null })).toEqual({ cnf: null })
  })

  it.each(NOTHING)('with active of %j is no answer', async (active) => {
    expect((await refusalOf(askedOf({ active }))).code).toBe('provider_error')
  })
})
