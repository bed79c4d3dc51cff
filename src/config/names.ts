/**
 * What operators call a setting, for messages; the code knows it by its key.
 */
import { fixedSettings } from './dialects/la-suite/fixed.ts'
import { ownSettings } from './schema/gatehouse.ts'
import { providerSettings } from './schema/provider.ts'

/** Every setting there is, for code that goes through them all. */
export const settings = { ...ownSettings, ...fixedSettings, ...providerSettings } as const

/** What a setting is called in the code. */
export type SettingKey = keyof typeof ownSettings | keyof typeof providerSettings

const NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({ ...ownSettings, ...providerSettings }).map(([key, { name }]) => [key, name ?? key]),
)

/** The variable that an operator sets for a setting. One of several providers has it in a table, under a shorter name. */
export function nameOf(key: SettingKey): string {
  return NAMES.get(key) ?? key
}

/** A text with the names in place of keys in braces, as the texts about providers have them. */
export function withNames(text: string): string {
  return text.replace(/\{(\w+)\}/g, (braced, key: string) => NAMES.get(key) ?? braced)
}
