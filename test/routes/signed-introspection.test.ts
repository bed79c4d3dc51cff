/**
 * Signed answers about tokens (RFC 9701): who gets one, what is in it, that it verifies with the published keys, and that it is no token.
 */
import { env } from 'cloudflare:workers'
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { PATHS } from '../support/paths.ts'
import { addApp, type Credential, createScene, GATE, INTROSPECT, introspect, sessionTokenOf, signIn } from './scene.ts'

type Scene = ReturnType<typeof createScene>

const SIGNED = 'application/token-introspection+jwt'

function ask(scene: Scene, token: string, app: Credential | null, accept = SIGNED): Promise<Response> {
  const credential = app === null ? {} : { client_id: app.clientId, client_secret: app.secret }
  const body = new URLSearchParams({ token, ...credential })
  return scene.gate(new Request(INTROSPECT, { method: 'POST', headers: { accept }, body }))
}

async function keysOf(scene: Scene) {
  const response = await scene.gate(new Request(`${GATE}${PATHS.ownJwks}`))
  expect(response.headers.get('content-type')).toBe('application/jwk-set+json')
  return createLocalJWKSet(await response.json<JSONWebKeySet>())
}

async function opened(scene: Scene, response: Response, algorithms = ['RS256']) {
  expect(response.headers.get('content-type')).toBe(SIGNED)
  const currentDate = new Date(scene.clock.now())
  return jwtVerify(await response.text(), await keysOf(scene), { algorithms, currentDate })
}

async function signedIn() {
  const scene = createScene()
  const app = await addApp('api')
  const browser = scene.browser()
  await signIn(browser)
  return { scene, app, token: sessionTokenOf(browser) ?? '' }
}

describe('a signed answer', () => {
  it('has what the plain one has, for this app, from this issuer, and verifies with the published keys (JI3, JI5, JI6, JI7)', async () => {
    const { scene, app, token } = await signedIn()
    const plain = await (await introspect(scene.gate, token, app)).json()
    const response = await ask(scene, token, app)
    expect(response.status).toBe(200)
    expect(response.headers.get('cache-control')).toBe('no-store')
    const { payload, protectedHeader } = await opened(scene, response)
    expect(payload).toEqual({
      iss: GATE,
      aud: 'api',
      iat: Math.floor(scene.clock.now() / 1000),
      token_introspection: plain,
    })
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'token-introspection+jwt', kid: expect.any(String) })
  })

  it('about a bad token says only that it is not active (JI4)', async () => {
    const { scene, app } = await signedIn()
    const { payload } = await opened(scene, await ask(scene, `gths_${'A'.repeat(43)}`, app))
    expect(payload.token_introspection).toEqual({ active: false })
  })

  it('is signed as the app has registered (JI11)', async () => {
    const { scene, app, token } = await signedIn()
    await env.DB.exec("UPDATE apps SET introspection_signed_response_alg = 'ES256'")
    const { protectedHeader } = await opened(scene, await ask(scene, token, app), ['ES256'])
    expect(protectedHeader.alg).toBe('ES256')
  })

  it('is no token, in whatever way it is sent (JI8, JI13, A119)', async () => {
    const { scene, app, token } = await signedIn()
    const jws = await (await ask(scene, token, app)).text()
    expect(await (await introspect(scene.gate, jws, app)).json()).toEqual({ active: false })
    const headers = { authorization: `Bearer ${jws}`, cookie: `__Host-gatehouse-session=${jws}` }
    expect((await scene.gate(new Request(`${GATE}${PATHS.me}`, { headers }))).status).toBe(401)
  })

  it('is never the answer to a request for a plain one, nor the other way round', async () => {
    const { scene, app, token } = await signedIn()
    for (let time = 0; time < 2; time++) {
      expect((await introspect(scene.gate, token, app)).headers.get('content-type')).toBe('application/json')
      expect((await ask(scene, token, app)).headers.get('content-type')).toBe(SIGNED)
    }
  })
})

describe('a request without a good credential', () => {
  it.each([
    ['without any', null],
    ['with a wrong secret', { clientId: 'api', secret: 'wrong' }],
    ['of no app', { clientId: 'none', secret: 'wrong' }],
  ])('is refused with 400: %s (JI2)', async (_, credential) => {
    const { scene, token } = await signedIn()
    const response = await ask(scene, token, credential)
    expect(response.status).toBe(400)
    expect(response.headers.get('www-authenticate')).toBeNull()
    expect(await response.json()).toMatchObject({ error: 'invalid_client' })
    // The same for a plain answer stays as RFC 7662 has it.
    expect((await ask(scene, token, credential, 'application/json')).status).toBe(401)
  })
})

it.each([
  [SIGNED, true],
  [SIGNED.toUpperCase(), true],
  [`application/json;q=0.5, ${SIGNED}`, true],
  [`${SIGNED};q=0.5, application/json`, false],
  [`*/*, ${SIGNED}`, true],
  [`${SIGNED};q=0`, false],
  ['application/jwt', false],
  ['*/*', false],
  ['', false],
])('with Accept %j the answer is signed: %s', async (accept, isSigned) => {
  const { scene, app, token } = await signedIn()
  const type = (await ask(scene, token, app, accept)).headers.get('content-type')
  expect(type).toBe(isSigned ? SIGNED : 'application/json')
})

it('the metadata name what there is, for anyone and from any page (RFC 8414)', async () => {
  const { scene } = await signedIn()
  const response = await scene.gate(new Request(`${GATE}${PATHS.authorizationServer}`))
  expect(response.headers.get('access-control-allow-origin')).toBe('*')
  expect(response.headers.get('cache-control')).toBe('public, max-age=3600')
  expect(await response.json()).toEqual({
    issuer: GATE,
    jwks_uri: `${GATE}/.well-known/jwks.json`,
    introspection_endpoint: `${GATE}/api/v1.0/introspect/`,
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    introspection_endpoint_auth_signing_alg_values_supported: expect.arrayContaining([
      'RS256',
      'PS256',
      'ES256',
      'EdDSA',
    ]),
    introspection_signing_alg_values_supported: ['RS256', 'ES256'],
  })
})

it('a database without keys is no reason to answer unsigned', async () => {
  const { scene, app, token } = await signedIn()
  await env.DB.exec('DROP TABLE signing_keys')
  const response = await ask(scene, token, app)
  expect(response.status).toBe(503)
  expect(await response.json()).toMatchObject({ error: 'temporarily_unavailable' })
})

it('the keys for apps are others than those for the provider (OPKE4)', async () => {
  const { scene } = await signedIn()
  const kids = async (path: string) => {
    const set = await (await scene.gate(new Request(`${GATE}${path}`))).json<JSONWebKeySet>()
    return set.keys.map(({ kid }) => kid)
  }
  const [own, provider] = [await kids(PATHS.ownJwks), await kids(PATHS.jwks)]
  expect(own).toHaveLength(2)
  expect(own.filter((kid) => provider.includes(kid))).toEqual([])
})
