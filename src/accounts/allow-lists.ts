/**
 * Whether a person is on the lists of those who may come in, by what is known of them; decides about sign-ins and about sessions alike.
 */

import type { Config } from '../config/model.ts'
import { nameOf } from '../config/names.ts'
import type { Allowed } from '../config/values/allowed.ts'
import { GatehouseError } from '../errors.ts'
import type { ReasonOf } from '../reasons.ts'
import type { Identity } from './person.ts'

export type AllowLists = Pick<Config, 'allowedEmails' | 'allowedGroups' | 'allowedRoles'>

/** What the lists ask of a person. */
type Listed = Pick<Identity, 'email' | 'email_verified' | 'x_grp' | 'roles'>

/** The provider of the person. */
interface Place {
  readonly id: string
  readonly config: { readonly trustAbsentEmailVerified: boolean }
}

/** Why a person would not come in. */
export interface Obstacle {
  readonly reason: ReasonOf<'account_not_allowed'>
  readonly message: string
  readonly fix: string
}

/**
 * Refuses a person who is not on the lists.
 *
 * @throws GatehouseError `account_not_allowed`
 */
export function refuseUnlisted(person: Listed, provider: Place, lists: AllowLists): void {
  const obstacle = obstacleOf(person, provider, lists)
  if (obstacle === null) return
  const { reason, message, fix } = obstacle
  throw new GatehouseError('account_not_allowed', reason, message, { detail: { fix } })
}

/** Whether the lists let a person in. */
export function isListed(person: Listed, provider: Place, lists: AllowLists): boolean {
  return obstacleOf(person, provider, lists) === null
}

/** What keeps a person out. `null`: nothing does. */
export function obstacleOf(
  person: Listed,
  provider: Place,
  { allowedEmails, allowedGroups, allowedRoles }: AllowLists,
): Obstacle | null {
  const [emails, groups] = [valuesFor(provider, allowedEmails), valuesFor(provider, allowedGroups)]
  const roles = valuesFor(provider, allowedRoles)
  return (
    (emails.length === 0 ? null : byEmail(person, provider, emails)) ??
    (groups.length === 0 ? null : byGroup(person, groups)) ??
    (roles.length === 0 ? null : byRole(person, roles))
  )
}

/** Empty: the list says nothing about this provider. */
function valuesFor({ id }: Place, entries: readonly Allowed[]): readonly string[] {
  return entries.filter(({ providerId }) => providerId === null || providerId === id).map(({ value }) => value)
}

/** An address that the provider has not verified could be anyone's. */
function byEmail({ email, email_verified }: Listed, { config }: Place, emails: readonly string[]): Obstacle | null {
  const list = nameOf('allowedEmails')
  if (email === null) {
    const fix = `let the provider send the claim email (${nameOf('scopes')} with email)`
    return { reason: 'email_missing', message: `${list} is set, and the provider sent no e-mail address`, fix }
  }
  if (!(email_verified ?? config.trustAbsentEmailVerified)) {
    const fix = `let the provider verify it (email_verified); ${nameOf('trustAbsentEmailVerified')}, if it says nothing of that and lets no one choose an address`
    return { reason: 'email_not_verified', message: `${list} is set, and the address is not verified`, fix }
  }
  if (emails.some((entry) => matches(email, entry))) return null
  return {
    reason: 'email_not_allowed',
    message: `the e-mail address is not on the list`,
    fix: `add it, or its domain, to ${list}`,
  }
}

function matches(email: string, entry: string): boolean {
  if (!entry.startsWith('@')) return email === entry
  const domain = email.slice(email.lastIndexOf('@') + 1)
  return entry.startsWith('@*.') ? domain.endsWith(entry.slice(2)) : domain === entry.slice(1)
}

function byGroup({ x_grp: ofPerson }: Listed, groups: readonly string[]): Obstacle | null {
  const list = nameOf('allowedGroups')
  if (ofPerson === null) {
    const message = `${list} is set, and the provider did not say which groups the person is in, because they are too many`
    return { reason: 'groups_unknown', message, fix: 'let the provider send fewer groups, or roles in their place' }
  }
  if (groups.some((group) => ofPerson.includes(group))) return null
  const fix = `put the person into a group of ${list}, or the group onto the list; ${nameOf('groupsClaims')} says which claim has the groups`
  return { reason: 'group_not_allowed', message: 'the person is in none of the groups on the list', fix }
}

function byRole({ roles: ofPerson }: Listed, roles: readonly string[]): Obstacle | null {
  if (roles.some((role) => ofPerson?.includes(role))) return null
  const list = nameOf('allowedRoles')
  const message = `the person has none of the roles on the list${ofPerson === null ? ', and the provider sent no roles at all' : ''}`
  const fix = `give the person a role of ${list} at the provider, and let it send roles in the ID token or userinfo; or put the role onto the list`
  return { reason: 'role_not_allowed', message, fix }
}
