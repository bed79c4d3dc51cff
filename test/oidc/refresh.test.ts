/**
 * The refresh grant: new tokens for the same person or nothing, and what of a failure ends a session (A50, A72, A93, A137).
 */
import { beforeAll, describe, expect, it } from 'vitest'
import { describeFailure } from '../../src/log.ts'
import type { ProviderTokens } from '../../src/oidc/flows/token-answer.ts'
import { json } from '../support/far-end.ts'
import { makeKey, sign, type TestKey, withFlippedBit } from '../support/keys.ts'
import { createLoginWorld, DISCOVERY, ISSUER, JWKS, TOKEN, USERINFO } from '../support/login-world.ts'
import { refusalOf } from '../support/refusal.ts'

let key: TestKey

beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
})

type Members = Readonly<Record<string, unknown>>

/** A provider, and the tokens of a session there that Alice began an hour ago. */
async function world(metadata: Members = {}, settings: Members = {}) {
  const login = createLoginWorld(key, { metadata, settings })
  const { farEnd, now } = login
  const first = {
    iss: ISSUER,
    sub: 'alice',
    aud: 'gatehouse',
    exp: now - 3300,
    iat: now - 3600,
    nonce: 'nonce-1',
    auth_time: now - 3600,
    email: 'old@corp.example',
  }
  const tokens: ProviderTokens = {
    idToken: await sign(key, first),
    accessToken: 'access-1',
    refreshToken: 'refresh-1',
    expiresAt: now,
    dpopKey: null,
  }
  const answer = { access_token: 'access-2', token_type: 'Bearer', expires_in: 300, refresh_token: 'refresh-2' }
  farEnd.on(TOKEN, () => json(answer))
  return {
    ...login,
    answer,
    tokens,
    /** The claims of a good refreshed ID token. */
    claims: { ...first, exp: now + 300, iat: now },
    /** The provider answers with this ID token beside the others. */
    withIdToken: (idToken: string) => farEnd.on(TOKEN, () => json({ ...answer, id_token: idToken })),
    refresh: (change: Partial<ProviderTokens> = {}) => login.provider.refresh({ ...tokens, ...change }),
  }
}

describe('a good refresh', () => {
  it('gives the new tokens, and keeps the ID token', async () => {
    const { refresh, tokens, now } = await world()
    expect((await refresh()).tokens).toEqual({
      idToken: tokens.idToken,
      accessToken: 'access-2',
      refreshToken: 'refresh-2',
      expiresAt: now + 300,
      dpopKey: null,
    })
  })

  it('keeps the old refresh token when the provider sends no new one', async () => {
    const { refresh, farEnd } = await world()
    farEnd.on(TOKEN, () => json({ access_token: 'access-2', token_type: 'Bearer' }))
    expect((await refresh()).tokens.refreshToken).toBe('refresh-1')
  })

  it('takes over a new ID token of the same person', async () => {
    const { refresh, withIdToken, claims } = await world()
    const idToken = await sign(key, claims)
    withIdToken(idToken)
    expect((await refresh()).tokens.idToken).toBe(idToken)
  })

  it('tells what the provider says of the person now', async () => {
    const { refresh } = await world()
    expect((await refresh()).claims).toMatchObject({ email: 'alice@corp.example' })
  })

  it('keeps what only the first ID token said, when no other comes', async () => {
    const { refresh, tokens, claims } = await world()
    const idToken = await sign(key, { ...claims, x_grp: ['staff'] })
    expect((await refresh({ ...tokens, idToken })).claims).toMatchObject({ x_grp: ['staff'] })
  })

  it('tells apart what only the first ID token said, for that is not news', async () => {
    const { refresh, tokens, claims } = await world()
    const idToken = await sign(key, { ...claims, x_grp: ['staff'] })
    expect((await refresh({ ...tokens, idToken })).news).toEqual({ sub: 'alice', email: 'alice@corp.example' })
  })

  it('has news in a new ID token', async () => {
    const { refresh, withIdToken, claims } = await world()
    withIdToken(await sign(key, { ...claims, x_grp: ['staff'] }))
    expect((await refresh()).news).toMatchObject({ x_grp: ['staff'], email: 'alice@corp.example' })
  })

  it('says nothing of the person when there is neither userinfo nor a new ID token', async () => {
    const { refresh } = await world({ userinfo_endpoint: undefined })
    expect(await refresh()).toMatchObject({ claims: {}, news: {} })
    expect((await refresh()).claims).not.toHaveProperty('email')
  })

  it('leaves open what is new when userinfo does not answer', async () => {
    const { refresh, farEnd, withIdToken, claims } = await world()
    withIdToken(await sign(key, { ...claims, x_grp: ['staff'] }))
    farEnd.on(USERINFO, () => json({}, 503))
    expect(await refresh()).toMatchObject({ claims: {}, news: null })
  })

  it.each([{}, { userinfo_endpoint: undefined }])(
    'leaves open what is new when the keys of a new ID token cannot be had: %j',
    async (metadata) => {
      const { refresh, farEnd, withIdToken, claims } = await world(metadata)
      withIdToken(await sign(key, { ...claims, x_grp: ['staff'] }))
      farEnd.on(JWKS, () => json({}, 503))
      expect((await refresh()).news).toBeNull()
    },
  )

  it('sends the refresh token once, in the form', async () => {
    const { refresh, farEnd, answer } = await world()
    const sent: unknown[] = []
    farEnd.on(TOKEN, (_, init) => {
      const form = new URLSearchParams(String(init?.body))
      sent.push([form.get('grant_type'), form.getAll('refresh_token')])
      return json(answer)
    })
    await refresh()
    expect(sent).toEqual([['refresh_token', ['refresh-1']]])
  })
})

