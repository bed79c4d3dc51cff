/**
 * What OpenTalk's settings change at a provider that may be configured by others too; the provider itself is read elsewhere.
 */

import { issuerPlaces } from '../../issuer-search.ts'
import type { ProviderConfig } from '../../model.ts'
import type { Problem } from '../../schema/reading.ts'
import type { ProviderSource } from '../tables/sources.ts'
import { type OpenTalk, opentalkSettings } from './settings.ts'
import { searchedAmong, userSearchOf } from './user-search.ts'

/** People must sign in where the tokens of the apps come from. */
export function otherIssuer(
  opentalk: OpenTalk | null,
  providers: readonly ProviderConfig[],
  source: ProviderSource | null,
): Problem[] {
  const [issuer] = opentalk?.issuers ?? []
  if (!opentalk || !source || issuer === undefined || providers.length === 0) return []
  if (providers.some((provider) => isMeant(provider, opentalk))) return []
  const setting = opentalk.settings['keycloak.base_url'] === undefined ? 'issuer' : 'providerBaseUrl'
  const others = providers.map(placeOf).join(' and ')
  return [
    {
      name: source.nameOf(setting),
      problem: `names the issuer ${issuer}, and OIDC_RP_CLIENT_ID is a client of ${others}; both must be the same`,
      example: opentalkSettings[setting === 'issuer' ? 'oidc.authority' : 'keycloak.base_url'].example,
    },
  ]
}

function placeOf({ issuer, jwksUri: keys }: ProviderConfig): string {
  return issuer ?? `whom ${keys} belongs to`
}

/** An environment that names no issuer leads to some by its endpoints. */
function isMeant(provider: ProviderConfig, { issuers }: OpenTalk): boolean {
  if (provider.issuer !== undefined) return issuers.includes(provider.issuer)
  return issuerPlaces(provider).some((place) => issuers.includes(place) || issuers.includes(`${place}/`))
}

/** Without these OpenTalk lets no one in. */
const ESSENTIAL = ['email', 'given_name', 'family_name']

/**
 * A provider of OpenTalk's may be asked by one name, and be known to browsers by another; it must say more of people than others; and it
 * is the controller that asks about tokens, whichever provider people sign in with.
 */
export function seenByOpenTalk(
  provider: ProviderConfig,
  opentalk: OpenTalk | null,
  isHostForwarded: boolean,
  all: readonly ProviderConfig[],
): ProviderConfig {
  if (!opentalk) return provider
  const [usual] = opentalk.issuers
  if (usual === undefined) {
    return Object.freeze({
      ...provider,
      ...essentialClaims(provider, opentalk),
      userSearch: searchedAmong(all, opentalk) === provider ? userSearchOf(provider, opentalk) : null,
    })
  }
  if (!isMeant(provider, opentalk)) return provider
  const issuer = provider.issuer ?? usual
  const otherIssuers = opentalk.issuers.filter((other) => other !== issuer)
  const [shown] = otherIssuers.map((other) => new URL(other).host).filter((host) => host !== new URL(issuer).host)
  return Object.freeze({
    ...provider,
    ...essentialClaims(provider, opentalk),
    ...askingClient(provider, opentalk),
    issuer: issuer,
    otherIssuers,
    forwardedHost: isHostForwarded ? (shown ?? null) : null,
    userSearch: userSearchOf({ ...provider, issuer: issuer }, opentalk),
  })
}

function essentialClaims(provider: ProviderConfig, { settings, issuers }: OpenTalk): Partial<ProviderConfig> {
  const usual = issuers.length > 0 ? ESSENTIAL : []
  const isByTariff = settings['tariffs.assignment'] === 'by_external_tariff_id'
  const hasMapping = settings['tariffs.status_mapping.downgraded_tariff_name'] !== undefined
  const claims = [
    ...(provider.essentialClaims ?? usual),
    ...(settings['tenants.assignment'] === 'by_external_tenant_id' ? ['tenant_id'] : []),
    ...(isByTariff ? ['tariff_id'] : []),
    ...(isByTariff && hasMapping ? ['tariff_status'] : []),
  ]
  return { essentialClaims: [...new Set(claims)] }
}

function askingClient(provider: ProviderConfig, { controller }: OpenTalk): Partial<ProviderConfig> {
  const isSaid = provider.introspectionClientId !== undefined
  if (isSaid || controller === null || controller.clientId === provider.clientId) return {}
  return { introspectionClientId: controller.clientId, introspectionClientSecret: controller.clientSecret }
}
