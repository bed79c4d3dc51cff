/**
 * A provider at the far end of the network, in memory: real keys, real signatures, and answers that a test may bend; with a journal.
 */

import { exportJWK, type GenerateKeyPairResult, generateKeyPair, type JWK, SignJWT } from 'jose'
import { loadConfig } from '../../src/config/load.ts'
import { GatehouseError } from '../../src/errors.ts'
import type { VerifiedLogin } from '../../src/oidc/flows/callback.ts'
import type { PendingLogin } from '../../src/oidc/flows/login.ts'
import type { Provider } from '../../src/oidc/provider.ts'
import { createProvider } from '../../src/oidc/provider.ts'
import { PATHS } from './paths.ts'

export const ISSUER = 'https://id.example.org'
export const CLIENT_ID = 'gatehouse'
export const SECRET = 'a-client-secret-of-64-bytes-or-more-which-is-enough-for-any-hash!'
const REDIRECT_URI = `https://login.example.org${PATHS.callback}`
export const SUBJECT = 'subject-of-alice'

export interface SeenCall {
  readonly path: string
  readonly headers: Headers
  readonly form: URLSearchParams
}

type Claims = Readonly<Record<string, unknown>>

/** What a test bends of an otherwise honest provider. A claim that is `undefined` is left out. */
export interface Bends {
  readonly metadata?: Claims
  readonly idToken?: Claims
  readonly header?: Claims
  /** Replaces the ID token that would be sent. */
  readonly wrap?: (idToken: string) => string | Promise<string>
  readonly tokenAnswer?: Claims
  readonly userinfo?: () => Response | Promise<Response>
  /** Answers a call in place of everything else; `undefined`: goes on. */
  readonly answer?: (call: SeenCall) => Response | Promise<Response> | undefined
}

export interface FarProvider {
  readonly gatehouse: Provider
  readonly calls: readonly SeenCall[]
  readonly publicKey: JWK
  count(path: string): number
  sign(claims: Claims, header?: Claims): Promise<string>
  /** A whole sign-in, from the answer of the authorization endpoint on. */
  finish(answer?: Readonly<Record<string, string>>): Promise<VerifiedLogin>
}

export function json(body: unknown, init: ResponseInit = {}): Response {
  return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json' }, ...init })
}

export function jwt(body: string, type = 'application/jwt'): Response {
  return new Response(body, { headers: { 'content-type': type } })
}

export async function farProvider(
  bends: Bends = {},
  settings: Readonly<Record<string, string>> = {},
): Promise<FarProvider> {
  const algorithm = settings.OIDC_RP_SIGN_ALGO?.startsWith('HS') ? 'RS256' : (settings.OIDC_RP_SIGN_ALGO ?? 'RS256')
  const keys: GenerateKeyPairResult = await generateKeyPair(algorithm, { extractable: true })
  const publicKey: JWK = { ...(await exportJWK(keys.publicKey)), kid: 'far', use: 'sig', alg: algorithm }
  const calls: SeenCall[] = []
  const nowSeconds = () => Math.floor(Date.now() / 1000)
  const pending: PendingLogin = {
    issuer: ISSUER,
    redirectUri: REDIRECT_URI,
    state: 'state',
    nonce: 'nonce',
    codeVerifier: 'v'.repeat(43),
    acrValues: [],
    maxAgeSeconds: null,
  }

  async function sign(claims: Claims, header: Claims = {}): Promise<string> {
    const { key = keys.privateKey, ...rest } = { alg: algorithm, kid: 'far', ...header } as { alg: string; key?: never }
    return new SignJWT({ ...claims }).setProtectedHeader(rest).sign(key)
  }

  async function tokenAnswer(): Promise<Response> {
    const claims = {
      iss: ISSUER,
      sub: SUBJECT,
      aud: CLIENT_ID,
      iat: nowSeconds(),
      exp: nowSeconds() + 300,
      nonce: 'nonce',
    }
    const signed = await sign({ ...claims, ...bends.idToken }, bends.header)
    const idToken = await (bends.wrap ?? ((token) => token))(signed)
    return json({ access_token: 'access-token', token_type: 'Bearer', id_token: idToken, ...bends.tokenAnswer })
  }

  async function respond(call: SeenCall): Promise<Response> {
    const bent = bends.answer?.(call)
    if (bent) return bent
    switch (call.path) {
      case '/.well-known/openid-configuration':
        return json({
          issuer: ISSUER,
          authorization_endpoint: `${ISSUER}/auth?tenant=a`,
          token_endpoint: `${ISSUER}/token`,
          userinfo_endpoint: `${ISSUER}/userinfo`,
          jwks_uri: `${ISSUER}/jwks`,
          ...bends.metadata,
        })
      case '/jwks':
        return json({ keys: [publicKey] })
      case '/token':
        return tokenAnswer()
      case '/userinfo':
        return bends.userinfo ? bends.userinfo() : json({ sub: SUBJECT, name: 'Alice' })
      default:
        return new Response('no such page', { status: 404 })
    }
  }

  const { config } = loadConfig({
    BASE_URL: 'https://login.example.org',
    GATEHOUSE_SECRET: 'a-secret-of-gatehouse-of-32-bytes-or-more',
    OIDC_OP_URL: ISSUER,
    OIDC_RP_CLIENT_ID: CLIENT_ID,
    OIDC_RP_CLIENT_SECRET: SECRET,
    ...settings,
  })
  const gatehouse = createProvider(config.providers[0], {
    async fetch(url, init) {
      const form = new URLSearchParams(init?.body instanceof URLSearchParams ? init.body : '')
      const call = { path: new URL(url).pathname, headers: new Headers(init?.headers), form }
      calls.push(call)
      return respond(call)
    },
    cache: { get: async () => null, put: async () => {} },
    clock: { now: () => Date.now(), aheadSeconds: 0, sleep: async () => {} },
    log: () => {},
  })

  return {
    gatehouse,
    calls,
    publicKey,
    count: (path) => calls.filter((call) => call.path === path).length,
    sign,
    finish: (answer = { code: 'code', state: 'state' }) => gatehouse.finishLogin(new URLSearchParams(answer), pending),
  }
}

/** Begins a sign-in, as far as the provider sees of it. */
export function begin({ gatehouse }: FarProvider) {
  const nothingMore = { acrValues: [], maxAgeSeconds: null, isSilent: false, idTokenHint: null, passedOn: {} }
  return gatehouse.startLogin({ redirectUri: REDIRECT_URI, ...nothingMore })
}

/** What a promise is refused with. One that keeps, or another kind of error, fails the test. */
export async function refusal(promise: Promise<unknown>): Promise<GatehouseError> {
  const thrown = await promise.then(
    () => new Error('nothing was refused'),
    (error: unknown) => error,
  )
  if (thrown instanceof GatehouseError) return thrown
  throw thrown
}
