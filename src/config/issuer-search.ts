/**
 * Where the issuer of a provider may be that is known by its endpoints alone, as in La Suite's environments; asks nobody.
 */
import type { ProviderConfig } from './env.ts'
import type { ProviderType } from './place-settings.ts'
import { PRESETS } from './presets.ts'

export type KnownEndpoints = Pick<
  ProviderConfig,
  'OIDC_OP_AUTHORIZATION_ENDPOINT' | 'OIDC_OP_TOKEN_ENDPOINT' | 'OIDC_OP_JWKS_ENDPOINT'
>

/** What must be known of a provider before it is worth looking for its issuer. */
const NEEDED = ['OIDC_OP_AUTHORIZATION_ENDPOINT', 'OIDC_OP_TOKEN_ENDPOINT', 'OIDC_OP_JWKS_ENDPOINT'] as const

/** Each place costs a call, and the paths of an endpoint come from outside. */
const PLACES_MAX = 10

export function hasEndpoints(config: Partial<KnownEndpoints>): boolean {
  return NEEDED.every((name) => config[name] !== undefined)
}

/**
 * The places to look at, the likeliest first: what a type says of its endpoints, then the parent paths of the keys and of the
 * authorization endpoint, the longest first. All without a final slash; the issuer at each may have one.
 */
export function issuerPlaces(config: Partial<KnownEndpoints>): readonly string[] {
  const endpoints = [config.OIDC_OP_JWKS_ENDPOINT, config.OIDC_OP_AUTHORIZATION_ENDPOINT].filter(
    (endpoint) => endpoint !== undefined,
  )
  const parents = endpoints.flatMap(parentsOf)
  const type = typeOfEndpoints(config)
  const { issuerOf, recognises } = PRESETS[type]
  const told = endpoints.flatMap((endpoint) => issuerOf?.(new URL(endpoint)) ?? [])
  const likely = type === 'generic' ? [] : parents.filter((place) => isRecognised(place, recognises))
  const byLength = parents.toSorted((one, other) => new URL(other).pathname.length - new URL(one).pathname.length)
  return [...new Set([...told, ...likely, ...byLength])].slice(0, PLACES_MAX)
}

/** The type of a provider whose endpoints alone are known; `generic` also when too few of them are. */
export function typeOfEndpoints(config: Partial<KnownEndpoints>): ProviderType {
  if (!hasEndpoints(config)) return 'generic'
  const { OIDC_OP_JWKS_ENDPOINT: jwks, OIDC_OP_AUTHORIZATION_ENDPOINT: authorization } = config
  const places = [jwks, authorization].flatMap((endpoint) => (endpoint === undefined ? [] : parentsOf(endpoint)))
  const types = Object.keys(PRESETS) as ProviderType[] // the record has exactly these names
  const specific = types.filter((type) => type !== 'generic')
  return specific.find((type) => places.some((place) => isRecognised(place, PRESETS[type].recognises))) ?? 'generic'
}

function isRecognised(place: string, recognises: (issuer: URL) => boolean): boolean {
  return [place, `${place}/`].some((issuer) => recognises(new URL(issuer)))
}

function parentsOf(endpoint: string): string[] {
  const { origin, pathname } = new URL(endpoint)
  const segments = pathname.split('/').filter((segment) => segment !== '')
  return segments.map((_, index) => [origin, ...segments.slice(0, segments.length - 1 - index)].join('/'))
}
