/**
 * Signing in without being asked: when it is tried, and when not again; the sign-in itself is that of `login.ts`.
 */
import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import type { Provider } from '../oidc/provider.ts'
import { deleteCookie, requestCookies, writeCookie } from './cookies.ts'
import { PATHS } from './paths.ts'
import { chosenProvider } from './provider-choice.ts'

const COOKIE = '__Host-gatehouse-silent'
const TRIED = 'tried'
const SIGNED_OUT = 'signed-out'
/** As long as La Suite waits. A provider that does not know somebody now will not know them in a second. */
const PAUSE_SECONDS = 30

/** Whether this browser has tried a moment ago. */
export function hasJustTried(c: Context): boolean {
  return markOf(c) === TRIED
}

export function noteTry(c: Context): void {
  writeCookie(c, COOKIE, TRIED, PAUSE_SECONDS)
}

/** Whoever signs out wants to be signed out, even where the provider still knows them, until they ask to be signed in. */
export function stayOut(c: Context, { config }: Deps): void {
  if (config.FRONTEND_IS_SILENT_LOGIN_ENABLED) writeCookie(c, COOKIE, SIGNED_OUT, config.SESSION_COOKIE_AGE)
}

/** Somebody has signed in, so nothing stands against it any longer. */
export function forgetTries(c: Context): void {
  if (markOf(c) !== undefined) deleteCookie(c, COOKIE)
}

function markOf(c: Context): string | undefined {
  return requestCookies(c).find(([name]) => name === COOKIE)?.[1]
}

/**
 * Where a visitor of a page of ours is sent to be signed in without being asked; `null`: nowhere.
 *
 * @param known the provider of the session that is to be confirmed; `null`: there is none
 *
 * The way back says `silentLogin=false`, so that a browser without cookies goes round once and not for ever.
 */
export async function silentLocation(c: Context, known: Provider | null, deps: Deps): Promise<string | null> {
  const { config, providers } = deps
  const url = new URL(c.req.url)
  const isUnwanted = url.searchParams.get('silentLogin') === 'false' || markOf(c) !== undefined
  // In a frame nobody would see it; and what does not say that it is a page visit may be anything.
  if (!config.FRONTEND_IS_SILENT_LOGIN_ENABLED || isUnwanted || c.req.header('sec-fetch-dest') !== 'document')
    return null
  const provider = known ?? chosenProvider(c, null, providers)
  if (!provider || !(await provider.signsInSilently())) return null
  url.searchParams.set('silentLogin', 'false')
  const query = new URLSearchParams({
    silent: 'true',
    provider: provider.id,
    [config.OIDC_REDIRECT_FIELD_NAME]: `${url.pathname}${url.search}`,
  })
  return `${PATHS.login}?${query}`
}
