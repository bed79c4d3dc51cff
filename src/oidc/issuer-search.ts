/**
 * Finds the issuer of a provider that is known by its endpoints alone: it must be on the way to them and name the very same ones.
 */
import type { ProviderConfig } from '../config/env.ts'
import { issuerPlaces } from '../config/issuer-search.ts'
import { GatehouseError } from '../errors.ts'
import type { DocumentSource } from './document.ts'
import { askDiscovery, explicitEndpoints, type Metadata, readMetadata, refuseUnsafe } from './metadata.ts'
import { quirksOf } from './quirks.ts'

/** What a provider must say of itself for its word on the issuer to count. */
const TELLING = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const

/** The metadata of a provider without OIDC_OP_URL, as a document to be cached. */
export function searchedSource(config: ProviderConfig): DocumentSource<Metadata> {
  const places = issuerPlaces(config)
  const issuersAt = (place: string) => [place, `${place}/`].flatMap(quirksOf(config).issuersAt)
  const issuers = places.flatMap(issuersAt)
  const explicit = explicitEndpoints(config)

  /** `null`: what stands there is not of this provider. */
  function metadataOf(body: unknown): Metadata | null {
    if (typeof body !== 'object' || body === null) return null
    const said: Readonly<Record<string, unknown>> = { ...body }
    const isSame = TELLING.every((name) => said[name] === explicit[name])
    const isThere = issuers.some((issuer) => said.issuer === issuer)
    if (!isSame || !isThere) return null
    const metadata = readMetadata(body, config)
    refuseUnsafe(metadata, config)
    return metadata
  }

  return {
    key: `metadata at ${TELLING.map((name) => explicit[name]).join(' ')}`,

    async load(send) {
      const failures: unknown[] = []
      for (const place of places) {
        const body = await askDiscovery(place, send).then(
          (asked) => asked.body,
          (error: unknown) => {
            failures.push(error)
            return null
          },
        )
        const metadata = metadataOf(body)
        if (metadata !== null && isAtPath(metadata.issuer, issuersAt(place))) return body
      }
      if (failures.length === 0) throw notFound(places)
      throw new GatehouseError('provider_unreachable', 'the issuer cannot be looked for everywhere', {
        cause: failures[0],
        detail: { looked_at: places, hint: 'with OIDC_OP_URL nothing must be looked for' },
      })
    },

    parse(body) {
      const metadata = metadataOf(body)
      if (metadata === null) throw notFound(places)
      return metadata
    },
  }
}

/**
 * Each path of a host may be somebody else's, so no document speaks for an issuer of another path. The host may be another one of
 * the endpoints, for a provider may be asked by one name and be known by another.
 */
function isAtPath(issuer: string, issuers: readonly string[]): boolean {
  return issuers.some((one) => new URL(one).pathname === new URL(issuer).pathname)
}

function notFound(places: readonly string[]): GatehouseError {
  return new GatehouseError(
    'not_configured',
    'the issuer of the provider is not to be found by its endpoints; OIDC_OP_URL must say it',
    { detail: { looked_at: places } },
  )
}
