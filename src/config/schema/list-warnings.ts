/**
 * Warns of lists that are written with the wrong separator.
 */
import { scopes, texts, words } from '../values/kinds.ts'
import { isJsonList } from '../values/listed.ts'
import { type Setting, writtenIn } from './setting.ts'

/**
 * @param raw values as they came, by the name of the setting
 * @param nameOf how the operator writes a setting
 * @returns a sentence for each list with commas where blanks belong
 */
export function commaWarnings(
  table: Readonly<Record<string, Setting<unknown>>>,
  raw: Readonly<Record<string, unknown>>,
  nameOf: (key: string) => string = (key) => writtenIn(table, key),
): string[] {
  return Object.entries(table).flatMap(([key, { name = key, kind }]) => {
    const value = raw[name]
    if (typeof value !== 'string' || !value.includes(',') || isJsonList(value)) return []
    if (kind === scopes) return [`${nameOf(key)} is separated by commas, which are taken for blanks; write blanks`]
    if (kind !== words && kind !== texts) return []
    return [`${nameOf(key)} has a comma in it; entries are separated by blanks, and a comma belongs to its entry`]
  })
}
