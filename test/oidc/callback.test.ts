/**
 * The end of a sign-in: which answers, tokens and userinfo are believed, and that nothing is asked after a failed check
 * (A33, A44 to A46, A52, A53, A72, A74, A77, A78, A83, A86, A123).
 */
import { base64url, SignJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeFailure } from '../../src/log.ts'
import { json } from '../support/far-end.ts'
import { compact, makeKey, sign, type TestKey, withFlippedBit } from '../support/keys.ts'
import { CLIENT_SECRET, createLoginWorld, ISSUER, JWKS, REDIRECT_URI, TOKEN, USERINFO } from '../support/login-world.ts'
import { refusalOf } from '../support/refusal.ts'
import { CLIENT_ID } from '../support/unit-world.ts'

/** Whose fault a malformed answer is, is a matter of words; that it is refused is not. */
const REFUSED = /^(token_invalid|provider_error)$/

let key: TestKey

beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
})

describe('a good sign-in', () => {
  it('tells issuer and subject', async () => {
    const { issuer, subject } = await createLoginWorld(key).signIn()
    expect([issuer, subject]).toEqual([ISSUER, 'alice'])
  })

  it('tells the claims of the ID token, completed by userinfo, which wins', async () => {
    const { claims } = await createLoginWorld(key).signIn()
    expect(claims).toMatchObject({ name: 'Alice', email: 'alice@corp.example' })
  })

  it('gives the ID token, for the hint at logout', async () => {
    const { tokens } = await createLoginWorld(key).signIn()
    expect(tokens.idToken.split('.')).toHaveLength(3)
  })

  it('asks for the tokens, the keys and the person, each once', async () => {
    const { signIn, farEnd } = createLoginWorld(key)
    await signIn()
    expect([...farEnd.journal].sort()).toEqual([JWKS, TOKEN, USERINFO].sort())
  })

  it('sends code, redirect URI, verifier, and client id and secret as they are, in the form (A86)', async () => {
    const world = createLoginWorld(key)
    const { pending } = await world.start()
    let sent: Record<string, string> = {}
    world.farEnd.on(TOKEN, (_, init) => {
      sent = Object.fromEntries(new URLSearchParams(String(init?.body)))
      return json({ error: 'invalid_grant' }, 400)
    })
    await refusalOf(world.provider.finishLogin(new URLSearchParams({ code: 'code-1', state: pending.state }), pending))
    expect(sent).toEqual({
      grant_type: 'authorization_code',
      code: 'code-1',
      redirect_uri: REDIRECT_URI,
      code_verifier: pending.codeVerifier,
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
    })
  })

  it.each(['PS256', 'ES256', 'ES384', 'EdDSA'])('may be signed with %s when that is configured', async (algorithm) => {
    const other = await makeKey(algorithm, 'other')
    expect((await createLoginWorld(other).signIn()).subject).toBe('alice')
  })

  it('does without a userinfo endpoint', async () => {
    const { claims } = await createLoginWorld(key, { metadata: { userinfo_endpoint: undefined } }).signIn()
    expect(claims).toMatchObject({ name: 'Alice', email: 'old@corp.example' })
  })

  it('does without expires_in, refresh_token and scope (A137)', async () => {
    const world = createLoginWorld(key)
    const { pending } = await world.start()
    const idToken = await sign(key, world.claimsFor(pending))
    world.farEnd.on(TOKEN, () => json({ access_token: 'a', token_type: 'bearer', id_token: idToken }))
    const answer = new URLSearchParams({ code: 'c', state: pending.state })
    expect((await world.provider.finishLogin(answer, pending)).subject).toBe('alice')
  })

  it('may have an ID token without a key id when one key fits', async () => {
    expect((await createLoginWorld(key).signIn({ header: { kid: undefined } })).subject).toBe('alice')
  })
})

