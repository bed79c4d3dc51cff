/**
 * Mounts the routes and sets what holds for all of them: headers, reference numbers, the answer to every failure.
 */
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { getPath } from 'hono/utils/url'
import type { Deps } from './deps.ts'
import { GatehouseError } from './errors.ts'
import type { Log } from './log.ts'
import { diagnosisRoutes } from './routes/admin/diagnosis.ts'
import { configurationRoutes } from './routes/apps/configuration.ts'
import { introspectRoutes } from './routes/apps/introspect.ts'
import { issuerRoutes } from './routes/apps/issuer.ts'
import { jwksRoutes } from './routes/apps/jwks.ts'
import { healthRoutes } from './routes/health.ts'
import { homeRoutes, styleRoutes } from './routes/home.ts'
import { type RequestVariables, referenceOf, refuseOtherHosts } from './routes/http/context.ts'
import { answerFailure, noRoute } from './routes/http/errors.ts'
import { directoryRoutes } from './routes/people/directory.ts'
import { userRoutes } from './routes/people/users.ts'
import { sessionRoutes } from './routes/session/session.ts'
import { callbackRoutes } from './routes/sign-in/callback.ts'
import { loginRoutes } from './routes/sign-in/login.ts'
import { backchannelLogoutRoutes } from './routes/sign-out/backchannel-logout.ts'
import { frontchannelLogoutRoutes } from './routes/sign-out/frontchannel-logout.ts'
import { logoutRoutes } from './routes/sign-out/logout.ts'

export type App = Hono<RequestVariables>

/** The app of a Gatehouse whose settings are good. */
export function createApp(deps: Deps): App {
  const app = newApp(deps.log)
  app.route(
    '/',
    healthRoutes(() => deps.isDatabaseReady()),
  )
  if (deps.config.allowedHosts.length > 0) app.use(refuseOtherHosts(deps.config))
  app.route('/', homeRoutes(deps))
  app.route('/', loginRoutes(deps))
  app.route('/', callbackRoutes(deps))
  app.route('/', logoutRoutes(deps))
  app.route('/', backchannelLogoutRoutes(deps))
  app.route('/', frontchannelLogoutRoutes(deps))
  app.route('/', userRoutes(deps))
  app.route('/', directoryRoutes(deps))
  app.route('/', sessionRoutes(deps))
  app.route('/', configurationRoutes(deps))
  app.route('/', introspectRoutes(deps))
  app.route('/', jwksRoutes(deps))
  app.route('/', issuerRoutes(deps))
  app.route('/', diagnosisRoutes(deps))
  const { loginFailureUrl: failure, baseUrl } = deps.config
  const failureLocation = failure === undefined ? undefined : new URL(failure, baseUrl).href
  app.notFound((c) => answerFailure(c, noRoute(c, methodsAt(app, c.req.path)), undefined))
  app.onError((error, c) => answerFailure(c, error, failureLocation))
  return app
}

/** The methods of a path, in the order of its routes. */
function methodsAt(app: App, path: string): readonly string[] {
  const methods = app.routes
    .filter((route) => route.path === path && route.method !== 'ALL')
    .map(({ method }) => method)
  return [...new Set(methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))]
}

/** The app of a Gatehouse whose settings are not: it refuses everything, and the log says why. */
export function createUnconfiguredApp(log: Log): App {
  const app = newApp(log)
  app.route(
    '/',
    healthRoutes(async () => false),
  )
  app.route('/', styleRoutes())
  app.all('*', () => {
    throw new GatehouseError(
      'not_configured',
      'settings_incomplete',
      'the settings are not complete; the problems are in the log line "configuration"',
    )
  })
  app.onError((error, c) => answerFailure(c, error, undefined))
  return app
}

function newApp(log: Log): App {
  let known: ReadonlySet<string> | undefined
  const app: App = new Hono<RequestVariables>({ getPath: (request) => registeredForm(getPath(request)) })
  app.use(setLog(log), setHeaders)
  return app

  /** Each path answers with the final slash and without; the log and the routes see the form that is registered. */
  function registeredForm(path: string): string {
    if (registered().has(path) || path.endsWith('//')) return path
    const other = path.endsWith('/') ? path.slice(0, -1) : `${path}/`
    return registered().has(other) ? other : path
  }

  /** All routes are there before the first request. */
  function registered(): ReadonlySet<string> {
    known ??= new Set(app.routes.map((route) => route.path))
    return known
  }
}

function setLog(log: Log): MiddlewareHandler<RequestVariables> {
  return async (c, next) => {
    c.set('log', (entry) => log({ ref: referenceOf(c), ...entry }))
    c.set('answers', 'page')
    await next()
  }
}

/**
 * No `form-action`: browsers hold it against every redirect after the form, and a provider may send the browser on to hosts that we
 * cannot know when it signs out at a provider behind itself. Every value in a page is escaped, and pages have no script but the one
 * that their route names.
 */
function contentSecurityPolicy(c: Context<RequestVariables>): string {
  const scripts = c.get('script') === undefined ? '' : ` script-src ${c.get('script')};`
  const connections = c.get('connectsTo') === undefined ? '' : ` connect-src ${c.get('connectsTo')};`
  const framers = c.get('framedBy')?.join(' ') ?? "'none'"
  return `default-src 'none'; style-src 'self'; img-src 'self';${scripts}${connections} base-uri 'none'; frame-ancestors ${framers}`
}

/** What is known beforehand is set before the answer is made, which then has it from the start: that costs less than to change one. */
const setHeaders: MiddlewareHandler<RequestVariables> = async (c, next) => {
  c.header('Referrer-Policy', 'no-referrer')
  c.header('Strict-Transport-Security', 'max-age=31536000')
  c.header('X-Content-Type-Options', 'nosniff')
  c.header('Cache-Control', 'no-store')
  await next()
  const { headers } = c.res
  headers.set('Content-Security-Policy', contentSecurityPolicy(c))
  // It knows no list of origins, so where someone may frame, it says nothing.
  if (c.get('framedBy') === undefined) headers.set('X-Frame-Options', 'DENY')
}
