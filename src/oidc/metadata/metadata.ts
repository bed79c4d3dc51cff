/**
 * A discovery document: asked for, and read with the operator's explicit endpoints on top; at which issuer is decided elsewhere.
 */
import * as v from 'valibot'
import { objectOf, withoutEmpty } from '../../claims/claim-values.ts'
import type { ProviderConfig } from '../../config/model.ts'
import { endpoint, isSecure } from '../../config/values/urls.ts'
import { GatehouseError } from '../../errors.ts'
import { mediaTypeOf, type Send } from '../transport/http.ts'

/** The metadata that Gatehouse uses; members that it does not understand are left out. @see OpenID Connect Discovery 1.0 section 3 */
export type Metadata = v.InferOutput<typeof metadataSchema>

/** Entries of a list that are null or empty are dropped. */
const list = v.pipe(
  v.array(v.nullable(v.string())),
  v.transform((entries): readonly string[] => entries.flatMap((entry) => entry || [])),
)

/** An empty list counts as absent. @see RFC 8414 section 3.2 */
export const texts = v.optional(
  v.pipe(
    list,
    v.transform((entries) => (entries.length === 0 ? undefined : entries)),
  ),
)

const metadataSchema = v.object({
  issuer: v.string(),
  authorization_endpoint: endpoint.schema,
  token_endpoint: endpoint.schema,
  /** Absent only when pinnedKey stands in its place. */
  jwks_uri: v.optional(endpoint.schema),
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
  /** The safe side: an empty list offers no method. */
  code_challenge_methods_supported: v.optional(list),
  scopes_supported: texts,
  id_token_signing_alg_values_supported: v.fallback(texts, undefined),
  prompt_values_supported: v.fallback(texts, undefined),
})

const METADATA = Object.keys(metadataSchema.entries)

/**
 * Where the discovery document of an issuer is; a final slash makes no difference.
 *
 * @see OpenID Connect Discovery 1.0 section 4
 */
export function discoveryAddress(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

export interface AskedDocument {
  readonly url: string
  readonly response: Response
  /** The JSON of the answer; `null`: it is no discovery document. */
  readonly body: unknown
}

/**
 * Asks for the discovery document of an issuer.
 *
 * @param issuer with or without a final slash, which makes no difference to where its document is
 * @throws GatehouseError `provider_unreachable`, or `provider_error` when the answer is too long
 * @see OpenID Connect Discovery 1.0 sections 4.1 and 4.2
 */
export async function askDiscovery(issuer: string, send: Send): Promise<AskedDocument> {
  const url = discoveryAddress(issuer)
  const response = await send(url, { headers: { accept: 'application/json' } })
  const isDocument = response.status === 200 && mediaTypeOf(response) === 'application/json'
  return { url, response, body: isDocument ? await response.json().catch(() => null) : null }
}

/**
 * Whether a status means that the provider is down, or was asked too often or too early, so that no setting can be the cause.
 *
 * @see RFC 9110 section 15.6, RFC 6585 section 4
 */
export function isPassing(status: number): boolean {
  return status >= 500 || [408, 425, 429].includes(status)
}

/**
 * Reads a discovery document. Whose it is, the caller must judge by its `issuer`.
 *
 * @throws GatehouseError `provider_error` when it cannot be used
 */
export function readMetadata(body: unknown, config: ProviderConfig): Metadata {
  const members = objectOf(body)
  // After the settings, because `null` in one of them means that an endpoint must not be used.
  const said = members && withoutEmpty({ ...members, ...explicitEndpoints(config) }, METADATA)
  const result = v.safeParse(metadataSchema, said)
  if (!result.success) {
    const problems = result.issues.map((issue) => `${v.getDotPath(issue) ?? 'document'} ${issue.message}`)
    const isInsecure = result.issues.some(({ input }) => typeof input === 'string' && isPlainHttp(input))
    throw unusable(problems, isInsecure ? 'insecure_endpoint' : 'metadata_unusable')
  }
  if (result.output.jwks_uri === undefined && config.pinnedKey === undefined) {
    throw unusable(['jwks_uri is missing'])
  }
  return result.output
}

function isPlainHttp(address: string): boolean {
  return URL.canParse(address) && !isSecure(new URL(address))
}

function unusable(
  problems: readonly string[],
  reason: 'metadata_unusable' | 'insecure_endpoint' = 'metadata_unusable',
): GatehouseError {
  return new GatehouseError('provider_error', reason, 'the metadata of the provider cannot be used', {
    detail: { problems },
  })
}

/** @throws GatehouseError `provider_error` when the provider would have us do what is not safe */
export function refuseUnsafe(metadata: Metadata, { usePkce }: ProviderConfig): void {
  if (metadata.issuer.startsWith('https:')) refuseInsecureEndpoints(metadata)
  const methods = metadata.code_challenge_methods_supported
  if (usePkce && methods && !methods.includes('S256')) {
    throw new GatehouseError('provider_error', 'pkce_without_s256', 'the provider offers PKCE, but not with S256', {
      detail: { offered: methods },
    })
  }
}

/** Plain http is for a provider on this machine; another one that leads to this machine is up to no good. */
function refuseInsecureEndpoints(metadata: Metadata): void {
  const insecure = Object.entries(metadata).flatMap(([name, value]) =>
    typeof value === 'string' && value.startsWith('http:') ? [name] : [],
  )
  if (insecure.length === 0) return
  throw new GatehouseError('provider_error', 'insecure_endpoint', 'the provider has an endpoint without https', {
    detail: { insecure },
  })
}

/** What the operator sets wins over what the provider says. */
export function explicitEndpoints(config: ProviderConfig) {
  const endpoints = {
    authorization_endpoint: config.authorizationEndpoint,
    token_endpoint: config.tokenEndpoint,
    userinfo_endpoint: config.userinfoEndpoint,
    jwks_uri: config.jwksUri,
    end_session_endpoint: config.endSessionEndpoint,
    revocation_endpoint: config.revocationEndpoint,
    introspection_endpoint: config.introspectionEndpoint,
  }
  // Unset ones must not hide the discovered ones.
  return JSON.parse(JSON.stringify(endpoints)) as Partial<typeof endpoints> // a copy without the undefined members
}