describe('an answer of the browser', () => {
  const changed = (change: (answer: URLSearchParams) => void) => (good: URLSearchParams) => {
    change(good)
    return good
  }

  it.each([
    ['another state', changed((a) => a.set('state', 'x'))],
    ['no state', changed((a) => a.delete('state'))],
    ['an empty state', changed((a) => a.set('state', ''))],
    ['two states (A29)', changed((a) => a.append('state', a.get('state') ?? ''))],
    ['no code', changed((a) => a.delete('code'))],
    ['two codes (A29)', changed((a) => a.append('code', 'code-2'))],
    ['the issuer of someone else (A33)', changed((a) => a.set('iss', 'https://idp2.example'))],
    ['the issuer with a slash more (A33)', changed((a) => a.set('iss', `${ISSUER}/`))],
    ['two issuers (A29)', () => new URLSearchParams(`code=c&iss=${ISSUER}&iss=${ISSUER}`)],
    [
      'an ID token and no code (A83)',
      (a: URLSearchParams) => new URLSearchParams({ id_token: 'x', state: a.get('state') ?? '' }),
    ],
    [
      'an access token and no code (A83)',
      (a: URLSearchParams) => new URLSearchParams({ access_token: 'x', state: a.get('state') ?? '' }),
    ],
    ['an ID token beside the code (A83)', changed((a) => a.set('id_token', 'x'))],
    ['a JARM answer', changed((a) => a.set('response', 'a.b.c'))],
    ['nothing', () => new URLSearchParams()],
  ])('is refused, and no one is asked: %s', async (_, answer) => {
    const { signIn, farEnd } = createLoginWorld(key)
    expect((await refusalOf(signIn({ answer }))).code).toMatch(REFUSED)
    expect(farEnd.journal).toEqual([])
  })

  it('is refused without the issuer when the provider promises it (A33)', async () => {
    const { signIn, farEnd } = createLoginWorld(key, {
      metadata: { authorization_response_iss_parameter_supported: true },
    })
    expect((await refusalOf(signIn())).code).toBe('token_invalid')
    expect(farEnd.journal).toEqual([])
  })

  it('is taken with the right issuer', async () => {
    const world = createLoginWorld(key, { metadata: { authorization_response_iss_parameter_supported: true } })
    const answer = changed((a) => a.set('iss', ISSUER))
    expect((await world.signIn({ answer })).subject).toBe('alice')
  })

  it.each([
    ['access_denied', 'access_denied'],
    ['server_error', 'provider_unreachable'],
    ['temporarily_unavailable', 'provider_unreachable'],
    ['invalid_scope', 'provider_error'],
    ['unauthorized_client', 'provider_error'],
    ['login_required', 'interaction_required'],
    ['interaction_required', 'interaction_required'],
    ['consent_required', 'interaction_required'],
    ['account_selection_required', 'interaction_required'],
    ['<script>', 'provider_error'],
  ])('that says %s is the refusal %s', async (error, code) => {
    const { signIn, farEnd } = createLoginWorld(key)
    const answer = (good: URLSearchParams) => new URLSearchParams({ error, state: good.get('state') ?? '' })
    expect((await refusalOf(signIn({ answer }))).code).toBe(code)
    expect(farEnd.journal).toEqual([])
  })

  it('that says access_denied under another state is refused as such', async () => {
    const answer = () => new URLSearchParams({ error: 'access_denied', state: 'x' })
    expect((await refusalOf(createLoginWorld(key).signIn({ answer }))).code).toBe('token_invalid')
  })

  it('leaves its words in the log, without control characters', async () => {
    const answer = (good: URLSearchParams) =>
      new URLSearchParams({ error: 'invalid_scope', error_description: 'a\r\nb', state: good.get('state') ?? '' })
    expect(describeFailure(await refusalOf(createLoginWorld(key).signIn({ answer })))).toMatchObject({
      provider_place: 'callback',
      provider_error: 'invalid_scope',
      provider_description: 'a  b',
      hint: expect.stringContaining('OIDC_RP_SCOPES'),
    })
  })

  it.each([
    ['User account alice@corp.example is blocked', 'User account … is blocked'],
    ['login_hint=alice%40corp.example is unknown', '… is unknown'],
    ['the token eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln has expired', 'the token … has expired'],
    [`the code ${'a1B2'.repeat(12)} was used`, 'the code … was used'],
    [
      'AADSTS50011: no such address. Trace ID: 88888888-8888-8888-8888-888888888888',
      'AADSTS50011: no such address. Trace ID: 88888888-8888-8888-8888-888888888888',
    ],
    ['x '.repeat(200), 'x '.repeat(150)],
  ])('leaves neither address nor token in the log: %s (A72)', async (description, logged) => {
    const answer = (good: URLSearchParams) =>
      new URLSearchParams({ error: 'access_denied', error_description: description, state: good.get('state') ?? '' })
    const refusal = await refusalOf(createLoginWorld(key).signIn({ answer }))
    expect(refusal.provider.description).toBe(logged)
    if (logged !== description) expect(JSON.stringify(describeFailure(refusal))).not.toContain(description)
  })

  it('to a login that was begun at another issuer is refused, and no one is asked (A33)', async () => {
    const { signIn, farEnd } = createLoginWorld(key)
    expect((await refusalOf(signIn({ pending: { issuer: 'https://idp2.example' } }))).code).toBe('token_invalid')
    expect(farEnd.journal).toEqual([])
  })
})