describe('a refresh that says when the person signed in, which the first ID token did not', () => {
  /** Refreshes a session that began an hour ago. @param signedInSeconds how long before its beginning the person signed in */
  async function refreshed(first: unknown, signedInSeconds: number) {
    const { refresh, withIdToken, claims, now } = await world()
    withIdToken(await sign(key, { ...claims, auth_time: now - 3600 - signedInSeconds }))
    return refresh({ idToken: await sign(key, { ...claims, iat: now - 3600, auth_time: first }) })
  }

  it.each([undefined, null, 0])('is good, where that said %j', async (first) => {
    expect((await refreshed(first, 10)).claims.sub).toBe('alice')
  })

  it.each([undefined, null, 0])('is of another sign-in if that was later, where the first said %j', async (first) => {
    expect((await refusalOf(refreshed(first, -600))).code).toBe('token_invalid')
  })
})

describe('a refreshed ID token from the future', () => {
  it('brings nothing new, and the session goes on with the new tokens', async () => {
    const { refresh, withIdToken, claims, now, answer } = await world()
    withIdToken(await sign(key, { ...claims, iat: now + 600, x_grp: ['staff'] }))
    const { news, tokens } = await refresh()
    expect([news, tokens.accessToken]).toEqual([null, answer.access_token])
  })

  it('is refused when it is for another person', async () => {
    const { refresh, withIdToken, claims, now } = await world()
    withIdToken(await sign(key, { ...claims, iat: now + 600, sub: 'bob' }))
    expect((await refusalOf(refresh())).code).toBe('token_invalid')
  })
})

describe('a refresh for someone else (A50)', () => {
  it.each([
    { sub: 'bob' },
    { iss: 'https://idp2.example' },
    { aud: 'other' },
    { aud: ['gatehouse', 'other'] },
    { azp: 'other' },
    { nonce: 'other' },
    { auth_time: 1 },
  ])('is refused: an ID token of %j', async (change) => {
    const { refresh, withIdToken, claims } = await world()
    withIdToken(await sign(key, { ...claims, ...change }))
    expect((await refusalOf(refresh())).code).toBe('token_invalid')
  })

  it('is refused: an ID token of a stranger', async () => {
    const { refresh, withIdToken, claims } = await world()
    withIdToken(await sign(await makeKey('RS256', 'key-1'), claims))
    expect((await refusalOf(refresh())).code).toBe('token_invalid')
  })

  it('is refused: an ID token with a flipped bit', async () => {
    const { refresh, withIdToken, claims } = await world()
    withIdToken(withFlippedBit(await sign(key, claims)))
    expect((await refusalOf(refresh())).code).toBe('token_invalid')
  })

  it('is refused: an access token in the place of the ID token (A123)', async () => {
    const { refresh, withIdToken, claims } = await world()
    withIdToken(await sign(key, claims, { typ: 'at+jwt' }))
    expect((await refusalOf(refresh())).code).toBe('token_invalid')
  })

  it('is refused: userinfo of another subject', async () => {
    const { refresh, farEnd } = await world()
    farEnd.on(USERINFO, () => json({ sub: 'bob' }))
    expect((await refusalOf(refresh())).code).toBe('token_invalid')
  })
})

