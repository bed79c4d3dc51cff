/**
 * Finds the issuer of a provider that is known by its endpoints alone: it must be on the way to them and name the very same ones.
 */

import { isObject } from '../../claims/claim-values.ts'
import { issuerPlaces } from '../../config/issuer-search.ts'
import type { ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError, type ProviderAnswer } from '../../errors.ts'
import { quirksOf } from '../../vendors/vendors.ts'
import type { DocumentSource } from '../transport/document.ts'
import { askDiscovery, explicitEndpoints, isPassing, type Metadata, readMetadata, refuseUnsafe } from './metadata.ts'

/** What a provider must say of itself for its word on the issuer to count. */
const TELLING = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const

/** The metadata of a provider without issuer, as a document to be cached. */
export function searchedSource(config: ProviderConfig): DocumentSource<Metadata> {
  const places = issuerPlaces(config)
  const issuersAt = (place: string) => [place, `${place}/`].flatMap(quirksOf(config).issuersAt)
  const issuers = places.flatMap(issuersAt)
  const explicit = explicitEndpoints(config)

  /** `null`: what is there is not of this provider. */
  function metadataOf(body: unknown): Metadata | null {
    if (!isObject(body)) return null
    const isSame = TELLING.every((name) => body[name] === explicit[name])
    const isThere = issuers.some((issuer) => body.issuer === issuer)
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
          ({ response: { status }, body: found }) => {
            // Such a status does not say whether there is a document.
            if (isPassing(status)) failures.push(outOfOrder(status))
            return found
          },
          (error: unknown) => {
            failures.push(error)
            return null
          },
        )
        const metadata = metadataOf(body)
        if (metadata !== null && isAtPath(metadata.issuer, issuersAt(place))) return body
      }
      if (failures.length === 0) throw notFound(places)
      throw new GatehouseError(
        'provider_unreachable',
        'issuer_search_incomplete',
        'the issuer cannot be looked for everywhere',
        {
          cause: failures[0],
          provider: answerIn(failures),
          detail: { looked_at: places },
          hint: `with ${nameOf('issuer')} nothing must be looked for`,
        },
      )
    },

    parse(body) {
      const metadata = metadataOf(body)
      if (metadata === null) throw notFound(places)
      return metadata
    },
  }
}

/**
 * Each path of a host may be someone else's, so no document speaks for an issuer of another path. The host may be another one of
 * the endpoints, because a provider may be asked by one name and be known by another.
 */
function isAtPath(issuer: string, issuers: readonly string[]): boolean {
  return issuers.some((one) => new URL(one).pathname === new URL(issuer).pathname)
}

function outOfOrder(status: number): GatehouseError {
  return new GatehouseError('provider_unreachable', 'out_of_order', `the provider answers with status ${status}`, {
    provider: { status },
  })
}

/** The answer of the first of them that has one. */
function answerIn(failures: readonly unknown[]): ProviderAnswer {
  const answers = failures.map((one) => (one instanceof GatehouseError ? one.provider : {}))
  return answers.find(({ status }) => status !== undefined) ?? {}
}

function notFound(places: readonly string[]): GatehouseError {
  return new GatehouseError(
    'not_configured',
    'issuer_not_found',
    `the issuer of the provider is not to be found by its endpoints; ${nameOf('issuer')} must say it`,
    { detail: { looked_at: places } },
  )
}
