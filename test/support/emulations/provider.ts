/**
 * A provider that is what its discovery document says: the endpoints of that document, real keys, and the behaviour that a test gives it.
 */
import { base64url, SignJWT } from 'jose'
import { readCall } from '../hostile/endpoints/call.ts'
import { sign, type TestKey } from '../keys.ts'
import type { Discovery } from './fixtures.ts'

type Members = Readonly<Record<string, unknown>>

/** How a provider differs from others. */
export interface Manners {
  readonly document: Discovery
  /** Where the document is, if not at the issuer. */
  readonly discoveredAt?: string
  readonly keys: readonly TestKey[]
  /** What stands at `jwks_uri`; absent: the public halves of the keys. */
  readonly shownKeys?: unknown
  /** What a token says of the person; `iss` and all that the protocol wants are added. */
  readonly idToken: Members
  readonly userinfo: Members
  /** Userinfo is a signed JWT. */
  readonly signsUserinfo?: boolean
  /** Signs with the client secret. */
  readonly signsWithSecret?: boolean
  /** Whether a request brings a refresh token. */
  refreshes(request: URLSearchParams): boolean
  /** Why a request is refused on a page of the provider; `null`: it is not. */
  refusal?(request: URLSearchParams): string | null
  /** What the answer has beside code and state. */
  readonly answerExtras?: Readonly<Record<string, string>>
  readonly accessToken?: string
  /** Where signing out is, when the document does not say. */
  readonly unlistedSignOut?: { readonly path: string; readonly backParameter: string }
  /** What introspection says of a token; absent: there is none. */
  introspection?(token: string): Members
  /** Leaves out `at_hash`. */
  readonly hasNoAtHash?: boolean
}

/** What a test changes in between. A claim that is `undefined` is left out. */
export interface Bends {
  readonly idToken?: Members
  readonly userinfo?: Members
  readonly signer?: TestKey
  /** An answer of the authorization endpoint in place of the good one. */
  readonly answer?: Readonly<Record<string, string>>
  readonly document?: Members
}

export interface EmulatedProvider {
  readonly document: Discovery
  readonly origins: readonly string[]
  handle(request: Request): Promise<Response>
  /** Authorization requests, oldest first. */
  readonly asked: readonly URLSearchParams[]
  /** Forms at the token endpoint, oldest first. */
  readonly tokenForms: readonly URLSearchParams[]
  readonly signOuts: readonly URL[]
  bend(bends: Bends): void
}

export const CLIENT = { id: 'gatehouse', secret: 'a-client-secret-of-32-bytes-or-more!' }

const LIFE_SECONDS = 300

interface Grant {
  readonly request: URLSearchParams
  readonly nonce: string | null
}

