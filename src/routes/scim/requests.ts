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
import { SCIM_TYPE } from './answers.ts'

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

const JSON_TYPES = [SCIM_TYPE, 'application/json']

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
    publicMessage: `Send JSON (${SCIM_TYPE})`,
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
  const sentence = `Another resource has this ${attributes}`
  return new GatehouseError('conflict', 'already_provisioned', sentence, { publicMessage: sentence })
}

/** How often a change is tried anew that another one has overtaken. */
const TRIES_MAX = 5

/**
 * Changes a resource, as often as another request has changed it meanwhile.
 *
 * @param change gives `null` if one has
 * @throws GatehouseError `store_unavailable` when that does not end; and what the change throws
 */
export async function untilNotOvertaken<T>(change: () => Promise<T | null>): Promise<T> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const done = await change()
    if (done !== null) return done
  }
  const sentence = 'too many changes of one resource at the same time'
  throw new GatehouseError('store_unavailable', 'database_failed', sentence)
}

/** The line that says what a provider has pushed. */
export function logPush(
  c: RequestContext,
  providerId: string,
  pushed: Readonly<Record<string, string | number>>,
): void {
  c.var.log({ level: 'info', event: 'scim', detail: { provider: providerId, method: c.req.method, ...pushed } })
}
