/**
 * Who is an administrator: somebody whom the settings name, by what a provider alone decides. Nobody else, and nobody by an address.
 */
import type { Config } from '../config/env.ts'

/** The signed-in person as the provider knows them. */
export interface Candidate {
  /** The provider of the session, by its id in the settings. */
  readonly providerId: string
  readonly subject: string
  readonly groups: readonly string[]
  /** The account was found by an e-mail address, so subject and groups may be those of somebody else. */
  readonly isByEmail: boolean
}

/** How a person is written in GATEHOUSE_ADMINS. */
export function administratorEntry({ providerId, subject }: Pick<Candidate, 'providerId' | 'subject'>): string {
  return `${providerId}:${subject}`
}

/**
 * Whether a person is an administrator. An e-mail address makes nobody one: it can be changed, passed on to somebody else, or claimed
 * without proof.
 *
 * @see https://www.descope.com/blog/post/noauth for what came of accounts that were found by e-mail address
 */
export function isAdministrator(person: Candidate, config: Config): boolean {
  if (person.isByEmail) return false
  if (config.GATEHOUSE_ADMINS.includes(administratorEntry(person))) return true
  return person.groups.some((group) => config.GATEHOUSE_ADMIN_GROUPS.includes(`${person.providerId}:${group}`))
}
