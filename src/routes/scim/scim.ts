/**
 * SCIM 2.0 at /scim/v2/, for providers that push who joins and who leaves: what holds for each of its routes.
 */
import { Hono } from 'hono'
import type { Deps } from '../../deps.ts'
import { answersAs, type RequestVariables } from '../http/context.ts'
import { answersApps } from '../http/headers.ts'
import { scimDiscoveryRoutes } from './discovery.ts'
import { scimGroupRoutes } from './groups.ts'
import { scimUserRoutes } from './users.ts'

/** @see RFC 7644 */
export function scimRoutes(deps: Deps) {
  const app = new Hono<RequestVariables>()
  app.use('/scim/v2/*', answersAs('scim'), answersApps)
  app.route('/', scimDiscoveryRoutes(deps))
  app.route('/', scimUserRoutes(deps))
  app.route('/', scimGroupRoutes(deps))
  return app
}
