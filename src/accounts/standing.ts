/**
 * Which tenant and which tariff a person has, by OpenTalk's settings: pure rules over what the provider said. What a tariff allows is the
 * application's.
 */
import * as v from 'valibot'
import { type Claims, text } from '../claims/claim-values.ts'
import type { OpenTalkValues } from '../config/dialects/opentalk/settings.ts'

/**
 * @param said claims, or what was stored of them
 * @param settings OpenTalk's; `null`: not in use, and what the provider said counts
 */
export function standingOf(said: Claims, settings: OpenTalkValues | null): Tenant & Tariff {
  return { ...tenantOf(said, settings), ...tariffOf(said, settings) }
}

export interface Tenant {
  /** `null`: no one says. */
  readonly tenant_id: string | null
}

/**
 * @param said claims, or what was stored of them
 * @param settings `null`: OpenTalk is not in use, and what the provider said counts
 */
export function tenantOf(said: Claims, settings: OpenTalkValues | null): Tenant {
  const isStatic = settings?.['tenants.assignment'] === 'static'
  return { tenant_id: isStatic ? settings['tenants.static_tenant_id'] : v.parse(text, said.tenant_id) }
}

export interface Tariff {
  /** `null`: no one says. */
  readonly tariff_id: string | null
  /** With OpenTalk one of its words default, paid and downgraded, else what the provider said. */
  readonly tariff_status: string | null
}

/** Where a word was in two lists, the first would count. Such settings are refused. */
const STATUSES = ['default', 'paid', 'downgraded'] as const

/** @param settings `null`: OpenTalk is not in use, and what the provider said counts */
export function tariffOf(said: Claims, settings: OpenTalkValues | null): Tariff {
  const tariff_id = v.parse(text, said.tariff_id)
  if (settings === null) return { tariff_id, tariff_status: v.parse(text, said.tariff_status) }
  if (settings['tariffs.assignment'] === 'static') {
    return { tariff_id: settings['tariffs.static_tariff_name'], tariff_status: 'default' }
  }
  const status = mappedStatus(said, settings) ?? 'default'
  const downgraded = settings['tariffs.status_mapping.downgraded_tariff_name'] ?? tariff_id
  return { tariff_id: status === 'downgraded' ? downgraded : tariff_id, tariff_status: status }
}

/** Whether the provider said a status that is in no list; it counts as default, and the operator should know. */
export function isStatusUnknown(said: Claims, settings: OpenTalkValues | null): boolean {
  if (settings?.['tariffs.assignment'] !== 'by_external_tariff_id') return false
  const hasMapping = settings['tariffs.status_mapping.downgraded_tariff_name'] !== undefined
  return hasMapping && v.parse(text, said.tariff_status) !== null && mappedStatus(said, settings) === undefined
}

/** `undefined`: there is no mapping, or the word is in no list. */
function mappedStatus(said: Claims, settings: OpenTalkValues): (typeof STATUSES)[number] | undefined {
  const word = v.parse(text, said.tariff_status)
  if (word === null) return undefined
  return STATUSES.find((status) => settings[`tariffs.status_mapping.${status}`]?.includes(word))
}
