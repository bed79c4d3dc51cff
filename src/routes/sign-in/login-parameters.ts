/**
 * What a sign-in may ask for in its query, each value judged; parameters of the protocol are not among them.
 */

import type { Config, ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'

const VALUE_MAX_CHARACTERS = 320
/** `none` has a parameter of its own, and others are for the provider alone. */
const PROMPTS = ['login', 'select_account', 'consent']

/**
 * Gives back the parameters that are passed on to the provider: login_hint, and those of passableParameters. Others, and
 * values that cannot be passed on, are left out.
 */
export function passedOn(query: URLSearchParams, { passableParameters }: Config): Record<string, string> {
  const passed: Record<string, string> = {}
  for (const name of ['login_hint', ...passableParameters]) {
    const value = query.get(name)
    const isFit = value !== null && value !== '' && value.length <= VALUE_MAX_CHARACTERS && !/\p{Cc}/u.test(value)
    if (isFit && (name !== 'prompt' || PROMPTS.includes(value))) passed[name] = value
  }
  return passed
}

/**
 * The levels that will do for `?level=`: the one asked for and those after it in levels. None asked for: none.
 *
 * @throws GatehouseError `invalid_request` for a level that is not configured
 */
export function acceptedLevels(query: URLSearchParams, config: ProviderConfig): readonly string[] {
  const { levels, extraParameters: extra } = config
  const level = query.get('level')
  if (level === null) return []
  const index = levels.indexOf(level)
  const enough = index === -1 ? [] : levels.slice(index)
  // No one may ask for less than the operator demands of everybody.
  const demanded = extra.acr_values?.split(' ')
  const accepted = demanded === undefined ? enough : enough.filter((one) => demanded.includes(one))
  if (accepted.length > 0) return accepted
  throw new GatehouseError('invalid_request', 'level_unknown', `a level that ${nameOf('levels')} does not have`, {
    detail: { levels: levels },
  })
}

/** `?max_age=` in whole seconds; more than a session lives would ask for nothing, so it is left out. */
export function maxAgeSeconds(query: URLSearchParams, { sessionSeconds }: Config): number | null {
  const value = query.get('max_age')
  if (value === null || !/^\d{1,9}$/.test(value)) return null
  const seconds = Number(value)
  return seconds <= sessionSeconds ? seconds : null
}
