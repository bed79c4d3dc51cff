/**
 * What apps read about Gatehouse as their authorization server: GET /.well-known/oauth-authorization-server and /.well-known/jwks.json.
 */
import { type Context, Hono } from 'hono'
import type { Deps } from '../../deps.ts'
import { authorizationServerMetadata } from '../../issuer/metadata.ts'
import { answersAs, type RequestVariables } from '../http/context.ts'
import { PATHS } from '../paths.ts'

/** Half of how long a new key is shown before it signs. */
const FRESH_SECONDS = 3600

/** @see RFC 8414 section 3, RFC 7517 section 5 */
export function issuerRoutes({ config, signingKeys }: Deps) {
  const app = new Hono<RequestVariables>()
  const { baseUrl } = config
  const metadata = authorizationServerMetadata({
    issuer: baseUrl,
    introspection: `${baseUrl}${PATHS.introspect}`,
    jwks: `${baseUrl}${PATHS.ownJwks}`,
  })

  app.use(PATHS.authorizationServer, answersAs('json'))
  app.get(PATHS.authorizationServer, (c) => answerPublicly(c, metadata, 'application/json'))

  app.use(PATHS.ownJwks, answersAs('json'))
  app.get(PATHS.ownJwks, async (c) => answerPublicly(c, await signingKeys.publicKeys(), 'application/jwk-set+json'))

  return app
}

/** The same for everyone, so a page of any app may read it, and anyone may keep it for a while. */
function answerPublicly(c: Context<RequestVariables>, document: object, type: string): Response {
  return c.body(JSON.stringify(document), 200, {
    'Content-Type': type,
    'Cache-Control': `public, max-age=${FRESH_SECONDS}`,
    'Access-Control-Allow-Origin': '*',
  })
}
