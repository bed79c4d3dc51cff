/**
 * Texts by which people are found: folded, so that case and accents do not count, and compared; knows nobody.
 */
import { distance } from '../config/nearest.ts'
import type { Identity } from './identity.ts'

/** A name that is spelt almost like this may be the one that is meant. */
const SIMILAR_DISTANCE_MAX = 2

/** What is found by a text: the whole of it, its beginning, somewhere in it, or nearly. The smaller the better; `null`: not at all. */
export type Closeness = 0 | 1 | 2 | 3 | null

/** Lower case, without accents. */
export function folded(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase()
}

/** Everything that a person can be found by, folded, one line each; `null`: nothing. */
export function searchTextOf(
  identity: Pick<Identity, 'full_name' | 'given_name' | 'family_name' | 'nickname' | 'email'>,
) {
  const given = [identity.given_name, identity.family_name].filter((part) => part !== null).join(' ')
  const lines = [identity.full_name, given, identity.nickname, identity.email].map((line) => folded(line ?? ''))
  return [...new Set(lines)].filter((line) => line !== '').join('\n') || null
}

/**
 * @param wanted folded
 * @param searchText as {@link searchTextOf} makes it
 */
export function closeness(wanted: string, searchText: string): Closeness {
  const lines = searchText.split('\n')
  if (lines.includes(wanted)) return 0
  if (lines.some((line) => line.startsWith(wanted))) return 1
  if (searchText.includes(wanted)) return 2
  const words = lines.flatMap((line) => [line, ...line.split(/[\s@.-]+/)])
  return words.some((word) => distance(wanted, word) <= SIMILAR_DISTANCE_MAX) ? 3 : null
}

/** What Keycloak gives a meaning to is taken out of what people typed. @see Keycloak, UsersResource: `*x*`, `"x"`, `id:x` */
export function keycloakText(typed: string): string {
  const plain = typed.replace(/["*]/g, '').trim()
  const without = plain.replace(/^id:/i, '').trim()
  return without === plain ? plain : keycloakText(without)
}
