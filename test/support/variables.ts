/**
 * Settings by the variables that operators set, for tests that speak as operators do.
 */
import type { Config } from '../../src/config/model.ts'
import { settings } from '../../src/config/names.ts'
import type { Setting } from '../../src/config/schema/setting.ts'

/** Every setting there is, by its variable. */
export const VARIABLES: Readonly<Record<string, Setting<unknown>>> = Object.fromEntries(
  Object.entries<Setting<unknown>>(settings).map(([key, setting]) => [setting.name ?? key, setting]),
)

/** What was read of Gatehouse itself and of its first provider, by the variables. */
export function byVariable(config: Config): Readonly<Record<string, unknown>> {
  const values: Readonly<Record<string, unknown>> = { ...config.providers[0], ...config }
  return Object.fromEntries(
    Object.entries<Setting<unknown>>(settings).map(([key, { name = key }]) => [name, values[key]]),
  )
}
