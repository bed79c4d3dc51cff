/**
 * How long the session of this browser lasts, for applications that show it: GET /api/v1.0/session/, POST /api/v1.0/session/refresh/.
 */

import { type Context, Hono } from 'hono'
import { epochSeconds, isoTime } from '../../clock.ts'
import type { Deps } from '../../deps.ts'
import { renew, renewalDueAt, unlessUnconfirmed } from '../../sessions/renewal.ts'
import { findSessionEvenIdle, idleEndOf, isAllowed, type Session } from '../../sessions/session.ts'
import { answersAs, type RequestVariables, referenceOf } from '../http/context.ts'
import { sessionTokenOf } from '../http/cookies.ts'
import { refuseOtherSites } from '../http/csrf.ts'
import { PATHS } from '../paths.ts'
import { refuseSignedOut, stillGood } from './current-session.ts'

type RequestContext = Context<RequestVariables>

/** A refresh by hand is not repeated within this time, and for tokens of a short life not within half of that. */
const COOLDOWN_SECONDS = 60
/** How wonderwall, whose answer this is, writes "never". */
const NEVER = '0001-01-01T00:00:00Z'

export function sessionRoutes(deps: Deps) {
  const { clock, config } = deps
  const app = new Hono<RequestVariables>()

  app.use(PATHS.session, answersAs('json'))
  app.get(PATHS.session, async (c) => {
    const session = await presentedSession(c)
    const current = isActive(session) ? await stillGood(c, session, deps) : session
    return c.json(describe(current ?? refuseSignedOut(c)))
  })

  app.use(PATHS.sessionRefresh, answersAs('json'))
  app.post(PATHS.sessionRefresh, async (c) => {
    const session = await presentedSession(c)
    refuseOtherSites(c, config)
    if (!isActive(session)) return refuseSignedOut(c)
    const isPossible = session.tokensExpireAt !== null && cooldownSeconds(session) === 0
    const current = await (isPossible ? renew : unlessUnconfirmed)(session, referenceOf(c), deps)
    return c.json(describe(current ?? refuseSignedOut(c)))
  })

  async function presentedSession(c: RequestContext): Promise<Session> {
    const token = sessionTokenOf(c)
    const session = token === null ? null : await findSessionEvenIdle(token, deps)
    return session && isAllowed(session, deps) ? session : refuseSignedOut(c)
  }

  function isActive(session: Session): boolean {
    return epochSeconds(clock) < idleEndOf(session, config)
  }

  function cooldownSeconds({ refreshedAt, tokensExpireAt }: Session): number {
    if (refreshedAt === null || tokensExpireAt === null) return 0
    const pause = Math.min(COOLDOWN_SECONDS, Math.floor((tokensExpireAt - refreshedAt) / 2))
    return Math.max(0, refreshedAt + pause - epochSeconds(clock))
  }

  function describe(session: Session) {
    const now = epochSeconds(clock)
    const { createdAt, expiresAt, tokensExpireAt, refreshedAt, acr, amr, authTime } = session
    const hasIdleEnd = config.sessionIdleSeconds !== undefined
    const idleEnd = idleEndOf(session, config)
    const cooldown = cooldownSeconds(session)
    const dueAt = renewalDueAt(session, config)
    return {
      session: {
        created_at: timeOf(createdAt),
        ends_at: timeOf(expiresAt),
        ends_in_seconds: expiresAt - now,
        active: isActive(session),
        timeout_at: hasIdleEnd ? timeOf(idleEnd) : NEVER,
        timeout_in_seconds: hasIdleEnd ? Math.max(0, idleEnd - now) : -1,
        acr,
        amr,
        auth_time: authTime === null ? NEVER : timeOf(authTime),
      },
      tokens: {
        expire_at: tokensExpireAt === null ? NEVER : timeOf(tokensExpireAt),
        expire_in_seconds: tokensExpireAt === null ? -1 : Math.max(0, tokensExpireAt - now),
        refreshed_at: refreshedAt === null ? NEVER : timeOf(refreshedAt),
        next_auto_refresh_in_seconds: dueAt === null ? -1 : Math.max(0, dueAt - now),
        refresh_cooldown: cooldown > 0,
        refresh_cooldown_seconds: cooldown,
      },
    }
  }

  return app
}

/** @see RFC 3339 */
function timeOf(seconds: number): string {
  return isoTime(seconds).replace('.000Z', 'Z')
}
