/**
 * A provider at the far end that is honest, except for what a test bends: real keys, real signatures, and a sign-in that it answers.
 */
import type { JWK } from 'jose'
import type { VerifiedLogin } from '../../src/oidc/flows/callback.ts'
import type { PendingLogin } from '../../src/oidc/flows/login.ts'
import { createProvider, type Provider } from '../../src/oidc/provider.ts'
import { json, type SeenCall, seen } from './far-end.ts'
import { makeKey, sign } from './keys.ts'
import { PATHS } from './paths.ts'
import { CLIENT_ID, createUnitWorld } from './unit-world.ts'

export const ISSUER = 'https://id.example.org'
export const SECRET = 'a-client-secret-of-64-bytes-or-more-which-is-enough-for-any-hash!'
const BASE_URL = 'https://login.example.org'
const REDIRECT_URI = `${BASE_URL}${PATHS.callback}`
export const SUBJECT = 'subject-of-alice'

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

const PENDING: PendingLogin = {
  issuer: ISSUER,
  redirectUri: REDIRECT_URI,
  state: 'state',
  nonce: 'nonce',
  codeVerifier: 'v'.repeat(43),
  acrValues: [],
  maxAgeSeconds: null,
}

export async function farProvider(
  bends: Bends = {},
  settings: Readonly<Record<string, string>> = {},
): Promise<FarProvider> {
  const algorithm = settings.OIDC_RP_SIGN_ALGO?.startsWith('HS') ? 'RS256' : (settings.OIDC_RP_SIGN_ALGO ?? 'RS256')
  const key = await makeKey(algorithm, 'far')
  const { farEnd, clock, config, ports } = createUnitWorld(ISSUER, {
    keys: [key],
    metadata: {
      authorization_endpoint: `${ISSUER}/auth?tenant=a`,
      userinfo_endpoint: `${ISSUER}/userinfo`,
      ...bends.metadata,
    },
    settings: { BASE_URL, OIDC_RP_CLIENT_SECRET: SECRET, ...settings },
  })
  farEnd.on(`${ISSUER}/userinfo`, () => bends.userinfo?.() ?? json({ sub: SUBJECT, name: 'Alice' }))
  farEnd.on(`${ISSUER}/token`, async () => {
    const iat = Math.floor(clock.now() / 1000)
    const claims = { iss: ISSUER, sub: SUBJECT, aud: CLIENT_ID, iat, exp: iat + 300, nonce: PENDING.nonce }
    const signed = await sign(key, { ...claims, ...bends.idToken }, bends.header)
    const idToken = await (bends.wrap?.(signed) ?? signed)
    return json({ access_token: 'access-token', token_type: 'Bearer', id_token: idToken, ...bends.tokenAnswer })
  })
  const calls: SeenCall[] = []
  const gatehouse = createProvider(config.providers[0], {
    ...ports,
    async fetch(address, init) {
      const call = seen(new URL(address), init)
      calls.push(call)
      return bends.answer?.(call) ?? farEnd.fetch(address, init)
    },
  })

  return {
    gatehouse,
    calls,
    publicKey: key.jwk,
    count: (path) => calls.filter((call) => call.path === path).length,
    sign: (claims, header) => sign(key, claims, header),
    finish: (answer = { code: 'code', state: 'state' }) => gatehouse.finishLogin(new URLSearchParams(answer), PENDING),
  }
}

/** Begins a sign-in, as far as the provider sees of it. */
export function begin({ gatehouse }: FarProvider) {
  const nothingMore = { acrValues: [], maxAgeSeconds: null, isSilent: false, idTokenHint: null, passedOn: {} }
  return gatehouse.startLogin({ redirectUri: REDIRECT_URI, ...nothingMore })
}