describe('a token answer', () => {
  const answers: [string, () => Response, string | RegExp][] = [
    ['html', () => new Response('<html>', { headers: { 'content-type': 'text/html' } }), 'provider_error'],
    ['broken JSON', () => new Response('{', { headers: { 'content-type': 'application/json' } }), REFUSED],
    ['null', () => json(null), REFUSED],
    ['a list', () => json([]), REFUSED],
    ['an empty object', () => json({}), REFUSED],
    ['a failure', () => json({}, 500), 'provider_error'],
    ['a gateway', () => json({}, 503), 'provider_unreachable'],
    [
      'a redirect',
      () => new Response(null, { status: 307, headers: { location: 'https://evil.example/' } }),
      'provider_error',
    ],
    ['invalid_grant', () => json({ error: 'invalid_grant' }, 400), 'provider_error'],
    ['invalid_client', () => json({ error: 'invalid_client' }, 401), 'provider_error'],
    ['more than 1 MiB (A52)', () => json({ access_token: 'x'.repeat(1_048_576) }), 'provider_error'],
    ['no ID token (A78)', () => json({ access_token: 'a', token_type: 'bearer' }), 'token_invalid'],
    [
      'an ID token that is none',
      () => json({ access_token: 'a', token_type: 'bearer', id_token: 'x' }),
      'token_invalid',
    ],
  ]

  it.each(answers)('of %s is a refusal', async (_, answer, code) => {
    const { signIn, farEnd } = createLoginWorld(key)
    farEnd.on(TOKEN, answer)
    expect((await refusalOf(signIn())).code).toMatch(code)
  })

  it.each(answers)('of %s is the end: the person is not asked for (A78)', async (_, answer) => {
    const { signIn, farEnd } = createLoginWorld(key)
    farEnd.on(TOKEN, answer)
    await refusalOf(signIn())
    expect(farEnd.journal).toEqual([TOKEN])
  })

  it('of invalid_client tells the operator which settings to compare', async () => {
    const { signIn, farEnd } = createLoginWorld(key)
    farEnd.on(TOKEN, () => json({ error: 'invalid_client' }, 401))
    const { hint } = await refusalOf(signIn())
    expect(hint).toEqual(expect.stringContaining('OIDC_RP_CLIENT_SECRET'))
  })

  it.each([
    [
      'in the body',
      () => json({ error: 'access_denied', error_description: 'Unauthorized' }, 403),
      { provider_status: 403, provider_error: 'access_denied', provider_description: 'Unauthorized' },
    ],
    [
      'in a header',
      () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }),
      { provider_status: 401, provider_error: 'invalid_client' },
    ],
    [
      'with status 200, as GitHub and Slack do',
      () => json({ error: 'bad_verification_code', error_description: 'The code passed is incorrect' }, 200),
      {
        provider_status: 200,
        provider_error: 'bad_verification_code',
        provider_description: 'The code passed is incorrect',
      },
    ],
    [
      'on a page',
      () => new Response('<html>', { status: 400, headers: { 'content-type': 'text/html' } }),
      { provider_status: 400 },
    ],
  ])('that refuses %s leaves place, status and words of the provider in the log', async (_, answer, words) => {
    const { signIn, farEnd } = createLoginWorld(key)
    farEnd.on(TOKEN, answer)
    expect(describeFailure(await refusalOf(signIn()))).toMatchObject({ provider_place: 'token', ...words })
  })

  it.each([
    '{"access_token":MARKER}',
    'MARKER',
    '{"access_token":"a","id_token":"MARKER"}',
    '{"access_token":"MARKER","token_type":"bearer","id_token":5}',
    '{"access_token":"MARKER","token_type":"bearer","id_token":"a.b.c"}',
  ])('leaves no token in the log: %s (A72)', async (body) => {
    const { signIn, farEnd } = createLoginWorld(key)
    farEnd.on(TOKEN, () => new Response(body, { headers: { 'content-type': 'application/json' } }))
    expect(JSON.stringify(describeFailure(await refusalOf(signIn())))).not.toContain('MARKER')
  })
})

