/**
 * The front door to the provider: the authorization request, the address for signing out, and who is asked when (A30, A73, A77, A91, A109).
 */
import { base64url, UnsecuredJWT } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { endSessionUrl } from '../../src/oidc/flows/end-session.ts'
import type { Provider } from '../../src/oidc/provider.ts'
import { json } from '../support/far-end.ts'
import { makeKey, type TestKey } from '../support/keys.ts'
import { createLoginWorld, DISCOVERY, ISSUER, JWKS, REDIRECT_URI } from '../support/login-world.ts'
import { refusalOf } from '../support/refusal.ts'
import { CLIENT_ID } from '../support/unit-world.ts'

let key: TestKey

beforeAll(async () => {
  key = await makeKey('RS256', 'key-1')
})

describe('an authorization request', () => {
  it('goes to the authorization endpoint, with each parameter once', async () => {
    const { location, pending } = await createLoginWorld(key).start()
    expect(location.origin + location.pathname).toBe(`${ISSUER}/authorize`)
    expect([...location.searchParams].sort()).toEqual(
      [
        ['client_id', CLIENT_ID],
        ['code_challenge', await challengeOf(pending.codeVerifier ?? '')],
        ['code_challenge_method', 'S256'],
        ['nonce', pending.nonce ?? ''],
        ['redirect_uri', REDIRECT_URI],
        ['response_type', 'code'],
        ['scope', 'openid email'],
        ['state', pending.state],
      ].sort(),
    )
  })

  it('keeps a query of the authorization endpoint, as Azure B2C has one', async () => {
    const metadata = { authorization_endpoint: `${ISSUER}/authorize?p=policy` }
    const { location } = await createLoginWorld(key, { metadata }).start()
    expect(location.searchParams.getAll('p')).toEqual(['policy'])
  })

  it('cannot be changed by a query of the authorization endpoint', async () => {
    const metadata = { authorization_endpoint: `${ISSUER}/authorize?response_type=token&state=1&client_id=x` }
    const { location, pending } = await createLoginWorld(key, { metadata }).start()
    const names = ['response_type', 'state', 'client_id']
    expect(names.map((name) => location.searchParams.getAll(name))).toEqual([['code'], [pending.state], [CLIENT_ID]])
  })

  it('has a state, a nonce and a verifier of 256 random bits or more each, and they differ (A77)', async () => {
    const { pending } = await createLoginWorld(key).start()
    const secrets = [pending.state, pending.nonce ?? '', pending.codeVerifier ?? '']
    expect([new Set(secrets).size, ...secrets.map((secret) => base64url.decode(secret).length)]).toEqual([
      3, 32, 32, 48,
    ])
  })

  it('has new secrets each time', async () => {
    const { start } = createLoginWorld(key)
    const [one, two] = [(await start()).pending, (await start()).pending]
    expect([one.state === two.state, one.nonce === two.nonce, one.codeVerifier === two.codeVerifier]).toEqual([
      false,
      false,
      false,
    ])
  })

  it('shows neither the verifier nor the client secret to the browser', async () => {
    const { location, pending } = await createLoginWorld(key).start()
    expect([
      location.href.includes(pending.codeVerifier ?? 'none'),
      location.searchParams.has('client_secret'),
    ]).toEqual([false, false])
  })

  it('remembers for which issuer and redirect URI it was made (A33)', async () => {
    const { pending } = await createLoginWorld(key).start()
    expect(pending).toMatchObject({ issuer: ISSUER, redirectUri: REDIRECT_URI })
  })

  it.each(['alice@corp.example', 'a&client_id=x', '\r\nSet-Cookie: x=1', ''])(
    'carries a login hint as one value: %j (A26, A30)',
    async (loginHint) => {
      const { location } = await createLoginWorld(key).start({ passedOn: { login_hint: loginHint } })
      expect([location.searchParams.getAll('login_hint'), /[\r\n]/.test(location.href)]).toEqual([[loginHint], false])
    },
  )

  it.each([
    [{}, {}, 'openid email'],
    [{ scopes_supported: ['openid', 'email', 'profile'] }, {}, 'openid email profile'],
    [{ scopes_supported: ['openid'] }, {}, 'openid email'],
    [{}, { OIDC_RP_SCOPES: 'openid offline_access' }, 'openid offline_access'],
    [{}, { OIDC_RP_SCOPES: 'email' }, 'openid email'],
    [{}, { OIDC_RP_SCOPES: 'email openid' }, 'openid email'],
  ])('with metadata %j and settings %j asks for %j', async (metadata, settings, scope) => {
    const { location } = await createLoginWorld(key, { metadata, settings }).start()
    expect(location.searchParams.get('scope')).toBe(scope)
  })

  it('asks for the first of the wanted levels, and remembers all that will do (A89)', async () => {
    const { location, pending } = await createLoginWorld(key).start({ acrValues: ['eidas2', 'eidas3'] })
    expect([location.searchParams.getAll('acr_values'), pending.acrValues]).toEqual([['eidas2'], ['eidas2', 'eidas3']])
  })

  it('remembers the levels of the settings, too (A89)', async () => {
    const settings = { OIDC_AUTH_REQUEST_EXTRA_PARAMS: '{"acr_values": "eidas1 eidas2", "claims": "{}"}' }
    const { location, pending } = await createLoginWorld(key, { settings }).start()
    expect(Object.fromEntries(location.searchParams)).toMatchObject({ acr_values: 'eidas1 eidas2', claims: '{}' })
    expect(pending.acrValues).toEqual(['eidas1', 'eidas2'])
  })

  it.each([
    [{ maxAgeSeconds: 0 }, 'max_age', '0'],
    [{ maxAgeSeconds: 3600 }, 'max_age', '3600'],
    [{ isSilent: true }, 'prompt', 'none'],
    [{ passedOn: { prompt: 'login' }, isSilent: true }, 'prompt', 'none'],
  ])('of %j has %s=%s', async (request, name, value) => {
    const { location } = await createLoginWorld(key).start(request)
    expect(location.searchParams.getAll(name)).toEqual([value])
  })

  it('asks for form_post when that is configured', async () => {
    const { location } = await createLoginWorld(key, { settings: { OIDC_RESPONSE_MODE: 'form_post' } }).start()
    expect(location.searchParams.getAll('response_mode')).toEqual(['form_post'])
  })

  it('cannot be changed by what a request passes on (A30)', async () => {
    const own = [
      'client_id',
      'redirect_uri',
      'response_type',
      'scope',
      'state',
      'nonce',
      'code_challenge',
      'code_challenge_method',
    ]
    const passedOn = Object.fromEntries(own.map((name) => [name, 'EVIL']))
    const { location } = await createLoginWorld(key).start({ passedOn })
    expect([own.map((name) => location.searchParams.getAll(name).length), location.href.includes('EVIL')]).toEqual([
      own.map(() => 1),
      false,
    ])
  })

  it('is refused when the provider offers PKCE without S256 (A73)', async () => {
    const { start } = createLoginWorld(key, { metadata: { code_challenge_methods_supported: ['plain'] } })
    expect((await refusalOf(start())).code).toBe('provider_error')
  })
})

