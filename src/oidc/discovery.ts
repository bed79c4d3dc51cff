/**
 * What the provider says of itself: discovered metadata, with the operator's explicit endpoints on top; keeps nothing itself.
 */
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import type { Config } from '../config/env.ts'
import { endpoint } from '../config/types.ts'
import { GatehouseError } from '../errors.ts'
import type { DocumentSource } from './document.ts'
import { toProtocolFailure } from './failures.ts'
import { allowInsecure } from './insecure.ts'

/** The metadata that Gatehouse uses; members that it does not understand are left out. @see OpenID Connect Discovery 1.0 section 3 */
export type Metadata = v.InferOutput<typeof metadataSchema>

const texts = v.optional(v.pipe(v.array(v.string()), v.readonly()))

const metadataSchema = v.object({
  issuer: v.string(),
  authorization_endpoint: endpoint.schema,
  token_endpoint: endpoint.schema,
  jwks_uri: endpoint.schema,
  userinfo_endpoint: v.optional(endpoint.schema),
  end_session_endpoint: v.optional(endpoint.schema),
  pushed_authorization_request_endpoint: v.optional(endpoint.schema),
  require_pushed_authorization_requests: v.optional(v.boolean()),
  require_signed_request_object: v.optional(v.boolean()),
  token_endpoint_auth_methods_supported: texts,
  authorization_response_iss_parameter_supported: v.optional(v.boolean()),
  code_challenge_methods_supported: texts,
  scopes_supported: texts,
})

/** Where the metadata comes from, as a document to be cached. */
export function metadataSource(config: Config): DocumentSource<Metadata> {
  const explicit = explicitEndpoints(config)
  const isComplete =
    explicit.authorization_endpoint &&
    explicit.token_endpoint &&
    explicit.jwks_uri &&
    explicit.userinfo_endpoint !== undefined
  return {
    key: `metadata ${config.OIDC_OP_URL}`,

    async load(send) {
      const url = new URL(config.OIDC_OP_URL)
      const response = await oauth.discoveryRequest(url, {
        [oauth.customFetch]: (address, { headers }) => send(address, { headers }),
        [oauth.allowInsecureRequests]: allowInsecure(config.OIDC_OP_URL),
      })
      if (isComplete && !response.ok && response.status < 500) return { issuer: config.OIDC_OP_URL }
      try {
        return await oauth.processDiscoveryResponse(url, response)
      } catch (error) {
        throw toProtocolFailure(
          error,
          `the discovery document of ${config.OIDC_OP_URL} cannot be used; OIDC_OP_URL must be the issuer`,
        )
      }
    },

    parse(body) {
      const result = v.safeParse(metadataSchema, typeof body === 'object' ? { ...body, ...explicit } : body)
      if (!result.success) {
        const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'document'} ${issue.message}`)
        throw new GatehouseError('provider_error', 'the metadata of the provider cannot be used', {
          detail: { problems },
        })
      }
      return checked(result.output, config)
    },
  }
}

function checked(metadata: Metadata, config: Config): Metadata {
  // The library compares normalised URLs; the specification wants the same characters.
  if (metadata.issuer !== config.OIDC_OP_URL) {
    throw new GatehouseError('provider_error', 'the provider calls itself otherwise than OIDC_OP_URL', {
      detail: { OIDC_OP_URL: config.OIDC_OP_URL, issuer: metadata.issuer },
    })
  }
  const methods = metadata.code_challenge_methods_supported
  if (methods && !methods.includes('S256')) {
    throw new GatehouseError('provider_error', 'the provider offers PKCE, but not with S256', {
      detail: { offered: methods },
    })
  }
  return metadata
}

function explicitEndpoints(config: Config) {
  const endpoints = {
    authorization_endpoint: config.OIDC_OP_AUTHORIZATION_ENDPOINT,
    token_endpoint: config.OIDC_OP_TOKEN_ENDPOINT,
    userinfo_endpoint: config.OIDC_OP_USER_ENDPOINT,
    jwks_uri: config.OIDC_OP_JWKS_ENDPOINT,
    end_session_endpoint: config.OIDC_OP_LOGOUT_ENDPOINT,
  }
  // Unset ones must not hide the discovered ones.
  return JSON.parse(JSON.stringify(endpoints)) as Partial<typeof endpoints> // a copy without the undefined members
}
