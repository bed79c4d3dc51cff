/**
 * What a person or a program may do in the apps, by the settings; the apps decide what a permission means.
 */
import type { Config } from '../config/model.ts'
import type { Principal } from '../vendors/vendor.ts'
import type { Identity } from './person.ts'

export type PermissionRules = Pick<Config, 'userPermissions' | 'groupPermissions' | 'rolePermissions' | 'serviceRoles'>

/** Who it is about. */
export interface Holder {
  readonly principal: Principal | undefined
  /** `null`: not known. */
  readonly groups: readonly string[] | null
  /** `undefined`: not known. */
  readonly roles: readonly string[] | undefined
}

/**
 * The permissions, each once. A program has those of its roles alone; a person has nothing from a role that is for programs.
 *
 * @returns `undefined`: it is not known whether it is a person or a program
 */
export function permissionsOf(
  { principal, groups, roles = [] }: Holder,
  rules: PermissionRules,
): readonly string[] | undefined {
  if (principal === undefined) return undefined
  if (principal === 'service') return distinct(roles.flatMap((role) => wordsAt(rules.rolePermissions, role)))
  const ofPeople = roles.filter((role) => !rules.serviceRoles.includes(role))
  return distinct([
    ...rules.userPermissions,
    ...(groups ?? []).flatMap((group) => wordsAt(rules.groupPermissions, group)),
    ...ofPeople.flatMap((role) => wordsAt(rules.rolePermissions, role)),
  ])
}

/** Those of someone with an account. */
export function permissionsOfUser({ x_grp: groups, roles }: Pick<Identity, 'x_grp' | 'roles'>, rules: PermissionRules) {
  return permissionsOf({ principal: 'user', groups, roles: roles ?? undefined }, rules)
}

function wordsAt(table: Readonly<Record<string, string>>, name: string): readonly string[] {
  const words = Object.hasOwn(table, name) ? (table[name] ?? '') : ''
  return words.split(/\s+/).filter((word) => word !== '')
}

function distinct(words: readonly string[]): readonly string[] {
  return [...new Set(words)]
}
