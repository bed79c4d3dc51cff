/**
 * Whether Gatehouse is alive and ready, for the operator's monitoring: /ping, /ready, and /robots.txt.
 */
import { Hono } from 'hono'
import type { RequestVariables } from './http/context.ts'
import { PATHS } from './paths.ts'

/** @param isReady whether requests can be served; the answer says no more than that */
export function healthRoutes(isReady: () => Promise<boolean>) {
  const app = new Hono<RequestVariables>()
  app.get(PATHS.ping, (c) => c.text('OK'))
  app.get(PATHS.ready, async (c) =>
    (await isReady()) ? c.text('OK') : c.text('not ready', 503, { 'Retry-After': '10' }),
  )
  app.get(PATHS.robots, (c) => c.text('User-agent: *\nDisallow: /\n'))
  return app
}
