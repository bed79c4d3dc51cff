/**
 * Where the metadata of a provider comes from: the discovery document of its issuer, or settings in its place; keeps nothing itself.
 */
import type { ProviderConfig } from '../../config/model.ts'
import { nameOf, withNames } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import type { Log } from '../../log.ts'
import { acceptedIssuers, quirksOf } from '../../vendors/vendors.ts'
import type { DocumentSource } from '../transport/document.ts'
import { mediaTypeOf } from '../transport/http.ts'
import { searchedSource } from './issuer-search.ts'
import { askDiscovery, explicitEndpoints, isPassing, type Metadata, readMetadata, refuseUnsafe } from './metadata.ts'
import { idTokenAlgorithm } from './usable-keys.ts'

/** The metadata as a document to be cached. Without issuer it is looked for. */
export function metadataSource(config: ProviderConfig, log: Log): DocumentSource<Metadata> {
  const { issuer } = config
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

/**
 * Whether the answer means that there is no document. Where the settings leave open whether there is userinfo, only the document can
 * say so, and only an answer that there is none may take its place: a refusal must not switch userinfo off.
 */
function saysMissing(status: number, isUserinfoSet: boolean): boolean {
  if (status === 404 || status === 410) return true
  return isUserinfoSet && status >= 300 && !isPassing(status)
}

function sourceOf(issuer: string, config: ProviderConfig, log: Log): DocumentSource<Metadata> {
  const explicit = explicitEndpoints(config)
  const isComplete =
    explicit.authorization_endpoint && explicit.token_endpoint && (explicit.jwks_uri ?? config.pinnedKey)
  return {
    key: `metadata ${issuer}`,

    async load(send) {
      const { url, response, body } = await askDiscovery(issuer, send)
      if (isComplete && saysMissing(response.status, explicit.userinfo_endpoint !== undefined)) {
        const detail = {
          url,
          provider_status: response.status,
          hint: 'nothing but the settings says what the provider can do',
        }
        log({ level: 'warn', event: 'no_discovery_document', detail })
        return { issuer }
      }
      if (body !== null) return body
      const detail = { url, content_type: mediaTypeOf(response) ?? 'none' }
      const message = `there is no discovery document at ${nameOf('issuer')}, which must be the issuer`
      const reason = isPassing(response.status) ? 'discovery_unavailable' : 'discovery_document_missing'
      throw new GatehouseError('provider_error', reason, message, { detail, provider: { status: response.status } })
    },

    parse(body) {
      const metadata = readMetadata(body, config)
      // Exactly. @see OpenID Connect Discovery 1.0 section 4.3
      const accepted = acceptedIssuers(config)
      if (!accepted.includes(metadata.issuer)) {
        const advice = quirksOf(config).adviceOn(metadata.issuer)
        throw new GatehouseError(
          'provider_error',
          'issuer_mismatch',
          `the provider calls itself by another name than ${nameOf('issuer')}`,
          {
            detail: { [nameOf('issuer')]: accepted.join(' or '), issuer: metadata.issuer },
            hint: advice && withNames(advice),
          },
        )
      }
      refuseUnsafe(metadata, config)
      return metadata
    },
  }
}

/** Sentences for the operator. What the provider does not speak of is not doubted. @see OpenID Connect Discovery 1.0 section 3 */
function disagreements(config: ProviderConfig, metadata: Metadata): string[] {
  const warnings: string[] = []
  const { isSignAlgoSet, scopes = [] } = config
  const algorithm = idTokenAlgorithm(config, metadata)
  const algorithms = metadata.id_token_signing_alg_values_supported
  if (algorithms && !algorithms.includes(algorithm)) {
    const ours = isSignAlgoSet ? algorithm : `unset, which means ${algorithm}`
    warnings.push(`${nameOf('idTokenAlgorithm')} is ${ours}, and the provider lists ${algorithms.join(', ')}`)
  }
  const unknown = scopes.filter((scope) => metadata.scopes_supported && !metadata.scopes_supported.includes(scope))
  if (unknown.length > 0) {
    warnings.push(`${nameOf('scopes')} has ${unknown.join(', ')}, which the provider does not list`)
  }
  return warnings
}
