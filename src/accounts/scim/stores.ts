/**
 * Where pushed users and groups are kept, as the routes of SCIM and a sign-in see it; the stores are in `store/scim/`.
 */
import type { AuditContext } from '../audit.ts'
import type { MemberStep } from './patch.ts'
import type { Lookup } from './queries.ts'
import type { PushedGroup, PushedUser } from './resources.ts'
import type { Standing } from './standing.ts'

/** The last three: nothing was written. `taken`: another one has the name or the externalId. `changed`: by another request, meanwhile. */
export type SavedAs = 'saved' | 'taken' | 'gone' | 'changed'

export interface Found<T> {
  /** How many there are in all. */
  readonly total: number
  readonly resources: readonly T[]
}

/** Every method throws GatehouseError `store_unavailable`. */
export interface PushedUsers {
  /** `null`: this provider has surely pushed none of this id. */
  withId(providerId: string, id: string): Promise<PushedUser | null>
  find(providerId: string, lookup: Lookup): Promise<PushedUser | null>
  /** The one whose account this is; `null`: surely none. */
  ofAccount(userId: string): Promise<PushedUser | null>
  page(providerId: string, offset: number, limit: number): Promise<Found<PushedUser>>
  /**
   * Adds or changes a user, and disables or enables the account of the same person.
   *
   * @param before `null`: it is new
   * @param issuer of accounts whose subject is the externalId; `null`: it is not
   */
  save(user: PushedUser, before: PushedUser | null, issuer: string | null, context: AuditContext): Promise<SavedAs>
  /** Removes a user, and disables the account of the same person. */
  remove(user: PushedUser, context: AuditContext): Promise<void>
  /** What was pushed of the person of a sign-in; `null`: surely nothing. */
  standing(key: string): Promise<Standing | null>
}

/** Groups come without their members, if nothing else is said. Every method throws GatehouseError `store_unavailable`. */
export interface PushedGroups {
  /** `null`: this provider has surely pushed none of this id. */
  withId(providerId: string, id: string): Promise<PushedGroup | null>
  find(providerId: string, lookup: Lookup): Promise<PushedGroup | null>
  page(providerId: string, offset: number, limit: number): Promise<Found<PushedGroup>>
  /** The first of these groups with their members: as many as one answer can have, and one at least. */
  withMembers(groups: readonly PushedGroup[]): Promise<readonly PushedGroup[]>
  memberCount(group: PushedGroup): Promise<number>
  /**
   * Adds or changes a group.
   *
   * @param before `null`: it is new
   * @param steps what becomes of its members; ids that no pushed user of the provider has are passed over
   */
  save(group: PushedGroup, before: PushedGroup | null, steps: readonly MemberStep[]): Promise<SavedAs>
  remove(group: PushedGroup): Promise<void>
}
