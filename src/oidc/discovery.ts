/**
 * What the provider says of itself: discovered metadata, with the operator's explicit endpoints on top; keeps nothing itself.
 */
import * as v from 'valibot'
import type { ProviderConfig } from '../config/env.ts'
import { endpoint } from '../config/types.ts'
import { GatehouseError } from '../errors.ts'
import type { DocumentSource } from './document.ts'
import { mediaTypeOf } from './http.ts'

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
  revocation_endpoint: v.optional(endpoint.schema),
  introspection_endpoint: v.optional(endpoint.schema),
  introspection_endpoint_auth_methods_supported: texts,
  pushed_authorization_request_endpoint: v.optional(endpoint.schema),
  require_pushed_authorization_requests: v.optional(v.boolean()),
  require_signed_request_object: v.optional(v.boolean()),
  token_endpoint_auth_methods_supported: texts,
  authorization_response_iss_parameter_supported: v.optional(v.boolean()),
  code_challenge_methods_supported: texts,
  scopes_supported: texts,
})

/** Where the metadata comes from, as a document to be cached. */
export function metadataSource(config: ProviderConfig): DocumentSource<Metadata> {
  const explicit = explicitEndpoints(config)
  const isComplete =
    explicit.authorization_endpoint &&
    explicit.token_endpoint &&
    explicit.jwks_uri &&
    explicit.userinfo_endpoint !== undefined
  return {
    key: `metadata ${config.OIDC_OP_URL}`,

    // @see OpenID Connect Discovery 1.0 sections 4.1 and 4.2
    async load(send) {
      const url = `${config.OIDC_OP_URL.replace(/\/$/, '')}/.well-known/openid-configuration`
      const response = await send(url, { headers: { accept: 'application/json' } })
      if (isComplete && response.status >= 300 && response.status < 500) return { issuer: config.OIDC_OP_URL }
      const type = mediaTypeOf(response)
      const isDocument = response.status === 200 && type === 'application/json'
      const body: unknown = isDocument ? await response.json().catch(() => null) : null
      if (body !== null) return body
      throw new GatehouseError(
        'provider_error',
        'there is no discovery document at OIDC_OP_URL, which must be the issuer',
        {
          detail: { url, status: response.status, content_type: type ?? 'none' },
        },
      )
    },

    parse(body) {
      const isObject = typeof body === 'object' && !Array.isArray(body)
      const result = v.safeParse(metadataSchema, isObject ? { ...body, ...explicit } : null)
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

function checked(metadata: Metadata, config: ProviderConfig): Metadata {
  // To the letter. @see OpenID Connect Discovery 1.0 section 4.3
  if (metadata.issuer !== config.OIDC_OP_URL) {
    throw new GatehouseError('provider_error', 'the provider calls itself otherwise than OIDC_OP_URL', {
      detail: { OIDC_OP_URL: config.OIDC_OP_URL, issuer: metadata.issuer },
    })
  }
  if (config.OIDC_OP_URL.startsWith('https:')) refuseInsecureEndpoints(metadata)
  const methods = metadata.code_challenge_methods_supported
  if (methods && !methods.includes('S256')) {
    throw new GatehouseError('provider_error', 'the provider offers PKCE, but not with S256', {
      detail: { offered: methods },
    })
  }
  return metadata
}

/** Plain http is for a provider on this machine; another one that leads to this machine is up to no good. */
function refuseInsecureEndpoints(metadata: Metadata): void {
  const insecure = Object.entries(metadata).flatMap(([name, value]) =>
    typeof value === 'string' && value.startsWith('http:') ? [name] : [],
  )
  if (insecure.length === 0) return
  throw new GatehouseError('provider_error', 'the provider has an endpoint without https', { detail: { insecure } })
}

function explicitEndpoints(config: ProviderConfig) {
  const endpoints = {
    authorization_endpoint: config.OIDC_OP_AUTHORIZATION_ENDPOINT,
    token_endpoint: config.OIDC_OP_TOKEN_ENDPOINT,
    userinfo_endpoint: config.OIDC_OP_USER_ENDPOINT,
    jwks_uri: config.OIDC_OP_JWKS_ENDPOINT,
    end_session_endpoint: config.OIDC_OP_LOGOUT_ENDPOINT,
    revocation_endpoint: config.OIDC_OP_REVOCATION_ENDPOINT,
    introspection_endpoint: config.OIDC_OP_INTROSPECTION_ENDPOINT,
  }
  // Unset ones must not hide the discovered ones.
  return JSON.parse(JSON.stringify(endpoints)) as Partial<typeof endpoints> // a copy without the undefined members
}
