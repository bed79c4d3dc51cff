/**
 * POST /api/v1.0/introspect/: what an app is told of a token, and what it takes to be an app. (RFC 7662)
 */
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IdTokenFault } from '../support/hostile/provider.ts'
import {
  addApp,
  type Credential,
  createScene,
  GATE,
  IDP,
  INTROSPECT,
  introspect,
  LOGIN,
  type Scene,
  SETTINGS,
  sessionTokenOf,
  signIn,
  signOut,
} from './scene.ts'

const FORM = 'application/x-www-form-urlencoded'

function post(scene: Scene, body: string | URLSearchParams, headers: Record<string, string> = {}): Promise<Response> {
  const request = new Request(INTROSPECT, { method: 'POST', body: String(body), headers: { 'content-type': FORM } })
  for (const [name, value] of Object.entries(headers)) request.headers.set(name, value)
  return scene.gate(request)
}

function basic({ clientId, secret }: Credential): Record<string, string> {
  return { authorization: `Basic ${btoa(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret)}`)}` }
}

async function verdictOn(scene: Scene, token: string, app: Credential): Promise<unknown> {
  const response = await introspect(scene.gate, token, app)
  expect(response.status).toBe(200)
  return response.json()
}

describe('a session token', () => {
  it('is active, with the person, the issuer and the end of the session', async () => {
    const scene = createScene()
    const app = await addApp('api')
    scene.provider.setPerson({ sub: 'alice', preferred_username: 'aarcher' })
    const browser = scene.browser()
    await signIn(browser)
    const now = Math.floor(scene.clock.now() / 1000)
    expect(await verdictOn(scene, sessionTokenOf(browser) ?? '', app)).toEqual({
      active: true,
      iss: IDP,
      sub: 'alice',
      aud: 'api',
      client_id: 'gatehouse',
      iat: now,
      exp: now + 43_200,
      token_type: 'session',
      username: 'aarcher',
      user_id: await env.DB.prepare('SELECT id FROM users').first('id'),
      principal: 'user',
      permissions: ['rooms:join', 'rooms:create', 'rooms:record', 'rooms:moderate'],
    })
  })

  /** Two isolates that have called the session of a browser good. */
  async function knownToTwo(settings = {}) {
    const scene = createScene(settings)
    const app = await addApp('api')
    const browser = scene.browser()
    await signIn(browser)
    const other = scene.isolate()
    const token = sessionTokenOf(browser) ?? ''
    const answers = () =>
      Promise.all([scene.gate, other].map(async (gate) => (await introspect(gate, token, app)).json()))
    expect(await answers()).toMatchObject([{ active: true }, { active: true }])
    return { scene, browser, answers }
  }

  it('is inactive within five seconds of sign-out, on every isolate', async () => {
    const { scene, browser, answers } = await knownToTwo()
    await signOut(browser)
    scene.clock.advance(4)
    expect(await answers()).toMatchObject([{ active: true }, { active: true }])
    scene.clock.advance(1)
    expect(await answers()).toEqual([{ active: false }, { active: false }])
  })

  it('is inactive after sign-out, at once, on every isolate, where REVOCATION_LAG_SECONDS is 0', async () => {
    const { browser, answers } = await knownToTwo({ REVOCATION_LAG_SECONDS: '0' })
    await signOut(browser)
    expect(await answers()).toEqual([{ active: false }, { active: false }])
  })

  it('is inactive after the end of the session', async () => {
    const scene = createScene({ SESSION_COOKIE_AGE: '600' })
    const app = await addApp('api')
    const browser = scene.browser()
    await signIn(browser)
    const token = sessionTokenOf(browser) ?? ''
    scene.clock.advance(600)
    expect(await verdictOn(scene, token, app)).toEqual({ active: false })
  })

  it('is judged without a call to the provider', async () => {
    const scene = createScene()
    const app = await addApp('api')
    const browser = scene.browser()
    await signIn(browser)
    scene.provider.reset()
    scene.provider.setFault('down')
    expect(await verdictOn(scene, sessionTokenOf(browser) ?? '', app)).toMatchObject({ active: true })
    expect(scene.provider.journal).toEqual([])
  })

  it('that cannot be looked up is no verdict: 503 with Retry-After', async () => {
    const scene = createScene()
    const app = await addApp('api')
    expect(await verdictOn(scene, `gths_${'A'.repeat(43)}`, app)).toEqual({ active: false })
    await env.DB.exec('DROP TABLE sessions')
    const response = await introspect(scene.gate, `gths_${'A'.repeat(43)}`, app)
    expect([response.status, response.headers.has('retry-after')]).toEqual([503, true])
    expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' })
  })
})

describe('an access token of the provider', () => {
  it('is active for the app that it is meant for, with its claims', async () => {
    const scene = createScene()
    const app = await addApp('api', { audiences: ['api'] })
    const token = await scene.provider.signAccessToken({
      jti: 'j',
      scope: 'read write',
      realm_access: { roles: ['editor'] },
      secret_claim: 'x',
    })
    const now = Math.floor(scene.clock.now() / 1000)
    expect(await verdictOn(scene, token, app)).toEqual({
      active: true,
      iss: IDP,
      sub: 'alice',
      aud: 'api',
      client_id: 'app',
      iat: now,
      exp: now + 300,
      jti: 'j',
      scope: 'read write',
      token_type: 'Bearer',
      principal: 'user',
      permissions: ['rooms:join', 'rooms:create', 'rooms:record', 'rooms:moderate'],
      roles: ['editor'],
    })
  })

  it('is inactive for an app that names another provider, and active for one that names this one', async () => {
    const table = { id: 'other', url: 'https://idp2.example', client_id: 'gatehouse' }
    const secret = SETTINGS.OIDC_RP_CLIENT_SECRET
    const scene = createScene({
      OIDC_PROVIDERS: JSON.stringify([table]),
      OIDC_PROVIDERS_OTHER_CLIENT_SECRET: secret,
    })
    const app = await addApp('api', { audiences: ['api'] })
    const token = await scene.provider.signAccessToken()
    const ask = async (provider: string) =>
      (await post(scene, new URLSearchParams({ token, provider }), basic(app))).json()
    expect(await ask('default')).toMatchObject({ active: true })
    expect(await ask('other')).toEqual({ active: false })
  })

  it("says of a program's own token that it is a service's", async () => {
    const scene = createScene()
    const app = await addApp('api', { audiences: ['api'] })
    const token = await scene.provider.signAccessToken({ sub: 'recorder', client_id: 'recorder' })
    expect(await verdictOn(scene, token, app)).toMatchObject({ active: true, principal: 'service' })
  })

  it('is inactive for an app that it is not meant for (A43, A114)', async () => {
    const scene = createScene()
    const other = await addApp('other', { audiences: ['other'] })
    const without = await addApp('without')
    const token = await scene.provider.signAccessToken()
    expect(await verdictOn(scene, token, other)).toEqual({ active: false })
    expect(await verdictOn(scene, token, without)).toEqual({ active: false })
  })

  it('for Gatehouse itself is active for an app without a policy', async () => {
    const scene = createScene()
    const app = await addApp('api')
    const token = await scene.provider.signAccessToken({ aud: ['x', GATE] })
    expect(await verdictOn(scene, token, app)).toMatchObject({ active: true })
  })

  it.each<[string, Record<string, unknown>]>([
    ['has expired this second', { exp: 0 }],
    ['has no exp', { exp: undefined }],
    ['has a textual exp', { exp: '9999999999' }],
    ['has exp null', { exp: null }],
    ['is not valid yet', { nbf: 4_000_000_000 }],
    ['comes from the future', { iat: 4_000_000_000 }],
    ['is of a person and has no subject', { sub: undefined, sid: 's' }],
    ['has no client', { client_id: undefined }],
    ['has no id', { jti: undefined }],
    ['has no audience', { aud: undefined }],
    ['has another audience', { aud: 'api2' }],
    ['has another issuer', { iss: 'https://idp2.example' }],
    ['has no issuer', { iss: undefined }],
    ['has an issuer with a final slash', { iss: `${IDP}/` }],
  ])('that %s is inactive', async (_, claims) => {
    const scene = createScene()
    const app = await addApp('api', { audiences: ['api'] })
    const now = Math.floor(scene.clock.now() / 1000)
    const dated = claims.exp === 0 ? { exp: now } : claims
    expect(await verdictOn(scene, await scene.provider.signAccessToken(dated), app)).toEqual({ active: false })
  })

  it.each<IdTokenFault>([
    'idtoken-sig-none',
    'idtoken-sig-none-other-case',
    'invalid-sig-rs256',
    'invalid-sig-es256',
    'invalid-sig-hs256',
    'sig-hs256',
    'sig-hs256-with-public-key',
    'sig-ps256',
    'kid-of-ec-key',
    'sig-by-encryption-key',
    'sig-by-stranger',
    'sig-by-stranger-unknown-kid',
    'sig-by-stranger-at-jku',
    'sig-by-key-in-header',
    'typ-logout-token',
    'typ-jwt',
    'unknown-crit',
  ])('is inactive when it is not properly signed, or of another kind (%s)', async (fault) => {
    const scene = createScene()
    const app = await addApp('api', { audiences: ['api'] })
    const token = await scene.provider.signAccessToken({}, { fault })
    expect(await verdictOn(scene, token, app)).toEqual({ active: false })
    expect(scene.provider.journal.filter(({ path }) => path.includes('://'))).toEqual([])
  })

  it('with 2 s left is active, and 2 s later on the same isolate it is not (A44)', async () => {
    const scene = createScene()
    const app = await addApp('api', { audiences: ['api'] })
    const token = await scene.provider.signAccessToken({ exp: Math.floor(scene.clock.now() / 1000) + 2 })
    expect(await verdictOn(scene, token, app)).toMatchObject({ active: true })
    scene.clock.advance(2)
    expect(await verdictOn(scene, token, app)).toEqual({ active: false })
  })

  it.each([
    ['new ids', {}],
    ['the old ids', { sameKeyId: true }],
  ])('is active when it is signed with new keys under %s (A122)', async (_, how) => {
    const scene = createScene()
    const app = await addApp('api', { audiences: ['api'] })
    expect(await verdictOn(scene, await scene.provider.signAccessToken(), app)).toMatchObject({ active: true })
    scene.clock.advance(60)
    scene.provider.rotateKeys(how)
    expect(await verdictOn(scene, await scene.provider.signAccessToken(), app)).toMatchObject({ active: true })
  })

  it('with a key id that no one knows makes five calls for keys, and one of another isolate, however many come (A57)', async () => {
    const scene = createScene()
    const app = await addApp('api', { audiences: ['api'] })
    await verdictOn(scene, await scene.provider.signAccessToken(), app)
    const other = scene.isolate()
    await introspect(other, await scene.provider.signAccessToken(), app)
    scene.clock.advance(60)
    scene.provider.reset()
    for (let count = 0; count < 20; count++) {
      const header = { kid: `unknown-${count}` }
      const token = await scene.provider.signAccessToken({}, { header })
      for (const isolate of [scene.gate, other]) {
        const answer = await introspect(isolate, token, app)
        // No verdict on a key that was not looked for, while no one may look.
        if (answer.status !== 503) expect(await answer.json()).toEqual({ active: false })
      }
    }
    expect(scene.provider.count('/jwks')).toBe(5 + 1)
  })
})

describe('a token that is none', () => {
  it.each([
    ['a word', 'x'],
    ['three words', 'a.b.c'],
    ['a JWT of no one', 'eyJhbGciOiJSUzI1NiJ9.e30.AAAA'],
    ['a JWE', 'a.b.c.d.e'],
    ['a NUL', 'gths_\0'],
    ['a quotation mark and a line feed', '"\r\nx: y'],
    ['20,000 characters', 'x'.repeat(20_000)],
    ['20,000 characters of a JWT', `a.${'x'.repeat(20_000)}.c`],
    ['emoji', '🚪'],
  ])('is inactive, and no one is asked (%s)', async (_, token) => {
    const scene = createScene()
    const app = await addApp('api')
    expect(await verdictOn(scene, token, app)).toEqual({ active: false })
    expect(scene.provider.journal).toEqual([])
  })

  it('is inactive also when it is a token for something else (A123)', async () => {
    const scene = createScene()
    const app = await addApp('gatehouse', { audiences: ['gatehouse'], clients: ['gatehouse'] })
    const browser = scene.browser()
    await browser.open(LOGIN, { stopBefore: '/authorize' })
    const attempts = [...browser.jar.cookiesOf(GATE).values()]
    await signIn(browser)
    const { next } = await signOut(browser, '/end-session')
    const idToken = new URL(next ?? '').searchParams.get('id_token_hint') ?? ''
    expect(idToken).not.toBe('')
    for (const token of [idToken, ...attempts, ...scene.provider.confidential].filter((value) => value !== '')) {
      expect(await verdictOn(scene, token, app)).toEqual({ active: false })
    }
  })
})

describe('a provider that fails', () => {
  it('leaves active what can be judged with the keys that are known', async () => {
    const scene = createScene()
    const app = await addApp('api', { audiences: ['api'] })
    await verdictOn(scene, await scene.provider.signAccessToken(), app)
    scene.provider.setFault('down')
    expect(await verdictOn(scene, await scene.provider.signAccessToken(), app)).toMatchObject({ active: true })
    scene.clock.advance(4000)
    expect(await verdictOn(scene, await scene.provider.signAccessToken(), app)).toMatchObject({ active: true })
  })

  it.each([
    'down',
    'discovery-unreachable',
    'discovery-503',
    'discovery-500',
    'discovery-404',
    'discovery-429',
    'discovery-redirect',
    'discovery-html',
    'discovery-html-as-json',
    'discovery-empty',
    'discovery-array',
    'discovery-null',
    'discovery-huge',
    'discovery-issuer-mismatch',
    'jwks-unreachable',
    'jwks-503',
    'jwks-500',
    'jwks-404',
    'jwks-429',
    'jwks-redirect',
    'jwks-html',
    'jwks-html-as-json',
    'jwks-empty',
    'jwks-array',
    'jwks-huge',
  ] as const)('is no verdict when no key is known: 503 with Retry-After, then active (A117, %s)', async (fault) => {
    const scene = createScene()
    const app = await addApp('api', { audiences: ['api'] })
    const token = await scene.provider.signAccessToken()
    scene.provider.setFault(fault)
    const response = await introspect(scene.gate, token, app)
    expect(await response.json()).toMatchObject({ error: expect.any(String), error_description: expect.any(String) })
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
    scene.provider.setFault(null)
    scene.clock.advance(11)
    expect(await verdictOn(scene, token, app)).toMatchObject({ active: true })
  })

  it.each(['slow', 'jwks-stalls'] as const)('is waited for no longer than OIDC_TIMEOUT (%s)', async (fault) => {
    const scene = createScene({ OIDC_TIMEOUT: '1' })
    const app = await addApp('api', { audiences: ['api'] })
    const token = await scene.provider.signAccessToken()
    scene.provider.setFault(fault)
    const response = await introspect(scene.gate, token, app)
    expect([response.status, response.headers.has('retry-after')]).toEqual([503, true])
  })
})

describe('an app', () => {
  it('authenticates with Basic, or in the form', async () => {
    const scene = createScene()
    const app = await addApp('an app: with ü')
    expect((await post(scene, 'token=x', basic(app))).status).toBe(200)
    expect((await introspect(scene.gate, 'x', app)).status).toBe(200)
  })

  it('is asked without the final slash, too', async () => {
    const scene = createScene()
    const app = await addApp('api')
    const body = new URLSearchParams({ token: 'x', client_id: app.clientId, client_secret: app.secret })
    const response = await scene.gate(new Request(INTROSPECT.slice(0, -1), { method: 'POST', body }))
    expect(await response.json()).toEqual({ active: false })
  })

  it('without a credential and with one that is not known is told which of the two it is', async () => {
    const scene = createScene()
    const told = async (headers: Record<string, string>) => {
      const response = await scene.gate(
        new Request(INTROSPECT, { method: 'POST', headers, body: new URLSearchParams({ token: 'x' }) }),
      )
      return [response.status, ((await response.json()) as { error_description: string }).error_description] // our own answer
    }
    const [[status, without], [same, unknown]] = [await told({}), await told({ authorization: `Basic ${btoa('a:b')}` })]
    expect([status, same]).toEqual([401, 401])
    expect(without).toMatch(/^Send the credential of an app/)
    expect(unknown).toMatch(/^The credential is not that of an app/)
  })

  it('that authenticates in both ways with the same credential is known, as Apache APISIX does', async () => {
    const scene = createScene()
    const app = await addApp('api')
    const body = new URLSearchParams({ token: 'x', client_id: app.clientId, client_secret: app.secret })
    const response = await post(scene, body, basic(app))
    expect([response.status, await response.json()]).toEqual([200, { active: false }])
  })

  it('that authenticates in both ways with two credentials is refused (400), also when both are good', async () => {
    const scene = createScene()
    const [app, other] = [await addApp('api'), await addApp('other')]
    for (const client_secret of ['wrong', other.secret]) {
      const body = new URLSearchParams({ token: 'x', client_id: app.clientId, client_secret })
      expect((await post(scene, body, basic(app))).status).toBe(400)
    }
    const body = new URLSearchParams({ token: 'x', client_id: other.clientId, client_secret: other.secret })
    const response = await post(scene, body, basic(app))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })

  it.each([
    ['a wrong secret', { clientId: 'api', secret: 'wrong' }],
    ['an unknown id', { clientId: 'nobody', secret: 'secret-of-api' }],
    ['an empty secret', { clientId: 'api', secret: '' }],
    ['the id in other letters', { clientId: 'API', secret: 'secret-of-api' }],
    ['the stored hash', { clientId: 'api', secret: 'hash' }],
  ])('with %s is refused, with a challenge (401)', async (_, wrong) => {
    const scene = createScene()
    await addApp('api')
    const row = await env.DB.prepare('SELECT secret_hash FROM apps').first()
    const credential = wrong.secret === 'hash' ? { ...wrong, secret: String(row?.secret_hash) } : wrong
    const answers = [await post(scene, 'token=x', basic(credential)), await introspect(scene.gate, 'x', credential)]
    for (const response of answers) {
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(/^Basic realm="/)
      expect(await response.json()).toMatchObject({ error: 'invalid_client' })
    }
  })

  it('that is removed is refused within 5 seconds', async () => {
    const scene = createScene()
    const app = await addApp('api')
    expect((await introspect(scene.gate, 'x', app)).status).toBe(200)
    await env.DB.exec('DELETE FROM apps')
    scene.clock.advance(5)
    expect((await introspect(scene.gate, 'x', app)).status).toBe(401)
  })

  it('that cannot be looked up is not refused: 503 with Retry-After', async () => {
    const scene = createScene()
    const app = await addApp('api')
    await env.DB.exec('DROP TABLE apps')
    const response = await introspect(scene.gate, 'x', app)
    expect([response.status, response.headers.has('retry-after')]).toEqual([503, true])
  })

  it.each([
    'Bearer',
    'Bearer a b',
    'Basic',
    'Basic %%%',
    'Basic Og==',
    'Basic /////w==',
    'Basic YTpi, Basic YTpi',
    'Foo eyJhbGciOiJub25lIn0.e30.',
    'Basic '.padEnd(20_000),
  ])('with a malformed Authorization header is refused, never a fault (%j, A48)', async (authorization) => {
    const response = await post(createScene(), 'token=x', { authorization })
    expect(response.status).toBe(401)
    expect(response.headers.has('www-authenticate')).toBe(true)
  })
})

describe('a request that cannot be understood', () => {
  it.each([
    ['no token', ''],
    ['an empty token', 'token='],
    ['two tokens', 'token=a&token=b'],
    ['an unknown member twice', 'token=a&x=1&x=2'],
  ])('with %s is refused (400, A29)', async (_, body) => {
    const scene = createScene()
    const response = await post(scene, body, basic(await addApp('api')))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })

  it('with members of tomorrow is understood', async () => {
    const scene = createScene()
    const response = await post(scene, 'token=x&token_type_hint=refresh_token&y=1', basic(await addApp('api')))
    expect(await response.json()).toEqual({ active: false })
  })

  it('that names a provider that there is not is refused (400)', async () => {
    const scene = createScene()
    const response = await post(scene, 'token=x&provider=other', basic(await addApp('api')))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error_description: expect.stringContaining('"provider"') })
  })

  it('in JSON is refused (400)', async () => {
    const scene = createScene()
    const headers = { ...basic(await addApp('api')), 'content-type': 'application/json' }
    expect((await post(scene, '{"token":"x"}', headers)).status).toBe(400)
  })

  it.each(['APPLICATION/X-WWW-FORM-URLENCODED', `${FORM}; charset=UTF-8`])('is a form also as %s', async (type) => {
    const scene = createScene()
    const headers = { ...basic(await addApp('api')), 'content-type': type }
    expect((await post(scene, 'token=x', headers)).status).toBe(200)
  })

  it('with a Bearer token and no form is told of the form field "token" (A113)', async () => {
    const { gate } = createScene()
    const headers = { authorization: 'Bearer x' }
    const response = await gate(new Request(INTROSPECT, { method: 'POST', headers }))
    expect([400, 401]).toContain(response.status)
    expect(await response.json()).toMatchObject({ error_description: expect.stringMatching(/\btoken\b/) })
  })

  it.each(['GET', 'PUT', 'DELETE', 'OPTIONS'])(
    'by %s is refused, with POST as the allowed method (405)',
    async (method) => {
      const { gate } = createScene()
      const response = await gate(new Request(`${INTROSPECT}?token=x`, { method }))
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST'])
      expect(await response.json()).toMatchObject({ error: 'invalid_request' })
    },
  )

  it('for its size is refused (413, A71)', async () => {
    const scene = createScene()
    const response = await post(scene, `token=${'x'.repeat(70_000)}`, basic(await addApp('api')))
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ error: 'invalid_request' })
  })

  it('for its size is refused when it comes in chunks (413, A71)', async () => {
    const scene = createScene()
    const chunk = new TextEncoder().encode('x'.repeat(10_000))
    let chunks = 0
    const body = new ReadableStream({
      pull(controller) {
        chunks += 1
        controller.enqueue(chunks === 1 ? new TextEncoder().encode('token=') : chunk)
        if (chunks > 10) controller.close()
      },
    })
    const headers = { ...basic(await addApp('api')), 'content-type': FORM }
    const response = await scene.gate(new Request(INTROSPECT, { method: 'POST', body, headers }))
    expect(response.status).toBe(413)
  })
})

it('every answer is JSON that no cache keeps, with a reference number when it refuses', async () => {
  const scene = createScene()
  const app = await addApp('api')
  const answers = [
    await introspect(scene.gate, 'x', app),
    await introspect(scene.gate, 'x', { ...app, secret: 'wrong' }),
    await post(scene, '', basic(app)),
    await post(scene, `token=${'x'.repeat(70_000)}`, basic(app)),
    await scene.gate(new Request(INTROSPECT)),
  ]
  expect(answers.map(({ status }) => status)).toEqual([200, 401, 400, 413, 405])
  for (const response of answers) {
    expect(response.headers.get('cache-control')).toContain('no-store')
    expect(response.headers.get('content-type')).toMatch(/^application\/json/)
    expect(response.headers.getSetCookie()).toEqual([])
  }
  for (const response of answers.slice(1)) {
    const { error_description } = await response.json<{ error_description: string }>()
    const [, reference] = /\(reference ([0-9a-z]{10})\)/.exec(error_description) ?? []
    expect(scene.log.map(({ ref }) => ref)).toContain(reference)
  }
})

describe('a request that was answered before', () => {
  /** A token that the isolate knows to be good, and the request that asks about it. */
  async function known(settings: Record<string, string> = {}) {
    const scene = createScene(settings)
    const app = await addApp('api', { audiences: ['api'] })
    const token = await scene.provider.signAccessToken()
    const ask = (headers = basic(app), body = `token=${token}`) => post(scene, body, headers)
    for (let time = 0; time < 3; time++) expect(await (await ask()).json()).toMatchObject({ active: true, aud: 'api' })
    return { scene, app, token, ask }
  }

  it('has the same answer, to the last header', async () => {
    const { ask, scene, token } = await known()
    const warm = await ask()
    const cold = await introspect(scene.isolate(), token, { clientId: 'api', secret: 'secret-of-api' })
    expect([warm.status, [...warm.headers], await warm.text()]).toEqual([200, [...cold.headers], await cold.text()])
  })

  it('is refused when its app was removed more than 5 seconds ago', async () => {
    const { ask, scene } = await known()
    await env.DB.exec('DELETE FROM apps')
    scene.clock.advance(5)
    expect((await ask()).status).toBe(401)
  })

  it('is judged by the policy that its app has now', async () => {
    const { ask, scene } = await known()
    await env.DB.exec(`UPDATE apps SET audiences = '["another"]'`)
    scene.clock.advance(5)
    expect(await (await ask()).json()).toEqual({ active: false })
  })

  it('is inactive once the token has expired', async () => {
    const { ask, scene } = await known()
    scene.clock.advance(300)
    expect(await (await ask()).json()).toEqual({ active: false })
  })

  it('is refused with another credential, and without one', async () => {
    const { ask, app } = await known()
    expect((await ask(basic({ ...app, secret: 'wrong' }))).status).toBe(401)
    expect((await ask({})).status).toBe(401)
  })

  it('is refused when it is not a form', async () => {
    const { ask, app } = await known()
    expect((await ask({ ...basic(app), 'content-type': 'text/plain' })).status).toBe(400)
  })

  it('is refused when it has the token twice', async () => {
    const { ask, token, app } = await known()
    expect((await ask(basic(app), `token=${token}&token=${token}`)).status).toBe(400)
  })

  it('is inactive whenever it names a provider that the token is not from', async () => {
    const table = { id: 'other', url: 'https://idp2.example', client_id: 'gatehouse' }
    const { ask, token, app } = await known({
      OIDC_PROVIDERS: JSON.stringify([table]),
      OIDC_PROVIDERS_OTHER_CLIENT_SECRET: SETTINGS.OIDC_RP_CLIENT_SECRET,
    })
    const naming = async (id: string) => (await ask(basic(app), `token=${token}&provider=${id}`)).json()
    for (let time = 0; time < 3; time++) {
      expect(await naming('other')).toEqual({ active: false })
      expect(await naming('default')).toMatchObject({ active: true })
    }
  })

  it('is judged anew when it names a provider or another token', async () => {
    const { ask, token, app } = await known()
    expect((await ask(basic(app), `token=${token}&provider=nowhere`)).status).toBe(400)
    expect(await (await ask(basic(app), `token=${token}x`)).json()).toEqual({ active: false })
  })

  it('whose body is larger than any form is refused before it is read', async () => {
    const { ask, app } = await known()
    expect((await ask(basic(app), `token=${'x'.repeat(70_000)}`)).status).toBe(413)
  })

  it('is answered as by an isolate that remembers nothing, whatever was asked before (A114)', async () => {
    const table = { id: 'other', url: 'https://idp2.example', client_id: 'gatehouse' }
    const scene = createScene({
      OIDC_PROVIDERS: JSON.stringify([table]),
      OIDC_PROVIDERS_OTHER_CLIENT_SECRET: SETTINGS.OIDC_RP_CLIENT_SECRET,
    })
    await addApp('one', { audiences: ['api'] })
    await addApp('two', { clients: ['meet'] })
    const sign = (claims: Record<string, unknown>) => scene.provider.signAccessToken(claims)
    const now = Math.floor(scene.clock.now() / 1000)
    const tokens = [
      await sign({ aud: 'api' }),
      await sign({ aud: 'api', exp: now + 40 }),
      await sign({ aud: 'elsewhere', client_id: 'meet' }),
      await sign({ aud: ['api', 'x'], client_id: 'meet', nbf: now + 20 }),
      (await sign({ aud: 'api' })).slice(0, -3),
    ]
    const change = fc.constantFrom(
      `UPDATE apps SET audiences = '["x"]' WHERE client_id = 'one'`,
      `UPDATE apps SET audiences = '["api"]' WHERE client_id = 'one'`,
      `UPDATE apps SET clients = '[]' WHERE client_id = 'two'`,
      `UPDATE apps SET clients = '["meet"]' WHERE client_id = 'two'`,
    )
    const question = fc.record({
      app: fc.constantFrom('one', 'two'),
      secretOf: fc.constantFrom('one', 'two', 'itself', 'itself', 'itself', 'itself'),
      token: fc.constantFrom(...tokens),
      provider: fc.constantFrom('', '', '&provider=other', '&provider=none'),
    })
    const ask = async (gate: Scene['gate'], { app, secretOf, token, provider }: QuestionAsked) => {
      const secret = `secret-of-${secretOf === 'itself' ? app : secretOf}`
      const headers = { ...basic({ clientId: app, secret }), 'content-type': FORM }
      const response = await gate(
        new Request(INTROSPECT, { method: 'POST', headers, body: `token=${token}${provider}` }),
      )
      return [response.status, (await response.text()).replace(/reference \w+/, 'reference')]
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof({ weight: 6, arbitrary: question }, change), { minLength: 20, maxLength: 40 }),
        async (steps) => {
          for (const step of steps) {
            if (typeof step === 'string') {
              await env.DB.exec(step)
              // For so long an isolate remembers an app.
              scene.clock.advance(5)
            } else {
              const judged = await ask(scene.isolate(), step)
              for (let time = 0; time < 3; time++) expect(await ask(scene.gate, step)).toEqual(judged)
            }
          }
        },
      ),
      { numRuns: 10 },
    )
  }, 60_000)
})

interface QuestionAsked {
  readonly app: string
  readonly secretOf: string
  readonly token: string
  readonly provider: string
}