describe('an ID token', () => {
  const NOW = Math.floor(Date.now() / 1000)

  it.each([
    { iss: 'https://idp2.example' },
    { iss: `${ISSUER}/` },
    { iss: undefined },
    { aud: 'other' },
    { aud: [] },
    { aud: undefined },
    { aud: [CLIENT_ID, 'other'] },
    { aud: [CLIENT_ID, 'other'], azp: CLIENT_ID },
    { azp: 'other' },
    { nonce: 'other' },
    { nonce: undefined },
    { nonce: '' },
    { nonce: 5 },
    { sub: '' },
    { sub: 'x'.repeat(256) },
    { sub: undefined },
    { sub: 5 },
    { exp: undefined },
    { exp: String(NOW + 300) },
    { iat: undefined },
    { iat: String(NOW) },
    { nbf: 'x' },
    { sub: 'alice', exp: null },
  ])('of %j is refused (A44, A47, A77)', async (claims) => {
    expect((await refusalOf(createLoginWorld(key).signIn({ claims }))).code).toBe('token_invalid')
  })

  it.each([{ iss: 'https://idp2.example' }, { aud: 'other' }, { nonce: 'other' }, { azp: 'other' }, { sub: '' }])(
    'of %j is the end: the person is not asked for (A78)',
    async (claims) => {
      const { signIn, farEnd } = createLoginWorld(key)
      await refusalOf(signIn({ claims }))
      expect(farEnd.journal).not.toContain(USERINFO)
    },
  )

  it('may have a subject of 255 characters', async () => {
    const world = createLoginWorld(key, { metadata: { userinfo_endpoint: undefined } })
    expect((await world.signIn({ claims: { sub: 'x'.repeat(255) } })).subject).toHaveLength(255)
  })

  it.each([{ aud: [CLIENT_ID] }, { aud: CLIENT_ID, azp: CLIENT_ID }])('of %j is taken', async (claims) => {
    expect((await createLoginWorld(key).signIn({ claims })).subject).toBe('alice')
  })

  it.each([
    ['ended more than a minute ago', { exp: NOW - 120 }],
    ['is valid in more than a minute only', { nbf: NOW + 120 }],
    ['was made in more than a minute only', { iat: NOW + 120 }],
    ['was made a year ago', { iat: NOW - 31_536_000 }],
  ])('that %s shows that the clocks differ', async (_, claims) => {
    expect((await refusalOf(createLoginWorld(key).signIn({ claims }))).code).toBe('clock_skew')
  })

  it('may come from a clock that is half a minute ahead', async () => {
    const { signIn, now } = createLoginWorld(key)
    expect((await signIn({ claims: { iat: now + 30 } })).subject).toBe('alice')
  })

  it('of a stranger with the same key id is refused (A78)', async () => {
    const signer = await makeKey('RS256', 'key-1')
    expect((await refusalOf(createLoginWorld(key).signIn({ signer }))).code).toBe('token_invalid')
  })

  it('with a flipped bit is refused (A45)', async () => {
    const world = createLoginWorld(key)
    const idToken = async (pending: Parameters<typeof world.claimsFor>[0]) =>
      withFlippedBit(await sign(key, world.claimsFor(pending)))
    expect((await refusalOf(world.signIn({ idToken }))).code).toBe('token_invalid')
  })

  it('with a bad signature is the end: the person is not asked for (A78)', async () => {
    const { signIn, farEnd } = createLoginWorld(key)
    await refusalOf(signIn({ signer: await makeKey('RS256', 'key-1') }))
    expect(farEnd.journal).not.toContain(USERINFO)
  })

  it('of another algorithm than the configured one is refused, though the provider shows its key (A46)', async () => {
    const other = await makeKey('ES256', 'key-2')
    const world = createLoginWorld(key, { keys: [key, other] })
    expect((await refusalOf(world.signIn({ signer: other }))).code).toBe('token_invalid')
  })

  it.each(['none', 'NoNe', 'HS256', ''])('of the algorithm %j is refused (A46)', async (alg) => {
    const world = createLoginWorld(key)
    for (const signature of ['', 'c2ln']) {
      const idToken = (pending: Parameters<typeof world.claimsFor>[0]) =>
        compact({ alg, kid: 'key-1' }, world.claimsFor(pending), signature)
      expect((await refusalOf(world.signIn({ idToken }))).code).toBe('token_invalid')
    }
  })

  it('of HS256 keyed with the client secret is refused (A46)', async () => {
    const world = createLoginWorld(key)
    const idToken = (pending: Parameters<typeof world.claimsFor>[0]) =>
      new SignJWT({ ...world.claimsFor(pending) })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(`${CLIENT_SECRET}${' '.repeat(32)}`))
    expect((await refusalOf(world.signIn({ idToken }))).code).toBe('token_invalid')
  })

  it.each(['at+jwt', 'application/at+jwt', 'logout+jwt', 'token-introspection+jwt', 'dpop+jwt', 'x'])(
    'that says it is %s is none (A123)',
    async (typ) => {
      expect((await refusalOf(createLoginWorld(key).signIn({ header: { typ } }))).code).toBe('token_invalid')
    },
  )

  it.each(['JWT', 'jwt', undefined])('may say that it is %j', async (typ) => {
    expect((await createLoginWorld(key).signIn({ header: { typ } })).subject).toBe('alice')
  })

  it('that is encrypted is refused (A52)', async () => {
    const header = base64url.encode('{"alg":"dir","enc":"A256GCM","zip":"DEF"}')
    const idToken = () => `${header}..AAAA.AAAA.AAAA`
    expect((await refusalOf(createLoginWorld(key).signIn({ idToken }))).code).not.toBe('internal')
  })

  it('signed with a key that the provider has just changed is taken', async () => {
    const world = createLoginWorld(key)
    await world.signIn()
    const next = await makeKey('RS256', 'key-2')
    world.farEnd.on(JWKS, () => json({ keys: [next.jwk] }))
    const { pending } = await world.start()
    const idToken = await sign(next, world.claimsFor(pending))
    world.farEnd.on(TOKEN, () => json({ access_token: 'a', token_type: 'bearer', id_token: idToken }))
    const answer = new URLSearchParams({ code: 'c', state: pending.state })
    expect((await world.provider.finishLogin(answer, pending)).subject).toBe('alice')
  })

  it('cannot be checked while the keys cannot be had: the provider is at fault', async () => {
    const { signIn, farEnd } = createLoginWorld(key)
    farEnd.on(JWKS, () => json({}, 500))
    expect((await refusalOf(signIn())).code).toBe('provider_error')
  })
})

