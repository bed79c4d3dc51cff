/**
 * The signed-in person, for applications that share the browser: GET /api/v1.0/users/me/.
 */
import { Hono } from 'hono'
import { permissionsOfUser } from '../../accounts/permissions.ts'
import { describeUser } from '../../accounts/users.ts'
import type { Deps } from '../../deps.ts'
import { answersAs, type RequestVariables } from '../http/context.ts'
import { PATHS } from '../paths.ts'
import { refuseSignedOut, usedSessionOf } from '../session/current-session.ts'

export function userRoutes(deps: Deps) {
  const app = new Hono<RequestVariables>()

  app.use(PATHS.me, answersAs('json'))
  app.get(PATHS.me, async (c) => {
    const session = (await usedSessionOf(c, deps)) ?? refuseSignedOut(c)
    const { user } = session
    const described = describeUser(user, deps.config.opentalk?.settings ?? null)
    return c.json({ ...described, permissions: permissionsOfUser(user, deps.config) })
  })
  return app
}
