/**
 * Reads one provider: its type, what the type decides, and each of its settings; where they stand is found in `provider-sources.ts`.
 */

import type { ProviderConfig } from './env.ts'
import { hasEndpoints, typeOfEndpoints } from './issuer-search.ts'
import type { ProviderType } from './place-settings.ts'
import { FACTS, PRESETS, typeOfIssuer } from './presets.ts'
import { providerProblems } from './provider-combinations.ts'
import { providerSettings } from './provider-settings.ts'
import { FLAT_ID, type ProviderSource } from './provider-sources.ts'
import { type Problem, problemsOf, readSettings } from './reading.ts'
import { typeProblems } from './type-problems.ts'

/** What La Suite calls its client while nobody has given it a name. */
export const LA_SUITE_CLIENT = 'meet'

export interface ReadProvider {
  /** `null`: there are problems. */
  readonly provider: ProviderConfig | null
  readonly problems: readonly Problem[]
}

export function readProvider({ id, name, raw, nameOf }: ProviderSource): ReadProvider {
  const first = readSettings(providerSettings, raw, nameOf).values as Partial<ProviderConfig> // each was read by its own schema
  const url = first.OIDC_OP_URL ?? PRESETS[first.OIDC_OP_TYPE ?? 'generic'].issuer(first)
  const type = first.OIDC_OP_TYPE ?? (url === undefined ? typeOfEndpoints(first) : typeOfIssuer(url))
  const defaults = { ...laSuiteDefaults(id, first, url), ...PRESETS[type].defaults }
  const { values, problems, isBroken } = readSettings(providerSettings, raw, nameOf, defaults)
  const config = { ...(values as Partial<ProviderConfig>), OIDC_OP_TYPE: type } // as above
  const place = url ?? config.OIDC_OP_AUTHORIZATION_ENDPOINT
  const found = [
    ...placeProblems(config, type, isBroken, nameOf),
    ...problems,
    ...providerProblems(config, isBroken, nameOf),
    ...typeProblems(config, place, isBroken, nameOf),
  ]
  if (found.length > 0 || place === undefined) return { provider: null, problems: found }
  const provider = { ...config, id, name: name ?? PRESETS[type].label ?? new URL(place).hostname, OIDC_OP_URL: url }
  const usual = { otherIssuers: [], forwardedHost: null, userSearch: null }
  return { provider: Object.freeze({ ...provider, ...usual }) as ProviderConfig, problems: [] } // every setting was read without a problem
}

/** Environments of La Suite may leave the client ids out. Where there is no word of a provider, it is as missing as everything else. */
function laSuiteDefaults(id: string, set: Partial<ProviderConfig>, url: string | undefined): Partial<ProviderConfig> {
  if (id !== FLAT_ID) return {}
  const isPlaced = url !== undefined || set.OIDC_OP_AUTHORIZATION_ENDPOINT !== undefined
  return {
    ...(isPlaced ? { OIDC_RP_CLIENT_ID: LA_SUITE_CLIENT } : {}),
    ...(set.OIDC_RS_CLIENT_SECRET === undefined ? {} : { OIDC_RS_CLIENT_ID: LA_SUITE_CLIENT }),
  }
}

/** Where the provider is must be said once, and in full. */
function placeProblems(
  config: Partial<ProviderConfig>,
  type: ProviderType,
  isBroken: (name: string) => boolean,
  nameOf: (name: string) => string,
): Problem[] {
  const { facts, issuer } = PRESETS[type]
  const given = FACTS.filter((fact) => config[fact] !== undefined)
  const problem = problemsOf(providerSettings, nameOf)
  const foreign = given
    .filter((fact) => !facts.includes(fact))
    .map((fact) => problem(fact, `is not for a provider of type ${type}`))
  if (foreign.length > 0) return foreign
  const isUrlThere = config.OIDC_OP_URL !== undefined || isBroken('OIDC_OP_URL')
  if (isUrlThere)
    return given.map((fact) => problem(fact, `says the same as ${nameOf('OIDC_OP_URL')}; set one of them`))
  if (issuer(config) !== undefined) return []
  // Without a word about the place, the endpoints must lead to it.
  if (given.length === 0 && hasEndpoints(config)) return []
  const missing = facts.filter((fact) => config[fact] === undefined && !isBroken(fact))
  if (given.length > 0 || type !== 'generic') return missing.map((fact) => problem(fact, 'is not set'))
  return [problem('OIDC_OP_URL', 'is not set')]
}
