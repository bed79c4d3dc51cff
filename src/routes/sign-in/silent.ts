/**
 * Signing in without being asked: when it is tried, and when not again; the sign-in itself is that of `login.ts`.
 */
import type { Context } from 'hono'
import { epochSeconds } from '../../clock.ts'
import type { Deps } from '../../deps.ts'
import type { Provider } from '../../oidc/provider.ts'
import { idleEndOf, isStillTheirs, type Session } from '../../sessions/session.ts'
import { deleteCookie, requestCookies, writeCookie } from '../http/cookies.ts'
import { PATHS } from '../paths.ts'
import { chosenProvider } from './login-parameters.ts'

const COOKIE = '__Host-gatehouse-silent'
const ASKED = 'asked'
const TRIED = 'tried'
const SIGNED_OUT = 'signed-out'
const REFUSED = 'refused'
/** As long as La Suite waits. A provider that does not know someone now will not know them in a second. */
const PAUSE_SECONDS = 30

/** Whether this browser has tried a moment ago, never came back from a try, or has signed out. */
export function isTryUnwanted(c: Context): boolean {
  return markOf(c) !== undefined
}

/**
 * Notes that the browser is sent to the provider. If it never comes back, the provider has kept it on a page of its own, and it is not
 * sent there again until the person asks.
 *
 * @param hasSession whether it has a session that is to be confirmed
 */
export function noteAsked(c: Context, hasSession: boolean, { config }: Deps): void {
  // A session is confirmed again when that is due the next time: closing the page while it was asked about must not keep it for long.
  const { sessionSeconds: age, confirmEverySeconds: due } = config
  writeMark(c, ASKED, hasSession ? Math.min(age, Math.max(due, PAUSE_SECONDS)) : age)
}

/** Whether the browser was sent to the provider silently and has not come back yet, if it sends its mark along at all. */
export function awaitsAnswer(c: Context): boolean {
  return markOf(c) === ASKED
}

/** Notes that the provider has answered, or could not be asked. */
export function noteTry(c: Context): void {
  writeMark(c, TRIED, PAUSE_SECONDS)
}

/** Whether a browser may be signed in without being asked, and why not. */
export type SilentStanding =
  /** It may be. `session`: the one that the browser has at this provider. */
  | { readonly is: 'free'; readonly session: Session | null }
  /** The person has signed out, or the session was ended elsewhere or for being idle. */
  | { readonly is: 'out' }
  /** The browser has a session of another provider, which no link may replace. */
  | { readonly is: 'elsewhere' }

/**
 * Whether a browser may be signed in at this provider without being asked. Any page can link to a silent sign-in, so this is looked at
 * when it begins and again when its answer comes.
 *
 * @param tokenHash of the session token of the browser, whether its session is live or not; `null`: it has none
 * @throws GatehouseError `store_unavailable`
 */
export async function silentStandingOf(
  c: Context,
  provider: Provider,
  tokenHash: string | null,
  { sessions, providers, clock, config }: Deps,
): Promise<SilentStanding> {
  const mark = markOf(c)
  if (mark === SIGNED_OUT || mark === REFUSED) return { is: 'out' }
  if (tokenHash === null) return { is: 'free', session: null }
  const session = await sessions.find(tokenHash)
  const isOver =
    session === null || !isStillTheirs(session, providers) || epochSeconds(clock) >= idleEndOf(session, config)
  if (isOver) return { is: 'out' }
  return session.providerId === provider.id ? { is: 'free', session } : { is: 'elsewhere' }
}

/**
 * Whether the provider is asked silently at all: it can do that, someone has signed in with these settings before, so that no one is
 * sent to an error page of the provider unasked, and it was not seen to show its form instead.
 */
export async function asksSilently(provider: Provider, { signInMarks }: Deps): Promise<boolean> {
  if (!(await provider.signsInSilently())) return false
  return (await signInMarks.of(provider.config)) === 'works'
}

/** Whether the person has signed out in this browser and not in again. */
export function hasSignedOut(c: Context): boolean {
  return markOf(c) === SIGNED_OUT
}

/** The person was refused, so nothing is begun silently until they ask: it would be refused again. */
export function noteRefused(c: Context, { config }: Deps): void {
  writeMark(c, REFUSED, config.sessionSeconds)
}

/** The person signs out: until they ask, no one signs them in, even where the provider still knows them. */
export function stayOut(c: Context, { config }: Deps): void {
  // Whatever silentSignIn says of our start page, applications and links may begin silent sign-ins.
  writeCookie(c, COOKIE, SIGNED_OUT, config.sessionSeconds)
}

/** Someone has signed in, so nothing stands against it any longer. */
export function forgetTries(c: Context): void {
  // With an answer by form the browser does not show its marks.
  if (markOf(c) !== undefined || c.req.method === 'POST') deleteCookie(c, COOKIE)
}

/** No later failure replaces the mark of a sign-out or of a refusal, which lasts until the person asks. */
function writeMark(c: Context, mark: string, lifeSeconds: number): void {
  const before = markOf(c)
  if (before === SIGNED_OUT || before === REFUSED) return
  writeCookie(c, COOKIE, mark, lifeSeconds)
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
  const isUnwanted = url.searchParams.get('silentLogin') === 'false' || isTryUnwanted(c)
  // In a frame no one would see it; and what does not say that it is a page visit may be anything.
  if (!config.silentSignIn || isUnwanted || c.req.header('sec-fetch-dest') !== 'document') return null
  const provider = known ?? chosenProvider(c, null, providers)
  if (!provider || !(await asksSilently(provider, deps))) return null
  url.searchParams.set('silentLogin', 'false')
  const query = new URLSearchParams({
    silent: 'true',
    provider: provider.id,
    [config.returnToField]: `${url.pathname}${url.search}`,
  })
  return `${PATHS.login}?${query}`
}
