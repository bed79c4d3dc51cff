/**
 * The signed-in person, for applications that share the browser: GET /api/v1.0/users/me/.
 */
import { Hono } from 'hono'
import { describeUser } from '../../accounts/users.ts'
import type { Deps } from '../../deps.ts'
import { answersAs, type RequestVariables } from '../http/context.ts'
import { onlyAllows } from '../http/errors.ts'
import { PATHS } from '../paths.ts'
import { refuseSignedOut, usedSessionOf } from '../session/session-cookie.ts'

export function userRoutes(deps: Deps) {
  const app = new Hono<RequestVariables>()

  app.get(PATHS.me, answersAs('json'), async (c) => {
    const session = (await usedSessionOf(c, deps)) ?? refuseSignedOut(c)
    return c.json(describeUser(session.user, deps.config.opentalk?.settings ?? null))
  })
  app.all(PATHS.me, answersAs('json'), onlyAllows('GET', 'HEAD'))

  return app
}
