/**
 * What a pushed user means for the sign-in of the same person: whether they may come in, whether they get an account, and their groups.
 */
import type { Claims } from '../../claims/claim-values.ts'
import type { ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import type { Identity } from '../person.ts'
import { type ExternalIdRules, externalIdClaim, subjectIn } from '../provision.ts'
import { scimKey } from './resources.ts'

export interface Standing {
  readonly isActive: boolean
  /** Names of groups. */
  readonly groups: readonly string[]
}

/** Whether `externalId` is what people are known by, so that an account is found before its next sign-in. */
export function isSubjectExternalId(rules: ExternalIdRules): boolean {
  return externalIdClaim(rules) === rules.subjectClaim
}

/**
 * Which pushed user signs in; `null`: the provider pushes nothing.
 *
 * @param subject `sub` of the ID token
 */
export function scimKeyOf(
  claims: Claims,
  subject: string,
  rules: ExternalIdRules & Pick<ProviderConfig, 'id'>,
): string | null {
  const claim = externalIdClaim(rules)
  if (claim === null) return null
  const externalId = subjectIn(claim === 'sub' ? { sub: subject } : claims, { subjectClaim: claim })
  return externalId === null ? null : scimKey(rules.id, externalId)
}

/** @throws GatehouseError `account_disabled` */
export function refuseInactive(standing: Standing | null): void {
  if (standing === null || standing.isActive) return
  throw new GatehouseError(
    'account_disabled',
    'inactive_at_provider',
    'the provider has pushed by SCIM that the person is not active',
    { detail: { fix: `activate the person at the provider, which pushes by SCIM (${nameOf('scimTokens')})` } },
  )
}

/** The groups of the claims and those that are pushed. With pushed ones, it is known which there are. */
export function allGroups(claimed: Identity['x_grp'], pushed: readonly string[]): Identity['x_grp'] {
  return pushed.length === 0 ? claimed : [...new Set([...(claimed ?? []), ...pushed.toSorted()])]
}
