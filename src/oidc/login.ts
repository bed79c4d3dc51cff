/**
 * The authorization request, and the secrets that its answer must match; where they are kept meanwhile is up to the caller.
 */
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import type { Config } from '../config/env.ts'
import type { Metadata } from './discovery.ts'

/** What must be remembered, secretly and bound to the browser, until the answer comes. */
export const pendingLoginSchema = v.object({
  issuer: v.string(),
  redirectUri: v.string(),
  state: v.string(),
  nonce: v.string(),
  codeVerifier: v.string(),
})

export type PendingLogin = Readonly<v.InferOutput<typeof pendingLoginSchema>>

export interface StartedLogin {
  /** Where the browser goes next. */
  readonly location: URL
  readonly pending: PendingLogin
}

/**
 * Makes an authorization request for the code flow, with PKCE (S256), state and nonce, each of 256 random bits.
 *
 * @see OpenID Connect Core 1.0 section 3.1.2.1; RFC 7636; RFC 9700 section 2.1.1
 */
export async function startLogin(
  config: Config,
  metadata: Metadata,
  { redirectUri, loginHint }: { redirectUri: string; loginHint: string | undefined },
): Promise<StartedLogin> {
  const pending: PendingLogin = {
    issuer: metadata.issuer,
    redirectUri,
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    codeVerifier: oauth.generateRandomCodeVerifier(),
  }
  const location = new URL(metadata.authorization_endpoint)
  const parameters = {
    response_type: 'code',
    client_id: config.OIDC_RP_CLIENT_ID,
    redirect_uri: redirectUri,
    scope: scopesFor(config, metadata).join(' '),
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.codeVerifier),
    code_challenge_method: 'S256',
    ...(loginHint === undefined ? {} : { login_hint: loginHint }),
  }
  for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value)
  return { location, pending }
}

function scopesFor(config: Config, metadata: Metadata): readonly string[] {
  if (config.OIDC_RP_SCOPES) return ['openid', ...config.OIDC_RP_SCOPES.filter((scope) => scope !== 'openid')]
  return metadata.scopes_supported?.includes('profile') ? ['openid', 'email', 'profile'] : ['openid', 'email']
}