describe('how the person proved who they are', () => {
  const NOW = Math.floor(Date.now() / 1000)

  it('is told as the ID token says', async () => {
    const claims = { sid: 's-1', acr: 'eidas2', amr: ['pwd', 'otp'], auth_time: NOW - 5, session_expiry: NOW + 600 }
    const { issuedAt, ...authentication } = (await createLoginWorld(key).signIn({ claims })).authentication
    expect(Number.isInteger(issuedAt)).toBe(true)
    expect(authentication).toEqual({
      sid: 's-1',
      acr: 'eidas2',
      amr: ['pwd', 'otp'],
      authTime: NOW - 5,
      sessionExpiry: NOW + 600,
    })
  })

  it.each([
    {},
    { sid: 5, acr: 5, amr: 'pwd', session_expiry: 'x' },
    { sid: null, acr: [], amr: [5], session_expiry: null },
  ])('is not told when it is not said: %j', async (claims) => {
    const nothing = { sid: null, acr: null, amr: [], authTime: null, sessionExpiry: null }
    expect((await createLoginWorld(key).signIn({ claims })).authentication).toMatchObject(nothing)
  })

  it.each([
    [['eidas2'], 'eidas2'],
    [['eidas2', 'eidas3'], 'eidas3'],
  ])('at one of the levels %j is enough: %s (A89)', async (acrValues, acr) => {
    expect((await createLoginWorld(key).signIn({ claims: { acr }, request: { acrValues } })).authentication.acr).toBe(
      acr,
    )
  })

  it.each(['eidas1', 'EIDAS2', 'eidas2 eidas3', '', undefined, null, 5, ['eidas2']])(
    'is too weak at %j, and the person is not asked for (A89)',
    async (acr) => {
      const { signIn, farEnd } = createLoginWorld(key)
      const refusal = await refusalOf(signIn({ claims: { acr }, request: { acrValues: ['eidas2', 'eidas3'] } }))
      expect([refusal.code, farEnd.journal.includes(USERINFO)]).toEqual(['authentication_too_weak', false])
    },
  )

  it.each([undefined, NOW - 3600, String(NOW)])('cannot be long ago when that matters: %j', async (auth_time) => {
    const refusal = await refusalOf(
      createLoginWorld(key).signIn({ claims: { auth_time }, request: { maxAgeSeconds: 60 } }),
    )
    expect(refusal.code).toMatch(/^(token_invalid|clock_skew|authentication_too_weak|provider_error)$/)
  })

  it('may be a moment ago when that matters', async () => {
    const done = await createLoginWorld(key).signIn({ claims: { auth_time: NOW - 5 }, request: { maxAgeSeconds: 60 } })
    expect(done.authentication.authTime).toBe(NOW - 5)
  })
})

