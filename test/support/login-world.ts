/**
 * A provider at the far end that answers a sign-in, each answer replaceable, and the browser's part of it.
 */

import type { VerifiedLogin } from '../../src/oidc/flows/callback.ts'
import type { LoginRequest, PendingLogin } from '../../src/oidc/flows/login.ts'
import { createProvider } from '../../src/oidc/provider.ts'
import { json } from './far-end.ts'
import { sign, type TestKey } from './keys.ts'
import { PATHS } from './paths.ts'
import { BASE_URL, CLIENT_ID, createUnitWorld, type WorldOptions } from './unit-world.ts'

export const ISSUER = 'https://idp.example'
export const CLIENT_SECRET = 'GOCSPX-a+b%c:d e/f'
export const REDIRECT_URI = `${BASE_URL}${PATHS.callback}`
export const TOKEN = `${ISSUER}/token`
export const JWKS = `${ISSUER}/jwks`
export const USERINFO = `${ISSUER}/userinfo`
export const DISCOVERY = `${ISSUER}/.well-known/openid-configuration`

type Claims = Readonly<Record<string, unknown>>

export function createLoginWorld(key: TestKey, { metadata = {}, settings = {}, keys = [key] }: WorldOptions = {}) {
  const world = createUnitWorld(ISSUER, {
    keys,
    metadata: { userinfo_endpoint: USERINFO, end_session_endpoint: `${ISSUER}/logout`, ...metadata },
    settings: { OIDC_RP_CLIENT_SECRET: CLIENT_SECRET, OIDC_RP_SIGN_ALGO: key.algorithm, ...settings },
  })
  const { farEnd, clock, config } = world
  farEnd.on(USERINFO, () => json({ sub: 'alice', email: 'alice@corp.example' }))
  const provider = createProvider(config.providers[0], world.ports)
  const now = Math.floor(clock.now() / 1000)

  /** The claims of a good ID token for this login. */
  const claimsFor = (pending: PendingLogin): Claims => ({
    iss: ISSUER,
    sub: 'alice',
    aud: CLIENT_ID,
    exp: now + 300,
    iat: now,
    nonce: pending.nonce,
    name: 'Alice',
    email: 'old@corp.example',
  })

  const start = (request: Partial<LoginRequest> = {}) =>
    provider.startLogin({
      redirectUri: REDIRECT_URI,
      acrValues: [],
      maxAgeSeconds: null,
      isSilent: false,
      idTokenHint: null,
      passedOn: {},
      ...request,
    })

  /** Signs in, with an ID token of these claims and this header, and an answer of these parameters. */
  async function signIn(
    change: {
      readonly claims?: Claims
      readonly header?: Claims
      readonly signer?: TestKey
      readonly idToken?: (pending: PendingLogin) => Promise<string> | string
      readonly answer?: (good: URLSearchParams) => URLSearchParams | undefined
      readonly pending?: Partial<PendingLogin>
      readonly request?: Partial<LoginRequest>
    } = {},
  ): Promise<VerifiedLogin> {
    const { pending } = await start(change.request)
    const idToken = change.idToken
      ? await change.idToken(pending)
      : await sign(change.signer ?? key, { ...claimsFor(pending), ...change.claims }, change.header)
    if (!farEnd.answers(TOKEN)) {
      farEnd.on(TOKEN, () =>
        json({ access_token: 'access-1', token_type: 'Bearer', expires_in: 300, id_token: idToken }),
      )
    }
    const good = new URLSearchParams({ code: 'code-1', state: pending.state })
    farEnd.journal.length = 0
    return provider.finishLogin(change.answer?.(good) ?? good, { ...pending, ...change.pending })
  }

  return { farEnd, clock, now, config, provider, start, signIn, claimsFor }
}
