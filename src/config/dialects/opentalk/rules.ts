/**
 * What is wrong with OpenTalk's settings only when they are looked at together; the conditions are those at which OpenTalk does not start.
 */

import { type Problem, problemsOf } from '../../schema/reading.ts'
import { type OpenTalkSettingName, type OpenTalkValues, opentalkSettings } from './settings.ts'
import { OPENTALK_NAMES } from './sources.ts'
import { asksBackend } from './user-search.ts'

/** OpenTalk's settings that could be read, and how they were written. */
export interface WrittenOpenTalk {
  readonly values: Partial<OpenTalkValues>
  /** Whether a setting is there, readable or not. */
  isThere(name: string): boolean
  nameOf(name: string): string
}

const KEYCLOAK_NEEDS = ['keycloak.base_url', 'keycloak.realm', 'keycloak.client_id', 'keycloak.client_secret'] as const

const OIDC_NEEDS = [
  'oidc.authority',
  'oidc.frontend.client_id',
  'oidc.controller.client_id',
  'oidc.controller.client_secret',
] as const

const STATUS_LISTS = [
  'tariffs.status_mapping.default',
  'tariffs.status_mapping.paid',
  'tariffs.status_mapping.downgraded',
] as const

const STATUS_MAPPING = ['tariffs.status_mapping.downgraded_tariff_name', ...STATUS_LISTS] as const

export function opentalkProblems(written: WrittenOpenTalk): Problem[] {
  const { values, isThere, nameOf } = written
  const first = firstIn(written)
  const keycloak = first('keycloak')
  const oidc = first('oidc')
  const search = first('user_search')
  const problem = problemsOf<OpenTalkSettingName>(opentalkSettings, nameOf)
  const missing = (names: readonly OpenTalkSettingName[]) =>
    names.filter((name) => !isThere(name)).map((name) => problem(name, 'is not set'))
  const both = (name: OpenTalkSettingName, other: OpenTalkSettingName) =>
    problem(name, `stands beside ${nameOf(other)}, and OpenTalk takes one of the two only; remove one`)

  const problems: Problem[] = []
  if (keycloak && oidc) problems.push(both(oidc, keycloak))
  else if (keycloak) problems.push(...missing(KEYCLOAK_NEEDS))
  else if (oidc) problems.push(...missing(OIDC_NEEDS))
  if (keycloak && search) problems.push(both(search, keycloak))
  for (const flag of ['endpoints.disable_users_find', 'endpoints.users_find_use_kc'] as const) {
    if (oidc && isThere(flag)) problems.push(problem(flag, OBSOLETE_FLAG))
  }
  problems.push(...searchProblems(written, problem))
  if (STATUS_MAPPING.some(isThere)) problems.push(...missing(STATUS_MAPPING))
  for (const { status, name, other } of repeated(values)) {
    problems.push(problem(name, `has "${status}", which ${nameOf(other)} has too`))
  }
  return problems
}

const OBSOLETE_FLAG = 'is for [keycloak] only; with [oidc] it is user_search.users_find_behavior that decides'

function searchProblems(
  { values, isThere, nameOf }: WrittenOpenTalk,
  problem: (name: OpenTalkSettingName, sentence: string) => Problem,
): Problem[] {
  const behavior = values['user_search.users_find_behavior']
  const needsBackend = behavior !== undefined && asksBackend(behavior)
  const hasBackend = isThere('user_search.backend')
  const needed = `is not set, and ${nameOf('user_search.users_find_behavior')} is ${behavior}`
  const problems = needsBackend && !hasBackend ? [problem('user_search.backend', needed)] : []
  const hasOtherClient = isThere('user_search.client_id') && !isThere('user_search.client_secret')
  if (hasOtherClient)
    problems.push(problem('user_search.client_secret', `is not set, and ${nameOf('user_search.client_id')} needs it`))
  const usesKeycloak = values['endpoints.users_find_use_kc'] === true && !values['endpoints.disable_users_find']
  const isKeycloakThere = KEYCLOAK_NEEDS.some(isThere) || OIDC_NEEDS.some(isThere)
  if (usesKeycloak && !isKeycloakThere) problems.push(problem('endpoints.users_find_use_kc', 'needs [keycloak]'))
  return problems
}

/** Words that are in two lists, of which the first would win in silence. */
function repeated(values: Partial<OpenTalkValues>) {
  return STATUS_LISTS.flatMap((name, index) =>
    STATUS_LISTS.slice(0, index).flatMap((other) =>
      (values[name] ?? [])
        .filter((status) => values[other]?.includes(status))
        .map((status) => ({ status, name, other })),
    ),
  )
}

/** The first setting that is in a table. */
function firstIn({ isThere }: WrittenOpenTalk) {
  return (table: string) => OPENTALK_NAMES.find((name) => name.startsWith(`${table}.`) && isThere(name))
}

/** What is set and changes nothing, because of what another setting says. */
export function opentalkWarnings({ values, isThere, nameOf }: WrittenOpenTalk): string[] {
  const idle = (names: readonly OpenTalkSettingName[], because: OpenTalkSettingName) =>
    names
      .filter(isThere)
      .map((name) => `${nameOf(name)} has no effect while ${nameOf(because)} is ${String(values[because])}`)
  const isByTenant = values['tenants.assignment'] === 'by_external_tenant_id'
  const isByTariff = values['tariffs.assignment'] === 'by_external_tariff_id'
  return [
    ...idle(
      [isByTenant ? 'tenants.static_tenant_id' : 'tenants.external_tenant_id_user_attribute_name'],
      'tenants.assignment',
    ),
    ...idle(isByTariff ? ['tariffs.static_tariff_name'] : STATUS_MAPPING, 'tariffs.assignment'),
  ]
}
