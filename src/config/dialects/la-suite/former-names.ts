/**
 * Settings that had another name once: what is under the old one counts, with a warning, unless the new one is there, too.
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

/** Every former name in a table of settings, with the present one. */
export function formerNames(table: Readonly<Record<string, Setting<unknown>>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(table).flatMap(([key, { name = key, formerly }]) => formerly.map((old) => [old, name] as const)),
  )
}

/** Moves the values of former names to the present ones, of which one that is set wins. An empty value is none. */
export function withPresentNames(env: Readonly<Record<string, unknown>>, former: ReadonlyMap<string, string>): Renamed {
  const present: Record<string, unknown> = { ...env }
  const written = new Map<string, string>()
  const warnings: string[] = []
  for (const [old, name] of former) {
    const value = present[old]
    delete present[old]
    if (!isSet(value)) continue
    const winner = isSet(present[name]) ? (written.get(name) ?? name) : null
    if (winner === null) {
      present[name] = value
      written.set(name, old)
    }
    const fate = winner === null ? 'it counts; please write the new name' : `${winner} is set, too, and wins`
    warnings.push(`${old} is an old name of ${name}: ${fate}`)
  }
  return { env: present, warnings, writtenAs: (name) => written.get(name) ?? name }
}
