/**
 * Which provider a browser signs in with: the one it asks for, the one it used last, or the one there is; and where each one answers.
 */
import type { Context } from 'hono'
import { callbackPathOf } from '../../config/addresses.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import type { Provider } from '../../oidc/provider.ts'
import type { Providers } from '../../oidc/providers.ts'
import type { Choice } from '../../pages/chooser.tsx'
import { requestCookies, writeCookie } from '../http/cookies.ts'
import { PATHS } from '../paths.ts'

const CHOICE_COOKIE = '__Host-gatehouse-provider'
const CHOICE_SECONDS = 180 * 86_400

/** The path where a provider answers. */
export function callbackPath(provider: Provider, { config }: Pick<Deps, 'config'>): string {
  return callbackPathOf(config, provider.id)
}

/** Where a provider sends people back, as it is in the request and is registered there. */
export function redirectUriOf(provider: Provider, { config }: Pick<Deps, 'config'>): string {
  return `${config.baseUrl}${callbackPath(provider, { config })}`
}

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