describe('the provider', () => {
  it('is asked for its metadata once in many sign-ins (A91)', async () => {
    const { start, farEnd, clock } = createLoginWorld(key)
    for (let round = 0; round < 100; round++) {
      await start()
      clock.advance(10)
    }
    expect(farEnd.journal.filter((address) => address === DISCOVERY)).toHaveLength(1)
  })

  it('is not asked at all in the two seconds after it answered', async () => {
    const { start, farEnd } = createLoginWorld(key)
    for (let round = 0; round < 100; round++) await start()
    expect(farEnd.journal).toEqual([DISCOVERY])
  })

  it('that cannot be reached any more is noticed before someone is sent there', async () => {
    const { start, farEnd, clock } = createLoginWorld(key)
    await start()
    farEnd.on(JWKS, () => Promise.reject(new TypeError('fetch failed')))
    clock.advance(60)
    expect((await refusalOf(start())).code).toBe('provider_unreachable')
  })

  it.each([200, 404, 500])('that answers anything, such as %i, can be reached', async (status) => {
    const { start, farEnd, clock } = createLoginWorld(key)
    await start()
    farEnd.on(JWKS, () => json({}, status))
    clock.advance(60)
    expect((await start()).location.origin).toBe(ISSUER)
  })
})

describe('the address for signing out', () => {
  const idToken = new UnsecuredJWT({ iss: 'https://idp.example' }).encode()
  const request = { idToken, postLogoutRedirectUri: 'https://gate.example.com/', state: 'state-1' }
  const addressOf = async (
    { provider }: { provider: Provider },
    changed: Partial<typeof request> | { idToken: null } = {},
  ) => {
    const answer = await provider.endSession({ ...request, ...changed })
    return answer && endSessionUrl(answer)
  }

  it('has the hint, the client and the way back (A109)', async () => {
    const url = await addressOf(createLoginWorld(key))
    expect([url?.origin, url?.pathname, Object.fromEntries(url?.searchParams ?? [])]).toEqual([
      ISSUER,
      '/logout',
      {
        id_token_hint: idToken,
        client_id: CLIENT_ID,
        post_logout_redirect_uri: 'https://gate.example.com/',
        state: 'state-1',
      },
    ])
  })

  it('has no hint when the ID token cannot be read any more', async () => {
    const url = await addressOf(createLoginWorld(key), { idToken: null })
    expect(url?.searchParams.has('id_token_hint')).toBe(false)
  })

  it('is none when the provider has no such place', async () => {
    const { provider } = createLoginWorld(key, { metadata: { end_session_endpoint: undefined } })
    expect(await addressOf({ provider })).toBeNull()
  })

  it('is none while the provider cannot be asked: signing out here works all the same', async () => {
    const { provider, farEnd } = createLoginWorld(key)
    farEnd.on(DISCOVERY, () => Promise.reject(new TypeError('fetch failed')))
    expect(await addressOf({ provider })).toBeNull()
  })
})

async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return base64url.encode(new Uint8Array(digest))
}
