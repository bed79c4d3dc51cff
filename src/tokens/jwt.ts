/**
 * JWT access tokens of the provider: signature, kind, issuer, life and audience; fetching keys is left to `oidc/`.
 */
import * as v from 'valibot'
import type { App } from '../accounts/apps.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Config, ProviderConfig } from '../config/env.ts'
import { SIGNING_ALGORITHMS } from '../config/provider-settings.ts'
import { GatehouseError } from '../errors.ts'
import { audiencesOf, type Claims, type SignedJwt } from '../oidc/provider.ts'
import { type Providers, unverifiedIssuer } from '../oidc/providers.ts'
import { bad, type Principal, type Verdict } from './verdict.ts'

/** The claims that an app is told, as far as they are there. @see RFC 7662 section 2.2, RFC 9470 section 6.2, RFC 9449 section 6.2 */
const TOLD = ['scope', 'client_id', 'exp', 'iat', 'nbf', 'sub', 'aud', 'iss', 'jti', 'acr', 'auth_time', 'cnf'] as const

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
  const issuing = providers.issuing(unverifiedIssuer(token))
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
  return { active: true, principal: principalOf(claims), roles: rolesOf(claims), claims: toldOf(claims) }
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

/** Not a second past `exp`: a caller may keep our answer, and a leeway on top of that would add up. */
function flawOfLife({ exp, nbf, iat }: Claims, config: ProviderConfig, clock: Clock): string | undefined {
  const now = epochSeconds(clock)
  const latest = now + config.OIDC_CLOCK_TOLERANCE
  if (exp === undefined) return 'no exp'
  if (exp <= now) return 'expired'
  if (nbf !== undefined && nbf > latest) return 'not valid yet'
  if (iat !== undefined && iat > latest) return 'issued in the future'
  return undefined
}

/** An app without a policy of its own is served what is meant for Gatehouse itself. */
function flawOfAudience(claims: Claims, app: App, ownAudiences: readonly string[]): string | undefined {
  const hasPolicy = app.audiences.length > 0 || app.clients.length > 0
  const wanted = hasPolicy ? app.audiences : ownAudiences
  const client = clientOf(claims)
  if (audiencesOf(claims).some((audience) => wanted.includes(audience))) return undefined
  if (client !== undefined && app.clients.includes(client)) return undefined
  return 'meant for another audience'
}

function clientOf(claims: Claims): string | undefined {
  const client = claims.client_id ?? claims.azp
  return typeof client === 'string' ? client : undefined
}

/**
 * A token is a program's own when its subject is its client.
 *
 * @see RFC 9068 section 2.2, "sub"; Keycloak names the account of a program `service-account-<client>`
 */
function principalOf(claims: Claims): Principal {
  const client = clientOf(claims)
  if (claims.sub === undefined || claims.sub === client) return 'service'
  const isServiceAccount =
    client !== undefined && claims.preferred_username === `service-account-${client.toLowerCase()}`
  return isServiceAccount ? 'service' : 'user'
}

const realmAccessSchema = v.object({ roles: v.array(v.string()) })

function rolesOf(claims: Claims): readonly string[] {
  const access = v.safeParse(realmAccessSchema, claims.realm_access)
  return access.success ? access.output.roles : []
}

/** @see RFC 9449 section 6.1. A token bound to a certificate is still a Bearer token. */
const dpopBinding = v.object({ jkt: v.string() })

function toldOf(claims: Claims): Record<string, unknown> {
  const told = Object.fromEntries(TOLD.filter((name) => claims[name] !== undefined).map((name) => [name, claims[name]]))
  const username = claims.preferred_username
  return {
    ...told,
    client_id: clientOf(claims),
    token_type: v.is(dpopBinding, claims.cnf) ? 'DPoP' : 'Bearer',
    ...(typeof username === 'string' ? { username } : {}),
  }
}
