/**
 * What OpenTalk's settings mean, and the provider that they describe; what is wrong with them together is in `rules.ts`.
 */

import { VENDORS } from '../../../vendors/vendors.ts'
import { providerSettings } from '../../schema/provider.ts'
import { isSet, type Problem, readSettings } from '../../schema/reading.ts'
import { writtenIn } from '../../schema/setting.ts'
import { FLAT_ID, type ProviderSource } from '../tables/sources.ts'
import { opentalkProblems, opentalkWarnings } from './rules.ts'
import { type OpenTalk, type OpenTalkValues, opentalkSettings } from './settings.ts'
import { OPENTALK_NAMES, opentalkSources } from './sources.ts'

export interface ReadOpenTalk {
  /** `null`: no setting of OpenTalk is in use, or there are problems. */
  readonly opentalk: OpenTalk | null
  /** The provider that `[keycloak]` or `[oidc]` describes; `null`: there is neither. */
  readonly source: ProviderSource | null
  readonly problems: readonly Problem[]
  readonly warnings: readonly string[]
}

/** @param env the whole environment */
export function readOpenTalk(env: Readonly<Record<string, unknown>>): ReadOpenTalk {
  const { raw, nameOf, ...found } = opentalkSources(env)
  const read = readSettings(opentalkSettings, raw, nameOf)
  const values = read.values as Partial<OpenTalkValues> // each was read by its own schema
  const written = { values, nameOf, isThere: (name: string) => isSet(raw[name]) }
  const problems = [...found.problems, ...read.problems, ...opentalkProblems(written)]
  const warnings = [...found.warnings, ...opentalkWarnings(written)]
  const isInUse = OPENTALK_NAMES.some(written.isThere)
  const opentalk = isInUse && problems.length === 0 ? meaningOf(values as OpenTalkValues) : null // none could not be read
  return { opentalk, source: sourceOf(raw, nameOf, env), problems, warnings }
}

/** Which setting of a provider each of OpenTalk's is. */
const OF_KEYCLOAK = {
  OIDC_OP_BASE_URL: 'keycloak.base_url',
  OIDC_OP_REALM: 'keycloak.realm',
  OIDC_RP_CLIENT_ID: 'keycloak.client_id',
  OIDC_RP_CLIENT_SECRET: 'keycloak.client_secret',
}

const OF_OIDC = {
  OIDC_OP_URL: 'oidc.authority',
  OIDC_RP_CLIENT_ID: 'oidc.controller.client_id',
  OIDC_RP_CLIENT_SECRET: 'oidc.controller.client_secret',
}

/** The provider as `[keycloak]` or `[oidc]` describes it. All else may be said by the flat settings of a provider. */
function sourceOf(
  raw: Readonly<Record<string, unknown>>,
  nameOf: (name: string) => string,
  env: Readonly<Record<string, unknown>>,
): ProviderSource | null {
  const hasTable = (table: string) => OPENTALK_NAMES.some((name) => name.startsWith(`${table}.`) && isSet(raw[name]))
  const isKeycloak = hasTable('keycloak')
  if (!isKeycloak && !hasTable('oidc')) return null
  const place = isSet(raw['oidc.controller.authority']) ? { OIDC_OP_URL: 'oidc.controller.authority' } : {}
  const names: Readonly<Record<string, string>> = isKeycloak ? OF_KEYCLOAK : { ...OF_OIDC, ...place }
  const said = Object.fromEntries(Object.entries(names).map(([setting, name]) => [setting, raw[name]]))
  return {
    id: FLAT_ID,
    name: undefined,
    raw: { ...env, ...(isKeycloak ? { OIDC_OP_TYPE: 'keycloak' } : {}), ...said },
    nameOf(key) {
      const variable = writtenIn(providerSettings, key)
      const name = names[variable]
      return name === undefined ? variable : nameOf(name)
    },
    secretNames: [],
  }
}

function meaningOf(settings: OpenTalkValues): OpenTalk {
  const keycloak = settings['keycloak.client_id']
  if (keycloak !== undefined) {
    const facts = { providerBaseUrl: settings['keycloak.base_url'], realm: settings['keycloak.realm'] }
    return {
      settings,
      issuers: [VENDORS.keycloak.issuer(facts) ?? ''],
      controller: { clientId: keycloak, clientSecret: settings['keycloak.client_secret'] ?? '' },
      frontendClientId: null,
    }
  }
  const authority = settings['oidc.authority']
  const clientId = settings['oidc.controller.client_id']
  if (authority === undefined || clientId === undefined) {
    return { settings, issuers: [], controller: null, frontendClientId: null }
  }
  const asked = settings['oidc.controller.authority'] ?? authority
  const shown = settings['oidc.frontend.authority'] ?? authority
  return {
    settings,
    issuers: [...new Set([asked, shown])],
    controller: { clientId, clientSecret: settings['oidc.controller.client_secret'] ?? '' },
    frontendClientId: settings['oidc.frontend.client_id'] ?? null,
  }
}
