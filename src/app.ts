/**
 * Mounts the routes and sets what holds for all of them: headers, reference numbers, the answer to every failure.
 */
import { Hono, type MiddlewareHandler } from 'hono'
import { getPath } from 'hono/utils/url'
import type { Deps } from './deps.ts'
import { GatehouseError } from './errors.ts'
import type { Log } from './log.ts'
import type { Brand } from './pages/brand.ts'
import { adminAppRoutes } from './routes/admin/apps.ts'
import { adminAuditRoutes } from './routes/admin/audit.ts'
import { diagnosisRoutes } from './routes/admin/diagnosis.ts'
import { adminOverviewRoutes } from './routes/admin/overview.ts'
import { adminUserRoutes } from './routes/admin/users.ts'
import { configurationRoutes } from './routes/apps/configuration.ts'
import { introspectRoutes } from './routes/apps/introspect.ts'
import { issuerRoutes } from './routes/apps/issuer.ts'
import { jwksRoutes } from './routes/apps/jwks.ts'
import { createWarmIntrospection } from './routes/apps/warm-introspection.ts'
import { healthRoutes } from './routes/health.ts'
import { homeRoutes, styleRoutes } from './routes/home.ts'
import { type RequestVariables, referenceOf, refuseOtherHosts } from './routes/http/context.ts'
import { answerFailure, noRoute } from './routes/http/errors.ts'
import { setHeaders } from './routes/http/headers.ts'
import { languageRoutes } from './routes/http/language.ts'
import { PATHS, withoutFinalSlash } from './routes/paths.ts'
import { accountRoutes } from './routes/people/account.ts'
import { directoryRoutes } from './routes/people/directory.ts'
import { userRoutes } from './routes/people/users.ts'
import { scimRoutes } from './routes/scim/scim.ts'
import { guestRoutes } from './routes/session/guest.ts'
import { sessionRoutes } from './routes/session/session.ts'
import { callbackRoutes } from './routes/sign-in/callback.ts'
import { loginRoutes } from './routes/sign-in/login.ts'
import { backchannelLogoutRoutes } from './routes/sign-out/backchannel-logout.ts'
import { frontchannelLogoutRoutes } from './routes/sign-out/frontchannel-logout.ts'
import { logoutRoutes } from './routes/sign-out/logout.ts'

export type App = Hono<RequestVariables>

/** What is to go on when the answer has been given, as the runtime wants to be told. */
export type WaitUntil = (work: Promise<unknown>) => void

export type Handler = (request: Request, waitUntil: WaitUntil) => Promise<Response>

/**
 * Answers every request: a token check that is known word for word at once, and everything else by the routes. After the answer, when no one waits
 * any more, the revocation feed is asked if that is due.
 */
export function createHandler(deps: Deps): Handler {
  const app = createApp(deps)
  const warm = createWarmIntrospection(deps)
  const paths: readonly string[] = [PATHS.introspect, withoutFinalSlash(PATHS.introspect)]
  const { isPullDue, pullIfDue } = deps.revocations
  return async (request, waitUntil) => {
    const isQuestion = request.method === 'POST' && paths.includes(getPath(request))
    const answered = isQuestion ? await warm(request) : request
    if (answered instanceof Response) {
      if (isPullDue()) waitUntil(pullIfDue())
      return answered
    }
    const answer = Promise.resolve(app.fetch(answered))
    // What was begun is finished even when the visitor leaves: a refresh token that was sent is spent.
    waitUntil(answer.then(pullIfDue, pullIfDue))
    return answer
  }
}

/** The app of a Gatehouse whose settings are good. */
export function createApp(deps: Deps): App {
  const app = newApp(deps.log, deps.config)
  app.route(
    '/',
    healthRoutes(() => deps.isDatabaseReady()),
  )
  if (deps.config.allowedHosts.length > 0) app.use(refuseOtherHosts(deps.config))
  app.route('/', homeRoutes(deps))
  app.route('/', languageRoutes(deps))
  app.route('/', loginRoutes(deps))
  app.route('/', callbackRoutes(deps))
  app.route('/', logoutRoutes(deps))
  app.route('/', backchannelLogoutRoutes(deps))
  app.route('/', frontchannelLogoutRoutes(deps))
  app.route('/', userRoutes(deps))
  app.route('/', directoryRoutes(deps))
  app.route('/', sessionRoutes(deps))
  app.route('/', guestRoutes(deps))
  app.route('/', configurationRoutes(deps))
  app.route('/', introspectRoutes(deps))
  app.route('/', jwksRoutes(deps))
  app.route('/', issuerRoutes(deps))
  app.route('/', scimRoutes(deps))
  app.route('/', diagnosisRoutes(deps))
  app.route('/', accountRoutes(deps))
  app.route('/', adminOverviewRoutes(deps))
  app.route('/', adminUserRoutes(deps))
  app.route('/', adminAppRoutes(deps))
  app.route('/', adminAuditRoutes(deps))
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

function newApp(log: Log, brand?: Brand): App {
  let known: ReadonlySet<string> | undefined
  const app: App = new Hono<RequestVariables>({ getPath: (request) => registeredForm(getPath(request)) })
  app.use(setContext(log, brand), setHeaders)
  return app

  /** Each path answers with the final slash and without; the log and the routes see the form that is registered. */
  function registeredForm(path: string): string {
    if (registered().has(path) || path.endsWith('//')) return path
    const other = path.endsWith('/') ? path.slice(0, -1) : `${path}/`
    if (registered().has(other)) return other
    const isOfId = path.endsWith('/') && registered().has(`${other.slice(0, other.lastIndexOf('/'))}/:id`)
    return isOfId ? other : path
  }

  /** All routes are there before the first request. */
  function registered(): ReadonlySet<string> {
    known ??= new Set(app.routes.map((route) => route.path))
    return known
  }
}

function setContext(log: Log, brand: Brand | undefined): MiddlewareHandler<RequestVariables> {
  return async (c, next) => {
    c.set('log', (entry) => log({ ref: referenceOf(c), ...entry }))
    c.set('answers', 'page')
    if (brand !== undefined) c.set('brand', brand)
    await next()
  }
}
