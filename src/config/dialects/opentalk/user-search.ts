/**
 * Whom a search of people asks, and as which client, by OpenTalk's settings; the search itself is elsewhere.
 */

import { withoutSlash } from '../../../vendors/standard/standard.ts'
import { PROVIDER_TYPES, VENDORS } from '../../../vendors/vendors.ts'
import type { ProviderConfig } from '../../model.ts'
import { type Problem, problemsOf } from '../../schema/reading.ts'
import { type FindBehavior, type OpenTalk, opentalkSettings, type UserSearch } from './settings.ts'
import { opentalkVariable } from './sources.ts'

/** `null`: no setting of OpenTalk is in use, and people are looked for among those who have signed in, if at all. */
export function findBehaviorOf(opentalk: OpenTalk | null): FindBehavior {
  if (opentalk === null) return 'disabled'
  const { settings } = opentalk
  const said = settings['user_search.users_find_behavior']
  if (said !== undefined) return said
  if (settings['user_search.backend'] !== undefined) return 'from_user_search_backend'
  const isKeycloak = settings['keycloak.client_id'] !== undefined
  if (!isKeycloak || settings['endpoints.disable_users_find']) return 'disabled'
  return settings['endpoints.users_find_use_kc'] ? 'from_user_search_backend' : 'from_database'
}

export function asksBackend(behavior: FindBehavior): boolean {
  return behavior === 'from_user_search_backend' || behavior === 'from_both'
}

/** The search at a provider; `null`: no one asks for one, or it cannot be had. */
export function userSearchOf(provider: ProviderConfig, opentalk: OpenTalk): UserSearch | null {
  return asksBackend(findBehaviorOf(opentalk)) ? searchAt(provider, opentalk) : null
}

/** Where the accounts of a provider can be looked at, whether anyone searches or not; `null`: nowhere. */
export function accountsAt(provider: ProviderConfig, opentalk: OpenTalk | null): UserSearch | null {
  if (provider.userSearch !== null) return provider.userSearch
  const isMeant = provider.issuer !== undefined && opentalk?.issuers.includes(provider.issuer)
  if (opentalk !== null && isMeant) return searchAt(provider, opentalk)
  const { issuer, clientId, clientSecret } = provider
  const apiBaseUrl = adminApiOf(issuer)
  if (apiBaseUrl === undefined || clientSecret === undefined) return null
  return { apiBaseUrl, clientId, clientSecret, externalIdAttribute: null, tenantAttribute: null }
}

function searchAt(provider: ProviderConfig, { settings, controller }: OpenTalk): UserSearch | null {
  const apiBaseUrl = settings['user_search.api_base_url'] ?? adminApiOf(provider.issuer)
  const clientSecret = settings['user_search.client_secret'] ?? controller?.clientSecret ?? provider.clientSecret
  if (apiBaseUrl === undefined || clientSecret === undefined) return null
  const isByTenant = settings['tenants.assignment'] === 'by_external_tenant_id'
  return {
    apiBaseUrl: withoutSlash(apiBaseUrl),
    clientId: settings['user_search.client_id'] ?? controller?.clientId ?? provider.clientId,
    clientSecret,
    externalIdAttribute:
      settings['user_search.external_id_user_attribute_name'] ??
      settings['keycloak.external_id_user_attribute_name'] ??
      null,
    tenantAttribute: isByTenant ? settings['tenants.external_tenant_id_user_attribute_name'] : null,
  }
}

/**
 * Whom the search asks where no setting of OpenTalk names the provider: one alone, because the secret of its client is no one else's business.
 *
 * @returns `undefined`: of several providers it can be told of none
 */
export function searchedAmong(
  providers: readonly ProviderConfig[],
  { settings }: OpenTalk,
): ProviderConfig | undefined {
  if (providers.length === 1) return providers[0]
  const keycloaks = providers.filter(({ issuer }) => adminApiOf(issuer) !== undefined)
  const said = settings['user_search.api_base_url']?.replace(/\/+$/, '')
  if (said === undefined || keycloaks.length === 1) return keycloaks[0]
  return keycloaks.find(({ issuer }) => adminApiOf(issuer) === said)
}

/** A search that is asked for must be one that works. */
export function userSearchProblems(opentalk: OpenTalk | null, providers: readonly ProviderConfig[]): Problem[] {
  if (opentalk === null || !asksBackend(findBehaviorOf(opentalk)) || providers.length === 0) return []
  if (providers.some(({ userSearch }) => userSearch !== null)) return []
  const problem = problemsOf(opentalkSettings, opentalkVariable)
  const isOfNone = providers.length > 1 && opentalk.settings['user_search.api_base_url'] !== undefined
  const sentence = isOfNone
    ? 'does not say to which of the providers it belongs; it must be the admin API beside the issuer of one of them'
    : 'is not set, and does not follow from the issuer, which is not that of a Keycloak'
  return [problem('user_search.api_base_url', sentence)]
}

/** `undefined`: no type of provider has one beside such an issuer. */
function adminApiOf(issuer: string | undefined): string | undefined {
  if (issuer === undefined) return undefined
  return PROVIDER_TYPES.map((type) => VENDORS[type].adminApiOf(issuer)).find((address) => address !== undefined)
}
