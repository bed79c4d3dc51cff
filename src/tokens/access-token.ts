/**
 * What the claims of an access token say, however they were come by: whether it still lives, whose it is, and what an app is told.
 */
import * as v from 'valibot'
import { standingOf } from '../accounts/standing.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Config, ProviderConfig } from '../config/env.ts'
import type { OpenTalk } from '../config/opentalk-settings.ts'
import type { Claims } from '../oidc/provider.ts'
import type { GoodToken, Principal } from './verdict.ts'

/** The claims that an app is told, as far as they are there. @see RFC 7662 section 2.2, RFC 9470 section 6.2, RFC 9449 section 6.2 */
const TOLD = ['scope', 'client_id', 'exp', 'iat', 'nbf', 'sub', 'aud', 'iss', 'jti', 'acr', 'auth_time', 'cnf'] as const

/** Not a second past `exp`: a caller may keep our answer, and a leeway on top of that would add up. */
export function flawOfLife({ exp, nbf, iat }: Claims, config: ProviderConfig, clock: Clock): string | undefined {
  const now = epochSeconds(clock)
  const latest = now + config.OIDC_CLOCK_TOLERANCE
  if (exp === undefined) return 'no exp'
  if (exp <= now) return 'expired'
  if (nbf !== undefined && nbf > latest) return 'not valid yet'
  if (iat !== undefined && iat > latest) return 'issued in the future'
  return undefined
}

/** A program has no session; a person's token that names nobody is nobody's. */
export function flawOfSubject({ sub, sid, username, preferred_username }: Claims): string | undefined {
  const isOfPerson = [sid, username, preferred_username].some((member) => member !== undefined)
  return sub === undefined && isOfPerson ? 'no sub' : undefined
}

/** What is told of a token that nothing is wrong with. */
export function goodToken(claims: Claims, { opentalk }: Config): GoodToken {
  const principal = principalOf(claims)
  const standing = principal === 'user' ? toldOfStanding(claims, opentalk) : {}
  return { active: true, principal, roles: rolesOf(claims), claims: { ...toldOf(claims), ...standing } }
}

/** Tenant and tariff of a person while OpenTalk is in use, as far as they are known. */
export function toldOfStanding(said: Readonly<Record<string, unknown>>, opentalk: OpenTalk | null) {
  if (opentalk === null) return {}
  return Object.fromEntries(Object.entries(standingOf(said, opentalk.settings)).filter(([, value]) => value !== null))
}

export function clientOf(claims: Claims): string | undefined {
  const client = claims.client_id ?? claims.azp
  return typeof client === 'string' ? client : undefined
}

/** Keycloak writes how a token was got in front of its id: two letters each for session, kind of token, and grant (`trrtcc:` …). */
const KEYCLOAK_CLIENT_CREDENTIALS = /^[a-z]{4}cc:/

/**
 * A token is a program's own when its subject is its client.
 *
 * @see RFC 9068 section 2.2, "sub"; Keycloak names the account of a program `service-account-<client>`, but tells the name only with the
 * scope `profile`, and never in a lightweight token
 */
export function principalOf(claims: Claims): Principal {
  const client = clientOf(claims)
  if (claims.sub === undefined || claims.sub === client) return 'service'
  if (claims.typ === 'Bearer' && KEYCLOAK_CLIENT_CREDENTIALS.test(claims.jti ?? '')) return 'service'
  const isServiceAccount =
    client !== undefined && claims.preferred_username === `service-account-${client.toLowerCase()}`
  return isServiceAccount ? 'service' : 'user'
}

const realmAccessSchema = v.object({ roles: v.array(v.string()) })

export function rolesOf(claims: Claims): readonly string[] {
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
