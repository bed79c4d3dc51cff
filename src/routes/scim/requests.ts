/**
 * What every request of SCIM needs: the provider that its token stands for, and a body of a bounded length.
 */
import type { Context } from 'hono'
import { nameOf } from '../../config/names.ts'
import { equalInConstantTime, mediaTypeIn, sha256 } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import type { Provider } from '../../oidc/provider.ts'
import type { RequestVariables } from '../http/context.ts'
import { limitedText } from '../http/forms.ts'

type RequestContext = Context<RequestVariables>

/** A group with all its members comes in one piece. */
const BODY_MAX_BYTES = 4 * 1024 * 1024

/**
 * The provider that is pushing, by its bearer token.
 *
 * @throws GatehouseError `invalid_client`; `not_found` where no provider pushes
 * @see RFC 6750 sections 2.1 and 3
 */
export async function pushingProvider(c: RequestContext, { providers }: Deps): Promise<Provider> {
  const pushing = providers.all.filter(({ config }) => config.scimTokens !== undefined)
  if (pushing.length === 0) {
    throw new GatehouseError('not_found', 'scim_off', 'no provider has a token for SCIM', {
      publicMessage: `SCIM is off: no provider has ${nameOf('scimTokens')}`,
    })
  }
  const [, token] = /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '') ?? []
  if (token === undefined) {
    c.header('WWW-Authenticate', 'Bearer realm="scim"')
    throw new GatehouseError('invalid_client', 'credential_missing', 'no bearer token', {
      publicMessage: `Send the token of ${nameOf('scimTokens')} as a bearer token`,
    })
  }
  const provider = await holderOf(token, pushing)
  if (provider !== undefined) return provider
  c.header('WWW-Authenticate', 'Bearer realm="scim", error="invalid_token"')
  throw new GatehouseError('invalid_client', 'credential_unknown', 'no provider has this token for SCIM', {
    publicMessage: `The token is not that of ${nameOf('scimTokens')}`,
  })
}

/** Hashes are compared, so that neither the length nor the beginning of a token shows. */
async function holderOf(token: string, providers: readonly Provider[]): Promise<Provider | undefined> {
  const presented = await sha256(token)
  for (const provider of providers) {
    for (const known of provider.config.scimTokens ?? []) {
      if (equalInConstantTime(await sha256(known), presented)) return provider
    }
  }
  return undefined
}

const JSON_TYPES = ['application/scim+json', 'application/json']

/** @throws GatehouseError `invalid_request` `request_unreadable`, `payload_too_large` */
export async function jsonBody(c: RequestContext): Promise<unknown> {
  const type = mediaTypeIn(c.req.header('content-type'))
  const text = await limitedText(c, BODY_MAX_BYTES)
  try {
    if (type !== undefined && JSON_TYPES.includes(type)) return JSON.parse(text)
  } catch (cause) {
    throw unreadable(cause)
  }
  throw unreadable(undefined)
}

function unreadable(cause: unknown): GatehouseError {
  return new GatehouseError('invalid_request', 'request_unreadable', 'a body that is not JSON', {
    cause,
    publicMessage: 'Send JSON (application/scim+json)',
  })
}

/** The refusal of a resource that this provider has not pushed. */
export function unknownResource(): GatehouseError {
  return new GatehouseError('not_found', 'resource_unknown', 'no such resource of this provider', {
    publicMessage: 'There is no such resource',
  })
}

/** The refusal of a second resource of the same name. */
export function takenName(attributes: string): GatehouseError {
  const sentence = `another resource has this ${attributes}`
  return new GatehouseError('conflict', 'already_provisioned', sentence, {
    publicMessage: `Another resource has this ${attributes}`,
  })
}

/** How often a change is tried anew that another one has overtaken. */
export const TRIES_MAX = 5

/** The refusal of a change that others have overtaken each time. */
export function tooManyChanges(): GatehouseError {
  const sentence = 'too many changes of one resource at the same time'
  return new GatehouseError('store_unavailable', 'database_failed', sentence)
}

/** The line that says what a provider has pushed. */
export function logPush(
  c: RequestContext,
  providerId: string,
  pushed: Readonly<Record<string, string | number>>,
): void {
  c.var.log({ level: 'info', event: 'scim', detail: { provider: providerId, method: c.req.method, ...pushed } })
}
