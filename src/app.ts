/**
 * Mounts the routes and sets what holds for all of them: headers, reference numbers, the answer to every failure.
 */
import { Hono, type MiddlewareHandler } from 'hono'
import { randomReference } from './crypto.ts'
import type { Deps } from './deps.ts'
import { GatehouseError } from './errors.ts'
import type { Log } from './log.ts'
import { callbackRoutes } from './routes/callback.ts'
import type { RequestVariables } from './routes/context.ts'
import { answerFailure } from './routes/failures.ts'
import { healthRoutes } from './routes/health.ts'
import { homeRoutes, styleRoutes } from './routes/home.ts'
import { introspectRoutes } from './routes/introspect.ts'
import { jwksRoutes } from './routes/jwks.ts'
import { loginRoutes } from './routes/login.ts'
import { logoutRoutes } from './routes/logout.ts'
import { sessionRoutes } from './routes/session.ts'
import { userRoutes } from './routes/users.ts'

export type App = Hono<RequestVariables>

/** The app of a Gatehouse whose settings are good. */
export function createApp(deps: Deps): App {
  const app = newApp()
  app.route(
    '/',
    healthRoutes(() => deps.isDatabaseReady()),
  )
  app.route('/', homeRoutes(deps))
  app.route('/', loginRoutes(deps))
  app.route('/', callbackRoutes(deps))
  app.route('/', logoutRoutes(deps))
  app.route('/', userRoutes(deps))
  app.route('/', sessionRoutes(deps))
  app.route('/', introspectRoutes(deps))
  app.route('/', jwksRoutes(deps))
  const { LOGIN_REDIRECT_URL_FAILURE: failure, BASE_URL } = deps.config
  const ports = { log: deps.log, failureLocation: failure === undefined ? undefined : new URL(failure, BASE_URL).href }
  app.notFound((c) => answerFailure(c, new GatehouseError('not_found', 'no such page'), ports))
  app.onError((error, c) => answerFailure(c, error, ports))
  return app
}

/** The app of a Gatehouse whose settings are not: it refuses everything, and the log says why. */
export function createUnconfiguredApp(log: Log): App {
  const app = newApp()
  app.route(
    '/',
    healthRoutes(async () => false),
  )
  app.route('/', styleRoutes())
  app.all('*', () => {
    throw new GatehouseError(
      'not_configured',
      'the settings are not complete; the problems are in the log line "configuration"',
    )
  })
  app.onError((error, c) => answerFailure(c, error, { log, failureLocation: undefined }))
  return app
}

function newApp(): App {
  const app = new Hono<RequestVariables>({ strict: false })
  app.use(setReference, setHeaders)
  return app
}

const setReference: MiddlewareHandler<RequestVariables> = async (c, next) => {
  c.set('reference', randomReference())
  c.set('answers', 'page')
  await next()
}

/**
 * No `form-action`: browsers hold it against every redirect after the form, and a provider may send the browser on to hosts that we
 * cannot know when it signs out at a provider behind itself. Pages have no script, and every value in them is escaped.
 */
const CONTENT_SECURITY_POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"

const HEADERS: Readonly<Record<string, string>> = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Referrer-Policy': 'no-referrer',
  'Strict-Transport-Security': 'max-age=31536000',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cache-Control': 'no-store',
}

const setHeaders: MiddlewareHandler<RequestVariables> = async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(HEADERS)) {
    if (!c.res.headers.has(name)) c.res.headers.set(name, value)
  }
}
