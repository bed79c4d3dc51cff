/**
 * Who is an administrator: a person whom the settings name, by what their own session brought from the provider, never by an address.
 */

import type { Claims } from '../claims/claim-values.ts'
import type { Config, ProviderConfig } from '../config/model.ts'
import { type GroupRules, groupsOf, rolesOf } from './identity.ts'
import { type SubjectRules, subjectIn } from './provision.ts'

/** What a session brought from the provider, which no other session of the account can change. */
export interface Brought {
  /** What the person was known by. */
  readonly subject: string
  /** `null`: there are groups, and the provider did not say which. */
  readonly groups: readonly string[] | null
  /** `null`: the provider did not speak of roles, or the session is older than the record of them. */
  readonly roles: readonly string[] | null
}

/** What a refresh of a session brings. */
export interface Refreshed {
  /** `null`: the provider did not say this time, so what it said before still counts. */
  readonly subject: string | null
  /** Empty when the provider named none this time; `null` as in `Brought`. These take the place of the earlier ones in any case. */
  readonly groups: readonly string[] | null
  readonly roles: readonly string[] | null
}

type RefreshRules = SubjectRules & GroupRules & Pick<ProviderConfig, 'type'>

/** What a refresh brings, by the claims that came with it; those of the sign-in are not among them. */
export function refreshedBy(claims: Claims, config: RefreshRules): Refreshed {
  return { subject: subjectIn(claims, config), groups: groupsOf(claims, config), roles: rolesOf(claims, config) }
}

/** The signed-in person, by what their session brought. */
export interface Candidate {
  /** The provider of the session, by its id in the settings. */
  readonly providerId: string
  /** `null`: the session is older than the record of it. */
  readonly brought: Brought | null
  /** The session was begun by an e-mail match: the account was that of another subject. */
  readonly isByEmail: boolean
}

/** How a person is written in administrators. */
export function administratorEntry(providerId: string, subject: string): string {
  return `${providerId}:${subject}`
}

/**
 * Whether a person is an administrator. An e-mail address makes no one one: it can be changed, passed on to someone else, or claimed
 * without proof.
 *
 * @see https://www.descope.com/blog/post/noauth for what came of accounts that were found by e-mail address
 */
export function isAdministrator({ providerId, brought, isByEmail }: Candidate, config: Config): boolean {
  if (isByEmail || brought === null) return false
  if (config.administrators.includes(administratorEntry(providerId, brought.subject))) return true
  const isListed = (names: readonly string[] | null, list: readonly string[]) =>
    (names ?? []).some((name) => list.includes(`${providerId}:${name}`))
  return isListed(brought.groups, config.administratorGroups) || isListed(brought.roles, config.administratorRoles)
}
