/**
 * Tenant and tariff of someone together, as applications are told of them.
 */
import type { OpenTalkValues } from '../config/dialects/opentalk/settings.ts'
import { type Tariff, tariffOf } from './tariffs.ts'
import { type Tenant, tenantOf } from './tenants.ts'
import type { Claims } from './text-claim.ts'

/**
 * @param said claims, or what was stored of them
 * @param settings OpenTalk's; `null`: not in use, and what the provider said counts
 */
export function standingOf(said: Claims, settings: OpenTalkValues | null): Tenant & Tariff {
  return { ...tenantOf(said, settings), ...tariffOf(said, settings) }
}
