/**
 * What a sign-in may ask for in its query, each value judged, and which provider it is with; parameters of the protocol are not among them.
 */
import type { Context } from 'hono'
import type { Config, ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import type { Provider } from '../../oidc/provider.ts'
import type { Providers } from '../../oidc/providers.ts'
import type { Choice } from '../../pages/chooser.tsx'
import { requestCookies, writeCookie } from '../http/cookies.ts'
import { PATHS } from '../paths.ts'

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

const CHOICE_COOKIE = '__Host-gatehouse-provider'
const CHOICE_SECONDS = 180 * 86_400

/**
 * The provider to sign in with.
 *
 * @param wanted the id in the query; empty: let me choose
 * @returns `null`: the person must be asked
 * @throws GatehouseError `invalid_request` when there is no such provider
 */
export function chosenProvider(c: Context, wanted: string | null, providers: Providers): Provider | null {
  if (wanted) {
    const provider = providers.withId(wanted)
    if (provider) return provider
    throw new GatehouseError(
      'invalid_request',
      'provider_unknown',
      'a sign-in with a provider that is not configured',
      {
        detail: { providers: providers.all.map(({ id }) => id) },
      },
    )
  }
  if (providers.all.length === 1) return providers.first
  const [, remembered] = requestCookies(c).find(([name]) => name === CHOICE_COOKIE) ?? []
  return wanted === null && remembered !== undefined ? providers.withId(remembered) : null
}

/** Remembers the provider of a sign-in that has worked. With one provider there is nothing to remember. */
export function rememberProvider(c: Context, { id }: Provider, { all }: Providers): void {
  if (all.length > 1) writeCookie(c, CHOICE_COOKIE, id, CHOICE_SECONDS)
}

/** What the page offers: each provider, with everything else that was asked for. */
export function choicesOf(
  query: URLSearchParams,
  { config: own, providers }: Pick<Deps, 'config' | 'providers'>,
): readonly Choice[] {
  return providers.all.map(({ id, config }) => {
    const asked = new URLSearchParams(query)
    asked.set('provider', id)
    const isProConnect = own.proConnectButton && config.type === 'proconnect'
    return { name: config.name, href: `${PATHS.login}?${asked}`, isProConnect }
  })
}
