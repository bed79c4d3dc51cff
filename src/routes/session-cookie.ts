/**
 * The session of the browser that asks; the session itself is found by `tokens/session.ts`.
 */
import type { Context } from 'hono'
import type { Deps } from '../deps.ts'
import { findSession, isSessionToken, type Session } from '../tokens/session.ts'
import { deleteCookie, requestCookies, writeCookie } from './cookies.ts'

/** `__Host-`: browsers keep it for this host alone, and take it from a secure page alone. @see RFC 6265bis section 4.1.3.2 */
const SESSION_COOKIE = '__Host-gatehouse-session'

/** The session token of the browser. `null`: none, or more than one, of which none can be believed. */
export function sessionTokenOf(c: Context): string | null {
  const values = requestCookies(c).filter(([name]) => name === SESSION_COOKIE)
  const token = values.length === 1 ? values[0]?.[1] : undefined
  return token !== undefined && isSessionToken(token) ? token : null
}

/** The live session of the browser, or `null`. @throws GatehouseError `store_unavailable` */
export async function sessionOf(c: Context, { sessions }: Deps): Promise<Session | null> {
  const token = sessionTokenOf(c)
  return token === null ? null : findSession(sessions, token)
}

export function giveSession(c: Context, token: string, lifeSeconds: number): void {
  writeCookie(c, SESSION_COOKIE, token, lifeSeconds)
}

export function takeSession(c: Context): void {
  deleteCookie(c, SESSION_COOKIE)
}
