/**
 * Every refusal, logged once and answered in the right form; which refusal it is was decided where it was thrown.
 */

import type { Context } from 'hono'
import { GatehouseError, isSetUpWrong, type Outside, outside, toGatehouseError } from '../../errors.ts'
import { describeFailure, type LogEntry } from '../../log.ts'
import { failurePage } from '../../pages/failure.tsx'
import type { ErrorCode } from '../../reasons.ts'
import { PATHS } from '../paths.ts'
import { answerRefusal } from '../scim/answers.ts'
import { APP_SENTENCES } from './app-sentences.ts'
import { isForJson, type RequestVariables, referenceOf } from './context.ts'
import { languageOf } from './language.ts'

type RequestContext = Context<RequestVariables>

/**
 * Answers a refusal; for the error handler of the app.
 *
 * @param failureLocation the absolute form of loginFailureUrl, if it is set
 */
export async function answerFailure(
  c: RequestContext,
  thrown: unknown,
  failureLocation: string | undefined,
): Promise<Response> {
  const error = toGatehouseError(thrown)
  const response = await answerTo(c, error, failureLocation)
  logFailure(c, error, response.status)
  return response
}

function answerTo(
  c: RequestContext,
  error: GatehouseError,
  failureLocation: string | undefined,
): Response | Promise<Response> {
  // No route has said who is asking: the path is unknown, or it is one for people.
  const form = c.get('answers') === 'page' && isForJson(c) ? 'json' : c.get('answers')
  const isMachine = form === 'json' || form === 'opentalk' || form === 'scim'
  setRetryAfter(c, error, isMachine ? outsideForMachines(error.code) : outside(error.code))
  if (form === 'json') return jsonFailure(c, error)
  if (form === 'opentalk') return opentalkFailure(c, error)
  if (form === 'scim') return answerRefusal(c, error, outsideForMachines(error.code).status, sentenceFor(c, error))
  if (form === 'page' || failureLocation === undefined) return pageFailure(c, error)
  const location = new URL(failureLocation)
  location.searchParams.set('error', error.code)
  location.searchParams.set('ref', referenceOf(c))
  return c.redirect(location.href, 302)
}

/** A machine asks us and not the provider: that we cannot find out means that we are not available. */
export function outsideForMachines(code: ErrorCode): Outside {
  const view = outside(code)
  return view.status === 502 ? { ...view, ...outside('store_unavailable') } : view
}

/** @param answered the status of our answer; that of the provider, if there is one, has a name of its own */
function logFailure(c: RequestContext, error: GatehouseError, answered: number): void {
  const head = { method: c.req.method, path: c.req.path, status: answered }
  const detail = { ...head, ...describeFailure(error), ...head }
  c.var.log({ level: levelOf(error), event: 'refused', detail })
}

/** That something could not be decided yet is no one's fault, and anyone can cause it as often as they like. */
export function levelOf({ code }: GatehouseError): LogEntry['level'] {
  if (code === 'temporarily_unavailable') return 'warn'
  return outside(code).status >= 500 ? 'error' : 'info'
}

function setRetryAfter(c: RequestContext, error: GatehouseError, view: Outside): void {
  const seconds = error.retryAfterSeconds ?? view.retryAfterSeconds
  if (seconds !== undefined) c.header('Retry-After', String(seconds))
}

function sentenceFor(c: RequestContext, { code, publicMessage }: GatehouseError): string {
  return `${publicMessage ?? APP_SENTENCES[code]} (reference ${referenceOf(c)})`
}

function jsonFailure(c: RequestContext, error: GatehouseError): Response {
  const view = outsideForMachines(error.code)
  const status = (error.code === 'invalid_client' ? c.get('invalidClientStatus') : undefined) ?? view.status
  const { oauthError } = view
  const answer = { error: oauthError, error_description: sentenceFor(c, error) }
  return c.json(error.missing.length > 0 ? { ...answer, missing: error.missing } : answer, status)
}

/** In OpenTalk's words. @see OpenTalk controller, `ApiError` */
function opentalkFailure(c: RequestContext, error: GatehouseError): Response {
  const message = sentenceFor(c, error)
  if (error.code === 'not_configured') return c.json({ code: 'misconfiguration', message }, 500)
  const { status, oauthError } = outsideForMachines(error.code)
  return c.json({ code: status === 401 ? 'unauthorized' : oauthError, message }, status)
}

function pageFailure(c: RequestContext, error: GatehouseError): Response | Promise<Response> {
  const page = failurePage(languageOf(c, PATHS.home), {
    code: error.code,
    reason: error.reason,
    isSetUpWrong: isSetUpWrong(error),
    missing: error.missing,
    reference: referenceOf(c),
    loginPath: PATHS.login,
    homePath: PATHS.home,
  })

  return c.html(page, outside(error.code).status)
}

/**
 * The refusal of a request that no route has answered. Not Hono's own middleware, which comes after a refusal was logged and answered.
 *
 * @param methods those of the path; none: there is no such path
 * @see RFC 9110 section 15.5.6
 */
export function noRoute(c: RequestContext, methods: readonly string[]): GatehouseError {
  if (methods.length === 0) return new GatehouseError('not_found', 'path_unknown', 'no such page')
  const allowed = methods.join(', ')
  c.header('Allow', allowed)
  return new GatehouseError('method_not_allowed', 'method_not_allowed', `only ${allowed} here`, {
    publicMessage: `Only ${allowed} is allowed here`,
  })
}