describe('userinfo', () => {
  it('of another subject is refused (A53)', async () => {
    const { signIn, farEnd } = createLoginWorld(key)
    farEnd.on(USERINFO, () => json({ sub: 'bob' }))
    expect((await refusalOf(signIn())).code).toBe('token_invalid')
  })

  it.each([
    ['a list (A53)', () => json(['admin'])],
    ['text (A53)', () => json('x')],
    ['null (A53)', () => json(null)],
    ['an empty object (A53)', () => json({})],
    ['a subject that is no text', () => json({ sub: 5 })],
    ['html', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['broken JSON', () => new Response('{', { headers: { 'content-type': 'application/json' } })],
    ['a failure', () => json({}, 500)],
    [
      'a refusal',
      () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }),
    ],
    ['a refusal without a challenge', () => new Response(null, { status: 401 })],
    ['a redirect', () => new Response(null, { status: 302, headers: { location: 'https://evil.example/' } })],
    ['more than 1 MiB (A52)', () => json({ sub: 'alice', name: 'x'.repeat(1_048_576) })],
  ])('of %s is refused', async (_, answer) => {
    const { signIn, farEnd } = createLoginWorld(key)
    farEnd.on(USERINFO, answer)
    expect((await refusalOf(signIn())).code).toMatch(REFUSED)
  })

  it('that is a signed JWT is never believed unverified', async () => {
    const { signIn, farEnd } = createLoginWorld(key)
    const stranger = await makeKey('RS256', 'key-1')
    const token = await sign(stranger, { iss: ISSUER, aud: CLIENT_ID, sub: 'alice', email: 'evil@corp.example' })
    farEnd.on(USERINFO, () => new Response(token, { headers: { 'content-type': 'application/jwt' } }))
    await expect(signIn()).rejects.toMatchObject({ name: 'GatehouseError' })
  })

  it('is asked with the access token in the header, not in the address', async () => {
    const { signIn, farEnd } = createLoginWorld(key)
    let authorization: string | null = null
    farEnd.on(USERINFO, (_, init) => {
      authorization = new Headers(init?.headers).get('authorization')
      return json({ sub: 'alice' })
    })
    await signIn()
    expect([authorization, farEnd.journal.join().includes('access-1')]).toEqual(['Bearer access-1', false])
  })

  it.each(['{"sub":"alice","email":MARKER}', 'MARKER', '["MARKER"]', '{"sub":"MARKER"}', '{"sub":["MARKER"]}'])(
    'leaves nothing of a person in the log: %s (A72)',
    async (body) => {
      const { signIn, farEnd } = createLoginWorld(key)
      farEnd.on(USERINFO, () => new Response(body, { headers: { 'content-type': 'application/json' } }))
      expect(JSON.stringify(describeFailure(await refusalOf(signIn())))).not.toContain('MARKER')
    },
  )
})
