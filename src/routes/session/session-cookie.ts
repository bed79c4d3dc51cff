/**
 * The session of the browser that asks; the session itself is found by `sessions/session.ts`.
 */
import type { Context } from 'hono'
import { epochSeconds } from '../../clock.ts'
import { sha256 } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import { renewIfDue } from '../../sessions/renewal.ts'
import { confirmedUntil, findSession, isSessionToken, type Session } from '../../sessions/session.ts'
import type { RequestVariables } from '../http/context.ts'
import { deleteCookie, requestCookies, writeCookie } from '../http/cookies.ts'
import { withoutFinalSlash } from '../paths.ts'
import { forgetTries } from '../sign-in/silent.ts'

/** `__Host-`: browsers keep it for this host alone, and take it from a secure page alone. @see RFC 6265bis section 4.1.3.2 */
const SESSION_COOKIE = '__Host-gatehouse-session'

/** The session token of the browser. `null`: none, or more than one, of which none can be believed. */
export function sessionTokenOf(c: Context): string | null {
  const values = requestCookies(c).filter(([name]) => name === SESSION_COOKIE)
  const token = values.length === 1 ? values[0]?.[1] : undefined
  return token !== undefined && isSessionToken(token) ? token : null
}

/** The hash of that token, whether its session is live or not. */
export async function presentedHash(c: Context): Promise<string | null> {
  const token = sessionTokenOf(c)
  return token === null ? null : sha256(token)
}

/** The live session of the browser as it is stored, or `null`. @throws GatehouseError `store_unavailable` */
export async function sessionOf(c: Context, deps: Deps): Promise<Session | null> {
  const token = sessionTokenOf(c)
  return token === null ? null : findSession(token, deps)
}

/** How exactly the last use of a session is noted: to the minute, or to a tenth of the idle time when that is less. */
const TOUCH_MAX_SECONDS = 60

/**
 * The live session of a browser that is using it: its use is noted, and the provider is asked whether it goes on, when that is due.
 *
 * @throws GatehouseError `store_unavailable`
 */
export async function usedSessionOf(c: Context<RequestVariables>, deps: Deps): Promise<Session | null> {
  const session = await sessionOf(c, deps)
  if (!session) return null
  const { sessionIdleSeconds: idleSeconds } = deps.config
  const touchSeconds = Math.min(TOUCH_MAX_SECONDS, Math.floor((idleSeconds ?? 0) / 10))
  const isNoted = epochSeconds(deps.clock) - session.lastSeenAt < touchSeconds
  if (idleSeconds !== undefined && !isNoted) await deps.sessions.touch(session.tokenHash)
  return stillGood(c, session, deps)
}

/**
 * The session after the provider was asked about it, if that is due. At the paths of exemptPaths it is asked only before the session
 * would end for not being confirmed.
 */
export async function stillGood(c: Context<RequestVariables>, session: Session, deps: Deps): Promise<Session | null> {
  const isExempt = deps.config.exemptPaths.some((path) => withoutFinalSlash(path) === withoutFinalSlash(c.req.path))
  if (isExempt && epochSeconds(deps.clock) < confirmedUntil(session, deps.config)) return session
  return renewIfDue(session, c.get('reference'), deps)
}

/** Answers an application whose browser has no session: 401, with a scheme that no browser asks a password for. La Suite does the same. */
export function refuseSignedOut(c: Context): never {
  c.header('WWW-Authenticate', 'Session')
  throw new GatehouseError('login_required', 'signed_out', 'no one is signed in, or the session has ended')
}

export function giveSession(c: Context, token: string, lifeSeconds: number): void {
  forgetTries(c)
  writeCookie(c, SESSION_COOKIE, token, lifeSeconds)
}

export function takeSession(c: Context): void {
  deleteCookie(c, SESSION_COOKIE)
}
