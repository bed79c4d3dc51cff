/**
 * What La Suite's resource server demands of a token beside its being good: a scope, and who it was issued to; part of `audience.ts`.
 */
import type { ProviderConfig } from '../config/env.ts'
import { audiencesOf, type Claims } from '../oidc/provider.ts'
import { clientOf } from './access-token.ts'

/**
 * @returns what is wrong, for the log
 * @see the settings OIDC_RS_ of La Suite Meet
 */
export function flawOfResourceServer(claims: Claims, config: ProviderConfig): string | undefined {
  const { OIDC_RS_SCOPES: wanted, OIDC_RS_AUDIENCE_CLAIM: name } = config
  if (!wanted.some((scope) => scopesOf(claims).includes(scope))) {
    return `has none of the scopes ${wanted.join(', ')} (OIDC_RS_SCOPES)`
  }
  if (name === 'aud') {
    const own = config.OIDC_RS_CLIENT_ID ?? config.OIDC_RP_CLIENT_ID
    return audiencesOf(claims).includes(own) ? undefined : `has no ${own} in aud (OIDC_RS_AUDIENCE_CLAIM)`
  }
  const holder = name === 'client_id' ? clientOf(claims) : claims[name]
  if (typeof holder !== 'string' || holder === '') return `has no ${name} (OIDC_RS_AUDIENCE_CLAIM)`
  const { GATEHOUSE_RS_ALLOWED_CLIENTS: allowed } = config
  return allowed === undefined || allowed.includes(holder)
    ? undefined
    : `its ${name} is not in GATEHOUSE_RS_ALLOWED_CLIENTS`
}

/** The claims with the scopes as an application knows them, without the prefix that they have at the provider. */
export function withoutPrefix(claims: Claims, { OIDC_RS_SCOPES_PREFIX: prefix }: ProviderConfig): Claims {
  if (prefix === undefined || claims.scope === undefined) return claims
  const head = `${prefix}:`
  const scopes = scopesOf(claims).map((scope) => (scope.startsWith(head) ? scope.slice(head.length) : scope))
  return { ...claims, scope: scopes.join(' ') }
}

/** @see RFC 6749 section 3.3 */
function scopesOf({ scope }: Claims): readonly string[] {
  return typeof scope === 'string' ? scope.split(' ') : []
}
