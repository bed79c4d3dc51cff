/**
 * Where the issuer of a provider may be that is known by its endpoints alone, as in La Suite's environments; asks no one.
 */

import { type ProviderType, VENDORS } from '../vendors/vendors.ts'
import type { ProviderConfig } from './model.ts'

export type KnownEndpoints = Pick<ProviderConfig, 'authorizationEndpoint' | 'tokenEndpoint' | 'jwksUri'>

/** What must be known of a provider before it is worth looking for its issuer. */
const NEEDED = ['authorizationEndpoint', 'tokenEndpoint', 'jwksUri'] as const

/** Each place costs a call, and the paths of an endpoint come from outside. */
const PLACES_MAX = 10

export function hasEndpoints(config: Partial<KnownEndpoints>): boolean {
  return NEEDED.every((name) => config[name] !== undefined)
}

/**
 * Whether the issuer of such endpoints can be on the way to them. At Azure AD B2C it never is: the document stands below the policy, and
 * the issuer is an address of the tenant that shows nothing.
 *
 * @see https://learn.microsoft.com/en-us/azure/active-directory-b2c/openid-connect
 */
export function isSearchable({ authorizationEndpoint: authorization }: Partial<KnownEndpoints>): boolean {
  if (authorization === undefined) return false
  const { hostname, pathname, search } = new URL(authorization)
  // A tenant may have a domain of its own; the policy is in the path or in `p`.
  return !hostname.endsWith('.b2clogin.com') && !/[/=]b2c_1/i.test(`${pathname}${search}`)
}

/**
 * The places to look at, the likeliest first: what a type says of its endpoints, then the parent paths of the keys and of the
 * authorization endpoint, the longest first. All without a final slash; the issuer at each may have one.
 */
export function issuerPlaces(config: Partial<KnownEndpoints>): readonly string[] {
  const endpoints = [config.jwksUri, config.authorizationEndpoint].filter((endpoint) => endpoint !== undefined)
  const parents = endpoints.flatMap(parentsOf)
  const type = typeOfEndpoints(config)
  const { issuerOf, recognises } = VENDORS[type]
  const known = endpoints.flatMap((endpoint) => issuerOf?.(new URL(endpoint)) ?? [])
  const likely = type === 'generic' ? [] : parents.filter((place) => isRecognised(place, recognises))
  const byLength = parents.toSorted((one, other) => new URL(other).pathname.length - new URL(one).pathname.length)
  return [...new Set([...known, ...likely, ...byLength])].slice(0, PLACES_MAX)
}

/** The type of a provider whose endpoints alone are known; `generic` also when too few of them are. */
export function typeOfEndpoints(config: Partial<KnownEndpoints>): ProviderType {
  if (!hasEndpoints(config)) return 'generic'
  const { jwksUri: jwks, authorizationEndpoint: authorization } = config
  const places = [jwks, authorization].flatMap((endpoint) => (endpoint === undefined ? [] : parentsOf(endpoint)))
  const types = Object.keys(VENDORS) as ProviderType[] // the record has exactly these names
  const specific = types.filter((type) => type !== 'generic')
  return specific.find((type) => places.some((place) => isRecognised(place, VENDORS[type].recognises))) ?? 'generic'
}

function isRecognised(place: string, recognises: (issuer: URL) => boolean): boolean {
  return [place, `${place}/`].some((issuer) => recognises(new URL(issuer)))
}

function parentsOf(endpoint: string): string[] {
  const { origin, pathname } = new URL(endpoint)
  const segments = pathname.split('/').filter((segment) => segment !== '')
  return segments.map((_, index) => [origin, ...segments.slice(0, segments.length - 1 - index)].join('/'))
}
