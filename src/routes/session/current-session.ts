/**
 * The session of the browser that asks; the session itself is found by `sessions/session.ts`.
 */

import type { Context } from 'hono'
import { epochSeconds } from '../../clock.ts'
import type { Config } from '../../config/model.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import { renewIfDue } from '../../sessions/renewal.ts'
import { confirmedUntil, findSession, type Session } from '../../sessions/session.ts'
import { type RequestVariables, referenceOf } from '../http/context.ts'
import { sessionTokenOf } from '../http/cookies.ts'
import { PATHS, withoutFinalSlash } from '../paths.ts'

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
  return renewIfDue(session, referenceOf(c), deps)
}

/** Where a page sends someone who is not signed in, and back again afterwards. */
export function signInLocation(c: Context, { returnToField }: Config): string {
  const { pathname, search } = new URL(c.req.url)
  return `${PATHS.login}?${new URLSearchParams({ [returnToField]: pathname + search })}`
}

/** Answers an application whose browser has no session: 401, with a scheme that no browser asks a password for. La Suite does the same. */
export function refuseSignedOut(c: Context): never {
  c.header('WWW-Authenticate', 'Session')
  throw new GatehouseError('login_required', 'signed_out', 'no one is signed in, or the session has ended')
}
