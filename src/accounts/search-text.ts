/**
 * Texts by which people are found: folded, so that case and accents do not count, and compared; knows no one.
 */

import { TEXT_MAX_CHARACTERS } from '../claims/text-claim.ts'
import { distance } from '../config/values/nearest.ts'
import type { Identity } from './person.ts'

/** A name that is spelt almost like this may be the one that is meant. */
const SIMILAR_DISTANCE_MAX = 2

/** What is found by a text: the whole of it, its beginning, somewhere in it, or nearly. The smaller the better; `null`: not at all. */
export type Closeness = 0 | 1 | 2 | 3 | null

/** One letter may fold to as many as 18 (U+FDFA), so the length counts before and after. No claim that is kept is longer. */
const FOLDED_MAX_CHARACTERS = TEXT_MAX_CHARACTERS

/** Lower case, without accents, and no longer than FOLDED_MAX_CHARACTERS. */
export function folded(text: string): string {
  const plain = text.slice(0, TEXT_MAX_CHARACTERS).normalize('NFKD').replace(/\p{M}/gu, '')
  return plain.slice(0, FOLDED_MAX_CHARACTERS).toLowerCase().slice(0, FOLDED_MAX_CHARACTERS)
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
  // A word that comes again is compared once.
  const words = new Set([...lines, ...searchText.split(/[\s@.-]+/)])
  const letters = [...wanted]
  for (const word of words) {
    if (distance(letters, [...word], SIMILAR_DISTANCE_MAX) <= SIMILAR_DISTANCE_MAX) return 3
  }
  return null
}