describe('a provider that does not prolong the session', () => {
  it('says so with invalid_grant (A93)', async () => {
    const { refresh, farEnd } = await world()
    farEnd.on(TOKEN, () => json({ error: 'invalid_grant' }, 400))
    expect((await refusalOf(refresh())).code).toBe('login_required')
  })

  it('says so with invalid_grant, and status 200', async () => {
    const { refresh, farEnd } = await world()
    farEnd.on(TOKEN, () => json({ error: 'invalid_grant' }, 200))
    expect((await refusalOf(refresh())).code).toBe('login_required')
  })

  it.each(['Refresh token expired.', 'Refresh token is invalid or has already been claimed by another client.'])(
    'says so, as Dex, with invalid_request and "%s"',
    async (error_description) => {
      const { refresh, farEnd } = await world()
      farEnd.on(TOKEN, () => json({ error: 'invalid_request', error_description }, 400))
      expect((await refusalOf(refresh())).code).toBe('login_required')
    },
  )

  it.each(['dex', 'generic'])('says so, of type %s, in the words of Dex alone', async (type) => {
    const { refresh, farEnd } = await world({}, { OIDC_OP_TYPE: type })
    farEnd.on(TOKEN, () => json({ error: 'invalid_request', error_description: 'Refresh token expired.' }, 400))
    expect((await refusalOf(refresh())).code).toBe('login_required')
    farEnd.on(TOKEN, () => json({ error: 'interaction_required' }, 400))
    expect((await refusalOf(refresh())).reason).toBe('refresh_refusal_unclear')
  })

  it('says so, as Entra ID, with interaction_required, and not in the words of Dex', async () => {
    const { refresh, farEnd } = await world({}, { OIDC_OP_TYPE: 'entra' })
    farEnd.on(TOKEN, () => json({ error: 'interaction_required', error_description: 'AADSTS50076' }, 400))
    expect((await refusalOf(refresh())).code).toBe('login_required')
    farEnd.on(TOKEN, () => json({ error: 'invalid_request', error_description: 'Refresh token expired.' }, 400))
    expect((await refusalOf(refresh())).reason).toBe('refresh_refusal_unclear')
  })

  it('is not asked without a refresh token', async () => {
    const { refresh, farEnd } = await world()
    expect((await refusalOf(refresh({ refreshToken: null }))).code).toBe('login_required')
    expect(farEnd.journal).not.toContain(TOKEN)
  })
})

describe('a provider that fails decides nothing (A93)', () => {
  const failures: [string, () => Response | Promise<Response>][] = [
    ['is down', () => Promise.reject(new TypeError('fetch failed'))],
    ['answers 500', () => json({}, 500)],
    ['answers 503', () => json({}, 503)],
    ['answers 429', () => json({}, 429)],
    ['answers temporarily_unavailable', () => json({ error: 'temporarily_unavailable' }, 400)],
    ['answers invalid_request', () => json({ error: 'invalid_request', error_description: 'No scope.' }, 400)],
    ['answers invalid_client', () => json({ error: 'invalid_client' }, 401)],
    ['answers html', () => new Response('<html>', { headers: { 'content-type': 'text/html' } })],
    ['answers broken JSON', () => new Response('{', { headers: { 'content-type': 'application/json' } })],
    ['answers an empty object', () => json({})],
    ['answers null', () => json(null)],
    ['answers a list', () => json([])],
    ['answers too much', () => json({ access_token: 'x'.repeat(1_048_576) })],
  ]
  const UNDECIDED = /^(provider_error|provider_unreachable)$/

  it.each(failures)('when its token endpoint %s', async (_, failing) => {
    const { refresh, farEnd } = await world()
    farEnd.on(TOKEN, failing)
    expect((await refusalOf(refresh())).code).toMatch(UNDECIDED)
  })

  it.each(failures)('when its metadata %s', async (_, failing) => {
    const { refresh, farEnd } = await world()
    farEnd.on(DISCOVERY, failing)
    expect((await refusalOf(refresh())).code).toMatch(UNDECIDED)
  })

  it('when its metadata names another issuer', async () => {
    const { refresh, farEnd } = await world()
    farEnd.on(DISCOVERY, () => json({ issuer: `${ISSUER}/` }))
    expect((await refusalOf(refresh())).code).toMatch(UNDECIDED)
  })

  it.each(failures)('when its keys are needed and %s: the new tokens are not lost', async (_, failing) => {
    const { refresh, farEnd, withIdToken, claims } = await world()
    withIdToken(await sign(key, claims))
    farEnd.on(JWKS, failing)
    expect((await refresh()).tokens.refreshToken).toBe('refresh-2')
  })

  it.each(failures)('when its userinfo %s: the new tokens are not lost', async (_, failing) => {
    const { refresh, farEnd } = await world()
    farEnd.on(USERINFO, failing)
    expect((await refresh()).tokens.refreshToken).toBe('refresh-2')
  })
})

it('a failed refresh leaves no token in the log (A72)', async () => {
  const { refresh, farEnd } = await world()
  const bodies = [
    '{"access_token":MARKER}',
    'MARKER',
    '{"refresh_token":"MARKER"}',
    '{"access_token":"MARKER","token_type":5}',
  ]
  const told = []
  for (const body of bodies) {
    farEnd.on(TOKEN, () => new Response(body, { headers: { 'content-type': 'application/json' } }))
    told.push(describeFailure(await refusalOf(refresh({ refreshToken: 'MARKER' }))))
  }
  expect(JSON.stringify(told)).not.toContain('MARKER')
})
