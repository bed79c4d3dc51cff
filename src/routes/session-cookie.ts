/**
 * The session of the browser that asks; the session itself is found by `tokens/session.ts`.
 */
import type { Context } from 'hono'
import { epochSeconds } from '../clock.ts'
import type { Deps } from '../deps.ts'
import { GatehouseError } from '../errors.ts'
import { renewIfDue } from '../tokens/renewal.ts'
import { findSession, isSessionToken, type Session } from '../tokens/session.ts'
import type { RequestVariables } from './context.ts'
import { deleteCookie, requestCookies, writeCookie } from './cookies.ts'
import { eitherForm } from './paths.ts'
import { forgetTries } from './silent.ts'

/** `__Host-`: browsers keep it for this host alone, and take it from a secure page alone. @see RFC 6265bis section 4.1.3.2 */
const SESSION_COOKIE = '__Host-gatehouse-session'

/** The session token of the browser. `null`: none, or more than one, of which none can be believed. */
export function sessionTokenOf(c: Context): string | null {
  const values = requestCookies(c).filter(([name]) => name === SESSION_COOKIE)
  const token = values.length === 1 ? values[0]?.[1] : undefined
  return token !== undefined && isSessionToken(token) ? token : null
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
  const { GATEHOUSE_SESSION_IDLE_AGE: idleSeconds } = deps.config
  const touchSeconds = Math.min(TOUCH_MAX_SECONDS, Math.floor((idleSeconds ?? 0) / 10))
  const isNoted = epochSeconds(deps.clock) - session.lastSeenAt < touchSeconds
  if (idleSeconds !== undefined && !isNoted) await deps.sessions.touch(session.tokenHash)
  return stillGood(c, session, deps)
}

/** The session after the provider was asked about it, if that is due, and if this path is not one of OIDC_EXEMPT_URLS. */
export async function stillGood(c: Context<RequestVariables>, session: Session, deps: Deps): Promise<Session | null> {
  const isExempt = deps.config.OIDC_EXEMPT_URLS.some((path) => eitherForm(path) === eitherForm(c.req.path))
  return isExempt ? session : renewIfDue(session, c.get('reference'), deps)
}

/** Answers an application whose browser has no session: 401, with a scheme that no browser asks a password for. La Suite does the same. */
export function refuseSignedOut(c: Context): never {
  c.header('WWW-Authenticate', 'Session')
  throw new GatehouseError('login_required', 'nobody is signed in, or the session has ended', {
    told: 'Nobody is signed in',
  })
}

export function giveSession(c: Context, token: string, lifeSeconds: number): void {
  forgetTries(c)
  writeCookie(c, SESSION_COOKIE, token, lifeSeconds)
}

export function takeSession(c: Context): void {
  deleteCookie(c, SESSION_COOKIE)
}
