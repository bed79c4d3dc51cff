/**
 * The groups of a person, from the claim that the settings name; that there are groups, and not which, is something else than none.
 */

import { claimAt, claimsElsewhere, namesIn } from '../claims/claim-values.ts'
import type { Claims } from '../claims/text-claim.ts'
import type { ProviderConfig } from '../config/model.ts'

/** The setting that says where the groups are. */
export type GroupRules = Pick<ProviderConfig, 'groupsClaims'>

const GROUPS_MAX = 1000

/**
 * Reads the groups from the first of the configured claims that the provider speaks of.
 *
 * @returns `null`: there are groups, and the provider did not say which
 * @see Microsoft Entra ID, "groups overage claim": more than 200 groups are not in the token
 */
export function groupsOf(claims: Claims, rules: GroupRules): readonly string[] | null {
  const name = groupsClaimOf(claims, rules)
  if (name === undefined) return []
  return isElsewhere(claims, name) ? null : namesIn(claimAt(claims, name)).names.slice(0, GROUPS_MAX)
}

/** The configured claim that the groups are read from; `undefined`: the provider speaks of none of them. */
export function groupsClaimOf(claims: Claims, { groupsClaims: names }: GroupRules): string | undefined {
  return names.find((one) => isElsewhere(claims, one) || claimAt(claims, one) !== undefined)
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** The provider says where else the claim could be had. */
function isElsewhere(claims: Claims, name: string): boolean {
  if (Object.hasOwn(claimsElsewhere(claims) ?? {}, name)) return true
  if (name !== 'groups' || isSaid(claims.groups) || !isSaid(claims.hasgroups)) return false
  // What is not clearly a no means that there are some.
  return claims.hasgroups !== false && claims.hasgroups !== 'false'
}
