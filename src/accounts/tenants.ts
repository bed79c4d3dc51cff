/**
 * Which tenant someone is of, by OpenTalk's settings; a pure rule over what the provider said.
 */
import * as v from 'valibot'
import type { OpenTalkValues } from '../config/dialects/opentalk/settings.ts'
import { type Claims, text } from './text-claim.ts'

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
