/**
 * Cookies as they come and go: strict reading, one way of writing, and the cookies of the session and of a guest; others are in `attempts.ts` and `silent.ts`.
 */
import type { Context } from 'hono'
import { setCookie } from 'hono/cookie'
import { sha256 } from '../../crypto.ts'
import { isGuestToken } from '../../sessions/guests.ts'
import { isSessionToken } from '../../sessions/session.ts'

/** All cookies of a request, by name, in the order of the header. */
export type RequestCookies = ReadonlyArray<readonly [name: string, value: string]>

/**
 * Reads the Cookie header as it is written. Only blanks and tabs are trimmed: other space characters would let a look-alike name
 * pass for ours.
 *
 * @see RFC 6265bis section 5.8.3
 */
export function requestCookies(c: Context): RequestCookies {
  return cookiesIn(c.req.header('cookie'))
}

function cookiesIn(header = ''): RequestCookies {
  return header.split(';').flatMap((pair) => {
    const equals = pair.indexOf('=')
    if (equals < 1) return []
    return [[trimBlanks(pair.slice(0, equals)), trimBlanks(pair.slice(equals + 1))] as const]
  })
}

/** By hand, because a regular expression that looks for the end starts again at every blank of a long row. */
function trimBlanks(text: string): string {
  const isBlank = (at: number) => text[at] === ' ' || text[at] === '\t'
  let start = 0
  let end = text.length
  while (start < end && isBlank(start)) start += 1
  while (end > start && isBlank(end - 1)) end -= 1
  return text.slice(start, end)
}

/** `None` is for what must come along with a form from another site, and nothing else. */
export type SameSite = 'Lax' | 'None'

/** Writes a cookie that only this host, only over a secure connection, and no script can read. */
export function writeCookie(
  c: Context,
  name: string,
  value: string,
  lifeSeconds: number,
  sameSite: SameSite = 'Lax',
): void {
  setCookie(c, name, value, { path: '/', secure: true, httpOnly: true, sameSite, maxAge: lifeSeconds })
}

/** Takes a cookie away. @param sameSite the one that it was written with */
export function deleteCookie(c: Context, name: string, sameSite: SameSite = 'Lax'): void {
  writeCookie(c, name, '', 0, sameSite)
}

/** `__Host-`: browsers keep it for this host alone, and take it from a secure page alone. @see RFC 6265bis section 4.1.3.2 */
const SESSION_COOKIE = '__Host-gatehouse-session'

/** The session token of the browser. `null`: none, or more than one, of which none can be believed. */
export function sessionTokenOf(c: Context): string | null {
  return sessionTokenIn(c.req.header('cookie'))
}

/** The same of a Cookie header. */
export function sessionTokenIn(header: string | undefined): string | null {
  const token = onlyValueIn(header, SESSION_COOKIE)
  return token !== undefined && isSessionToken(token) ? token : null
}

/** The value of a cookie; `undefined`: none, or more than one. */
export function onlyValueIn(header: string | undefined, wanted: string): string | undefined {
  const values = cookiesIn(header).filter(([name]) => name === wanted)
  return values.length === 1 ? values[0]?.[1] : undefined
}

/** The hash of that token, whether its session is live or not. */
export async function presentedHash(c: Context): Promise<string | null> {
  const token = sessionTokenOf(c)
  return token === null ? null : sha256(token)
}

/** Gives the browser its session. Anyone who has signed in is no guest any more. */
export function giveSession(c: Context, token: string, lifeSeconds: number): void {
  writeCookie(c, SESSION_COOKIE, token, lifeSeconds)
  if (guestTokenOf(c) !== null) deleteCookie(c, GUEST_COOKIE)
}

export function takeSession(c: Context): void {
  deleteCookie(c, SESSION_COOKIE)
}

const GUEST_COOKIE = '__Host-gatehouse-guest'

/** The token of a guest, whether it is good or not. `null`: none, or more than one, of which none can be believed. */
export function guestTokenOf(c: Context): string | null {
  return guestTokenIn(c.req.header('cookie'))
}

/** The same of a Cookie header. */
export function guestTokenIn(header: string | undefined): string | null {
  const token = onlyValueIn(header, GUEST_COOKIE)
  return token !== undefined && isGuestToken(token) ? token : null
}

export function giveGuest(c: Context, token: string, lifeSeconds: number): void {
  writeCookie(c, GUEST_COOKIE, token, lifeSeconds)
}
