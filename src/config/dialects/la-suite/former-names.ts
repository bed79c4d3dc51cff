/**
 * Settings that have another name, or had one once: what is under it counts, with a warning if it is an old one, unless the present name is
 * there, too.
 */
import { isSet } from '../../schema/reading.ts'
import type { Setting } from '../../schema/setting.ts'

export interface Renamed {
  /** The environment with everything under its present name. */
  readonly env: Readonly<Record<string, unknown>>
  readonly warnings: readonly string[]
  /** How the operator wrote a setting. */
  writtenAs(name: string): string
}

/** A setting that goes by another name. */
interface OtherName {
  readonly name: string
  /** Whether the other name is one of before. */
  readonly isOld: boolean
}

/** Every other name in a table of settings, with the present one. */
export function otherNames(table: Readonly<Record<string, Setting<unknown>>>): ReadonlyMap<string, OtherName> {
  return new Map<string, OtherName>(
    Object.entries(table).flatMap(([key, { name = key, formerly, aliases }]) => [
      ...formerly.map((old) => [old, { name, isOld: true }] as const),
      ...aliases.map((alias) => [alias, { name, isOld: false }] as const),
    ]),
  )
}

/** Moves the values of other names to the present ones, of which one that is set wins. An empty value is none. */
export function withPresentNames(
  env: Readonly<Record<string, unknown>>,
  others: ReadonlyMap<string, OtherName>,
): Renamed {
  const present: Record<string, unknown> = { ...env }
  const written = new Map<string, string>()
  const warnings: string[] = []
  for (const [old, { name, isOld }] of others) {
    const value = present[old]
    delete present[old]
    if (!isSet(value)) continue
    const winner = isSet(present[name]) ? (written.get(name) ?? name) : null
    if (winner === null) {
      present[name] = value
      written.set(name, old)
    }
    if (winner === null && !isOld) continue
    const fate = winner === null ? 'it counts; please write the new name' : `${winner} is set, too, and wins`
    warnings.push(`${old} is ${isOld ? 'an old' : 'another'} name of ${name}: ${fate}`)
  }
  return { env: present, warnings, writtenAs: (name) => written.get(name) ?? name }
}
