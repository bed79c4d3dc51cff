/**
 * Asks the admin API of a Keycloak whether people of ours still have an account there; what follows from that is decided in `accounts/`.
 */
import * as v from 'valibot'
import { type AdminApi, type AdminApiPlace, type GetToken, refusedBy, type Send } from './admin-api.ts'

/** What an account at the provider is. */
export type AccountStatus = 'enabled' | 'disabled' | 'gone'

const account = v.object({ enabled: v.optional(v.boolean(), true) })
const accounts = v.array(account)
/** A realm that there is not is 404 as well. @see Keycloak, UsersResource.user */
const notFound = v.object({ error: v.literal('User not found') })

/**
 * The status of one person by their `sub`.
 *
 * @throws GatehouseError `not_configured` when the client may not look, `provider_unreachable`, `provider_error`
 */
export async function statusOf(
  subject: string,
  place: AdminApiPlace,
  api: AdminApi,
  getToken: GetToken,
  send: Send,
): Promise<AccountStatus> {
  const { externalIdAttribute: attribute } = place
  const path = attribute === null ? `/users/${encodeURIComponent(subject)}` : byAttribute(attribute, subject)
  const response = await api.get(path, getToken, send)
  const body: unknown = await response.json().catch(() => null)
  if (attribute === null && response.status === 404 && v.is(notFound, body)) return 'gone'
  const found = v.safeParse(accounts, attribute === null ? [body] : body)
  if (response.status !== 200 || !found.success) throw refusedBy(response, 'look at accounts', place)
  if (found.output.length === 0) return 'gone'
  return found.output.some(({ enabled }) => enabled) ? 'enabled' : 'disabled'
}

function byAttribute(attribute: string, value: string): string {
  const query = new URLSearchParams({ q: `${attribute}:"${value.replaceAll('"', '\\"')}"`, exact: 'true', max: '10' })
  return `/users?${query}`
}
