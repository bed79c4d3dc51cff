/**
 * Reads one provider: its type, what the type decides, and each of its settings; where they stand is found in `dialects/tables/sources.ts`.
 */

import { FACTS } from '../vendors/vendor.ts'
import type { ProviderType } from '../vendors/vendors.ts'
import { typeOfIssuer, VENDORS } from '../vendors/vendors.ts'
import type { RegisteredAddresses } from './addresses.ts'
import { FLAT_ID, type ProviderSource } from './dialects/tables/sources.ts'
import { hasEndpoints, isSearchable, typeOfEndpoints } from './issuer-search.ts'
import type { ProviderConfig } from './model.ts'
import { ruleProblems } from './rules.ts'
import { providerSettings } from './schema/provider.ts'
import { isSet, type Problem, problemsOf, readSettings } from './schema/reading.ts'

/** What La Suite calls its client while no one has given it a name. */
export const LA_SUITE_CLIENT = 'meet'

export interface ReadProvider {
  /** `null`: there are problems. */
  readonly provider: ProviderConfig | null
  readonly problems: readonly Problem[]
}

/** @param addresses those of this provider, which the settings of Gatehouse itself decide */
export function readProvider({ id, name, raw, nameOf }: ProviderSource, addresses: RegisteredAddresses): ReadProvider {
  const first = readSettings(providerSettings, raw, nameOf).values as Partial<ProviderConfig> // each was read by its own schema
  const url = first.issuer ?? VENDORS[first.type ?? 'generic'].issuer(first)
  const type = first.type ?? (url === undefined ? typeOfEndpoints(first) : typeOfIssuer(url))
  const defaults = { ...laSuiteDefaults(id, first, url), ...VENDORS[type].defaults }
  const { values, problems, isBroken } = readSettings(providerSettings, raw, nameOf, defaults)
  const config = { ...(values as Partial<ProviderConfig>), type: type } // as above
  const place = url ?? config.authorizationEndpoint
  const found = [
    ...placeProblems(config, type, isBroken, nameOf),
    ...problems,
    ...ruleProblems({ config, place, isBroken, nameOf }),
  ]
  if (found.length > 0 || place === undefined) return { provider: null, problems: found }
  const provider = { ...config, id, name: name ?? VENDORS[type].label ?? new URL(place).hostname, issuer: url }
  const isSignAlgoSet = isSet(raw.OIDC_RP_SIGN_ALGO)
  const isGroupsClaimSet = isSet(raw.OIDC_USERINFO_GROUPS_CLAIM)
  const usual = {
    isSignAlgoSet,
    isGroupsClaimSet,
    otherIssuers: [],
    forwardedHost: null,
    userSearch: null,
    accountSync: null,
    addresses,
  }
  return { provider: Object.freeze({ ...provider, ...usual }) as ProviderConfig, problems: [] } // every setting was read without a problem
}

/** Environments of La Suite may leave the client ids out. Where there is no word of a provider, it is as missing as everything else. */
function laSuiteDefaults(id: string, set: Partial<ProviderConfig>, url: string | undefined): Partial<ProviderConfig> {
  if (id !== FLAT_ID) return {}
  const isPlaced = url !== undefined || set.authorizationEndpoint !== undefined
  return {
    ...(isPlaced ? { clientId: LA_SUITE_CLIENT } : {}),
    ...(set.introspectionClientSecret === undefined ? {} : { introspectionClientId: LA_SUITE_CLIENT }),
  }
}

/** Where the provider is must be said once, and in full. */
function placeProblems(
  config: Partial<ProviderConfig>,
  type: ProviderType,
  isBroken: (name: string) => boolean,
  nameOf: (name: string) => string,
): Problem[] {
  const { facts, issuer } = VENDORS[type]
  const given = FACTS.filter((fact) => config[fact] !== undefined)
  const problem = problemsOf(providerSettings, nameOf)
  const foreign = given
    .filter((fact) => !facts.includes(fact))
    .map((fact) => problem(fact, `is not for a provider of type ${type}`))
  if (foreign.length > 0) return foreign
  const isUrlThere = config.issuer !== undefined || isBroken('issuer')
  if (isUrlThere) return given.map((fact) => problem(fact, `says the same as ${nameOf('issuer')}; set one of them`))
  if (issuer(config) !== undefined) return []
  // Without a word about the place, the endpoints must lead to it.
  if (given.length === 0 && hasEndpoints(config) && isSearchable(config)) return []
  const missing = facts.filter((fact) => config[fact] === undefined && !isBroken(fact))
  if (given.length > 0 || type !== 'generic') return missing.map((fact) => problem(fact, 'is not set'))
  return [problem('issuer', 'is not set')]
}
