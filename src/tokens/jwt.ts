/**
 * JWT access tokens of the provider: issuer, signature and kind; what the claims say is judged in `access-token.ts`.
 */
import type { App } from '../accounts/apps.ts'
import type { Clock } from '../clock.ts'
import { SIGNING_ALGORITHMS } from '../config/algorithms.ts'
import type { Config } from '../config/env.ts'
import { GatehouseError } from '../errors.ts'
import type { SignedJwt } from '../oidc/provider.ts'
import { type Providers, unverifiedIssuer } from '../oidc/providers.ts'
import { flawOfAudience, flawOfLife, goodToken } from './access-token.ts'
import { bad, type Verdict } from './verdict.ts'

const TOKEN_MAX_CHARACTERS = 16_384

export function looksLikeJwt(token: string): boolean {
  return token.length <= TOKEN_MAX_CHARACTERS && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)
}

/**
 * Checks a JWT access token for an app.
 *
 * @throws GatehouseError `provider_unreachable` or `provider_error` when the keys cannot be had: that is no verdict
 * @see RFC 9068 section 4
 */
export async function checkJwt(token: string, app: App, { config, providers, clock }: JwtPorts): Promise<Verdict> {
  // Read before the signature is verified, so that nobody makes us ask for keys with a token that was never meant for us.
  const issuing = await providers.issuing(unverifiedIssuer(token))
  const [provider] = issuing
  if (!provider) return bad('another issuer')
  const jwt = await provider.verifyJwt(token, SIGNING_ALGORITHMS).catch((error: unknown) => {
    if (error instanceof GatehouseError && error.code === 'token_invalid') return error
    throw error
  })
  if (jwt instanceof GatehouseError) return bad(jwt.message)
  const { claims } = jwt
  const ownAudiences = [config.BASE_URL, ...issuing.map((one) => one.config.OIDC_RP_CLIENT_ID)]
  const flaw =
    flawOfKind(jwt) ?? flawOfLife(claims, provider.config, clock) ?? flawOfAudience(claims, app, ownAudiences)
  if (flaw) return bad(flaw)
  return goodToken(claims)
}

export interface JwtPorts {
  readonly config: Config
  readonly providers: Providers
  readonly clock: Clock
}

/** @see RFC 9068 sections 2.1 and 2.2 */
function flawOfKind({ header, claims }: SignedJwt): string | undefined {
  const type = header.typ?.toLowerCase().replace(/^application\//, '')
  if (type === 'at+jwt') {
    const missing = ['sub', 'client_id', 'iat', 'jti', 'aud'].filter(
      (name) => claims[name] === undefined || claims[name] === '',
    )
    return missing.length > 0 ? `no ${missing.join(', ')}` : undefined
  }
  // Keycloak before the RFC 9068 profile says in the claims what other providers say in the header.
  if (claims.typ !== 'Bearer') return 'not an access token'
  // A program has no session; a person's token that names nobody is nobody's.
  return claims.sub === undefined && claims.sid !== undefined ? 'no sub' : undefined
}
