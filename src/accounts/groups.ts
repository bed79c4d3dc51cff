/**
 * The groups of a person, from the claim that the settings name; that there are groups, and not which, is something else than none.
 */
import * as v from 'valibot'
import type { ProviderConfig } from '../config/env.ts'
import type { Claims } from './text-claim.ts'

/** The setting that says where the groups are. */
export type GroupRules = Pick<ProviderConfig, 'OIDC_USERINFO_GROUPS_CLAIM'>

const GROUPS_MAX = 1000

// OpenTalk takes a single text for a list of one.
const groupList = v.fallback(
  v.pipe(
    v.union([
      v.array(v.string()),
      v.pipe(
        v.string(),
        v.transform((group) => [group]),
      ),
    ]),
    v.transform((groups) => [...new Set(groups.filter((group) => group !== ''))].slice(0, GROUPS_MAX)),
    v.readonly(),
  ),
  [],
)

/**
 * Reads the groups from the first of the configured claims that the provider speaks of.
 *
 * @returns `null`: there are groups, and the provider did not say which
 * @see Microsoft Entra ID, "groups overage claim": more than 200 groups are not in the token
 */
export function groupsOf(claims: Claims, { OIDC_USERINFO_GROUPS_CLAIM: names }: GroupRules): readonly string[] | null {
  const name = names.find((one) => isElsewhere(claims, one) || isSaid(claims[one]))
  if (name === undefined) return []
  return isElsewhere(claims, name) ? null : v.parse(groupList, claims[name])
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null
}

const elsewhere = v.object({ _claim_names: v.record(v.string(), v.unknown()) })

/** The provider says where else the claim could be had. @see OpenID Connect Core 1.0 section 5.6.2 */
function isElsewhere(claims: Claims, name: string): boolean {
  if (v.is(elsewhere, claims) && Object.hasOwn(claims._claim_names, name)) return true
  return name === 'groups' && !isSaid(claims.groups) && (claims.hasgroups === true || claims.hasgroups === 'true')
}
