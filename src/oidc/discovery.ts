/**
 * Where the metadata of a provider comes from: the discovery document of its issuer, or settings in its place; keeps nothing itself.
 */
import type { ProviderConfig } from '../config/env.ts'
import { GatehouseError } from '../errors.ts'
import type { Log } from '../log.ts'
import { disagreements } from './disagreements.ts'
import type { DocumentSource } from './document.ts'
import { mediaTypeOf } from './http.ts'
import { searchedSource } from './issuer-search.ts'
import { askDiscovery, explicitEndpoints, type Metadata, readMetadata, refuseUnsafe } from './metadata.ts'
import { acceptedIssuers, quirksOf } from './quirks.ts'

/** The metadata as a document to be cached. Without OIDC_OP_URL it is looked for. */
export function metadataSource(config: ProviderConfig, log: Log): DocumentSource<Metadata> {
  const { OIDC_OP_URL: issuer } = config
  const source = issuer === undefined ? searchedSource(config) : sourceOf(issuer, config, log)
  return {
    ...source,
    parse(body) {
      const metadata = source.parse(body)
      for (const warning of disagreements(config, metadata)) {
        log({ level: 'warn', event: 'configuration', detail: { provider: config.id, warning } })
      }
      return metadata
    },
  }
}

function sourceOf(issuer: string, config: ProviderConfig, log: Log): DocumentSource<Metadata> {
  const explicit = explicitEndpoints(config)
  const isComplete =
    explicit.authorization_endpoint &&
    explicit.token_endpoint &&
    (explicit.jwks_uri ?? config.OIDC_RP_IDP_SIGN_KEY) &&
    explicit.userinfo_endpoint !== undefined
  return {
    key: `metadata ${issuer}`,

    async load(send) {
      const { url, response, body } = await askDiscovery(issuer, send)
      if (isComplete && response.status >= 300 && response.status < 500) {
        const detail = { url, status: response.status, hint: 'nothing but the settings says what the provider can do' }
        log({ level: 'warn', event: 'no_discovery_document', detail })
        return { issuer }
      }
      if (body !== null) return body
      throw new GatehouseError(
        'provider_error',
        'there is no discovery document at OIDC_OP_URL, which must be the issuer',
        {
          detail: { url, status: response.status, content_type: mediaTypeOf(response) ?? 'none' },
        },
      )
    },

    parse(body) {
      const metadata = readMetadata(body, config)
      // To the letter. @see OpenID Connect Discovery 1.0 section 4.3
      const accepted = acceptedIssuers(config)
      if (!accepted.includes(metadata.issuer)) {
        const advice = quirksOf(config).adviceOn(metadata.issuer)
        throw new GatehouseError('provider_error', 'the provider calls itself otherwise than OIDC_OP_URL', {
          detail: {
            OIDC_OP_URL: accepted.join(' or '),
            issuer: metadata.issuer,
            ...(advice === undefined ? {} : { hint: advice }),
          },
        })
      }
      refuseUnsafe(metadata, config)
      return metadata
    },
  }
}
