/**
 * Gatehouse's own public keys, for a provider that verifies what we sign and encrypts for us: GET /jwks.
 */
import { Hono } from 'hono'
import type { Deps } from '../../deps.ts'
import { answersAs, type RequestVariables } from '../http/context.ts'
import { PATHS } from '../paths.ts'

/** How long a provider may go on with a key that is no longer shown. @see OpenID Connect Core 1.0 section 10.2.1 */
const FRESH_SECONDS = 3600

/** @see RFC 7517 section 5 */
export function jwksRoutes({ providers }: Deps) {
  const app = new Hono<RequestVariables>()
  app.use(PATHS.jwks, answersAs('json'))
  app.get(PATHS.jwks, async (c) =>
    c.body(JSON.stringify(await providers.publicKeys()), 200, {
      'Content-Type': 'application/jwk-set+json',
      'Cache-Control': `public, max-age=${FRESH_SECONDS}`,
    }),
  )
  return app
}
