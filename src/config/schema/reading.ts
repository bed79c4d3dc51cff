/**
 * Reads the values of one table of settings, each by its own kind; what belongs together is judged elsewhere.
 */
import * as v from 'valibot'
import { type Setting, writtenIn } from './setting.ts'

/** One thing that is wrong with a setting. `problem` never contains a secret. */
export interface Problem {
  readonly name: string
  readonly problem: string
  readonly example: string
}

/** Makes the problems of one table of settings. `nameOf`: how the operator writes the setting of a key. */
export function problemsOf<Name extends string>(
  table: Readonly<Record<Name, Pick<Setting<unknown>, 'example'>>>,
  nameOf: (key: Name) => string,
): (key: Name, problem: string) => Problem {
  return (key, problem) => ({ name: nameOf(key), problem, example: table[key].example })
}

/** An empty variable is one that someone has left out. */
export function isSet(value: unknown): boolean {
  return value !== undefined && value !== ''
}

export interface ReadValues {
  /** By the key of the setting; what could not be read is left out. */
  readonly values: Readonly<Record<string, unknown>>
  readonly problems: readonly Problem[]
  /** Whether a setting is there but could not be read. */
  isBroken(key: string): boolean
}

/**
 * Reads every setting of a table.
 *
 * @param raw values as they came, by the name of the setting
 * @param nameOf how the operator writes the setting of a key, which is what a problem is told by
 * @param defaults what a setting means that is not set, where that is other than usual; by its key
 */
export function readSettings(
  table: Readonly<Record<string, Setting<unknown>>>,
  raw: Readonly<Record<string, unknown>>,
  nameOf: (key: string) => string = (key) => writtenIn(table, key),
  defaults: Readonly<Record<string, unknown>> = {},
): ReadValues {
  const values: Record<string, unknown> = {}
  const problems: Problem[] = []
  const broken: string[] = []
  for (const [key, setting] of Object.entries(table)) {
    const name = setting.name ?? key
    const read = readSetting(setting, raw[name], defaults[key])
    if (typeof read === 'object') values[key] = read.value
    else {
      broken.push(key)
      problems.push({ name: nameOf(key), problem: read, example: setting.example })
    }
  }
  return { values, problems, isBroken: (key) => broken.includes(key) }
}

/** The value, or a sentence on what is wrong with it. */
function readSetting(setting: Setting<unknown>, raw: unknown, preset: unknown): { value: unknown } | string {
  if (!isSet(raw)) {
    const value = preset ?? setting.default
    return setting.required && value === undefined ? 'is not set' : { value }
  }
  const result = v.safeParse(setting.kind.schema, raw)
  if (result.success) return { value: result.output }
  const reason = withoutPassword(result.issues[0].message)
  const isShown = !setting.secret && typeof raw === 'string'
  return isShown ? `${reason} (it is ${JSON.stringify(withoutPassword(raw).slice(0, 200))})` : reason
}

/** A password in a URL is refused, and not shown either. */
function withoutPassword(value: string): string {
  return value.replace(/\/\/[^/\s]*@/g, '//…@')
}