export function emulate(manners: Manners, now: () => number): EmulatedProvider {
  const { document, keys } = manners
  const [usualSigner] = keys
  const asked: URLSearchParams[] = []
  const tokenForms: URLSearchParams[] = []
  const signOuts: URL[] = []
  const codes = new Map<string, Grant>()
  const refreshTokens = new Map<string, Grant>()
  const { discoveredAt = `${document.issuer.replace(/\/$/, '')}/.well-known/openid-configuration` } = manners
  const accessToken = manners.accessToken ?? 'opaque-access-token'
  let bends: Bends = {}

  async function signed(claims: Members): Promise<string> {
    if (manners.signsWithSecret) {
      const key = new TextEncoder().encode(CLIENT.secret)
      return new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(key)
    }
    const signer = bends.signer ?? usualSigner
    if (!signer) throw new Error('a provider without keys')
    return sign(signer, claims)
  }

  async function idTokenFor(nonce: string | null): Promise<string> {
    const seconds = Math.floor(now() / 1000)
    return signed({
      iss: document.issuer,
      aud: CLIENT.id,
      iat: seconds,
      exp: seconds + LIFE_SECONDS,
      ...(nonce === null ? {} : { nonce }),
      ...(manners.hasNoAtHash ? {} : { at_hash: await halfHashOf(accessToken) }),
      ...manners.idToken,
      ...bends.idToken,
    })
  }

  function authorize({ searchParams: request }: URL): Response {
    asked.push(request)
    const isSound =
      request.get('client_id') === CLIENT.id &&
      request.get('response_type') === 'code' &&
      request.get('code_challenge_method') === 'S256' &&
      request.get('scope')?.split(' ').includes('openid')
    const refusal = isSound ? (manners.refusal?.(request) ?? null) : 'not an authorization request'
    if (refusal !== null) return new Response(refusal, { status: 400 })
    const code = crypto.randomUUID()
    codes.set(code, { request, nonce: request.get('nonce') })
    const location = new URL(request.get('redirect_uri') ?? '')
    const answer = bends.answer ?? { code, ...manners.answerExtras }
    for (const [name, value] of Object.entries(answer)) location.searchParams.set(name, value)
    location.searchParams.set('state', request.get('state') ?? '')
    return new Response(null, { status: 302, headers: { location: location.href } })
  }

  async function token(form: URLSearchParams): Promise<Response> {
    tokenForms.push(form)
    if (form.get('client_id') !== CLIENT.id || form.get('client_secret') !== CLIENT.secret)
      return Response.json({ error: 'invalid_client' }, { status: 401 })
    const isRefresh = form.get('grant_type') === 'refresh_token'
    const secret = form.get(isRefresh ? 'refresh_token' : 'code') ?? ''
    const grants = isRefresh ? refreshTokens : codes
    const grant = grants.get(secret)
    grants.delete(secret)
    if (!grant) return Response.json({ error: 'invalid_grant' }, { status: 400 })
    const refreshToken = crypto.randomUUID()
    const isRefreshable = manners.refreshes(grant.request)
    if (isRefreshable) refreshTokens.set(refreshToken, { ...grant, nonce: null })
    return Response.json({
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: LIFE_SECONDS,
      id_token: await idTokenFor(grant.nonce),
      ...(isRefreshable ? { refresh_token: refreshToken } : {}),
    })
  }

  async function userinfo({ headers }: Request): Promise<Response> {
    if (headers.get('authorization') !== `Bearer ${accessToken}`) return new Response(null, { status: 401 })
    const claims = { ...manners.userinfo, ...bends.userinfo }
    if (!manners.signsUserinfo) return Response.json(claims)
    const jwt = await signed({ iss: document.issuer, aud: CLIENT.id, ...claims })
    return new Response(jwt, { headers: { 'content-type': 'application/jwt' } })
  }

  function signOut(url: URL): Response {
    signOuts.push(url)
    const back = url.searchParams.get(manners.unlistedSignOut?.backParameter ?? 'post_logout_redirect_uri')
    const location = new URL(back ?? document.issuer)
    const state = url.searchParams.get('state')
    if (state !== null && !manners.unlistedSignOut) location.searchParams.set('state', state)
    return new Response(null, { status: 302, headers: { location: location.href } })
  }

  const usualKeys = { keys: keys.map(({ jwk }) => jwk) }
  const signOutAt = manners.unlistedSignOut
    ? new URL(manners.unlistedSignOut.path, document.issuer).href
    : document.end_session_endpoint

  return {
    document,
    origins: originsOf(document),
    asked,
    tokenForms,
    signOuts,
    bend(changed) {
      bends = changed
    },
    async handle(request) {
      const url = new URL(request.url)
      switch (url.origin + url.pathname) {
        case discoveredAt:
          return Response.json({ ...document, ...bends.document })
        case document.authorization_endpoint:
          return authorize(url)
        case document.token_endpoint:
          return token((await readCall(request)).form)
        case document.userinfo_endpoint:
          return userinfo(request)
        case document.jwks_uri:
          return Response.json(manners.shownKeys ?? usualKeys)
        case document.introspection_endpoint:
          return Response.json(manners.introspection?.((await readCall(request)).form.get('token') ?? '') ?? {})
        case document.revocation_endpoint:
          return new Response(null, { status: 200 })
        case signOutAt:
          return signOut(url)
        default:
          return new Response('no such page', { status: 404, headers: { 'content-type': 'text/html' } })
      }
    },
  }
}

/** @see OpenID Connect Core 1.0 section 3.1.3.6, for algorithms with SHA-256 */
async function halfHashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return base64url.encode(new Uint8Array(digest, 0, digest.byteLength / 2))
}

function originsOf(document: Discovery): readonly string[] {
  const addresses = Object.values(document).filter((value) => typeof value === 'string' && URL.canParse(value))
  return [...new Set(addresses.map((address) => new URL(String(address)).origin))]
}
