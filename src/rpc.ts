/**
 * What other Workers may ask over a service binding, without HTTP: is this token good, whose is it, and who is that? The judgement is made in
 * `tokens/`.
 */
import * as v from 'valibot'
import { claimsForApp } from './accounts/app-claims.ts'
import type { App } from './accounts/apps.ts'
import type { Config } from './config/model.ts'
import { randomReference } from './crypto.ts'
import type { Deps } from './deps.ts'
import { GatehouseError, toGatehouseError } from './errors.ts'
import { describeFailure } from './log.ts'
import { APP_SENTENCES } from './routes/http/app-sentences.ts'
import { guestTokenIn, sessionTokenIn } from './routes/http/cookies.ts'
import { levelOf, outsideForMachines } from './routes/http/errors.ts'
import { isGuestToken } from './sessions/guests.ts'
import { renewIfDue } from './sessions/renewal.ts'
import { isSessionToken, type Session } from './sessions/session.ts'
import { introspectionAnswer, type TokenAnswer } from './tokens/access-token.ts'
import { check, inactiveLine } from './tokens/check.ts'

/** Which app asks, as the operator has written it in the binding (`props`). */
export interface CallerProps {
  /** @see `npm run app:create -- --name` */
  readonly app: string
}

export interface RpcService {
  /**
   * Whether a token is good, and whose it is.
   *
   * @throws Error with a `code`, an error code of OAuth; `temporarily_unavailable`: no one could find out, so it is neither good nor bad
   */
  check(token: string): Promise<TokenAnswer>
  /** The same of 100 tokens at most, in their order: one call in place of many, of which a request may make 32. */
  checkMany(tokens: readonly string[]): Promise<readonly TokenAnswer[]>
  /**
   * Whose session a request has: by a session token in its Authorization header (Bearer), else by the cookie of Gatehouse, which counts on the
   * host of BASE_URL alone. It does not count as use of the session.
   *
   * @returns what `check` says of the session token; without one, that it is not active
   * @throws Error as `check`
   */
  session(request: VisitorRequest): Promise<TokenAnswer>
  /**
   * What the app may know of a person.
   *
   * @param userId the `user_id` of an answer
   * @returns `null`: there is no such person, or no longer
   * @throws Error as `check`
   */
  user(userId: string): Promise<UserAnswer | null>
}

/** A request as the visitor of an app sent it, or these two of it. */
export type VisitorRequest = Pick<Request, 'url' | 'headers'>

/** The claims of a person that the app may have. @see claimsForApp in `app-claims.ts` */
export interface UserAnswer {
  readonly user_id: string
  readonly [member: string]: unknown
}

const TOKENS_MAX = 100

const callerProps = v.object({ app: v.pipe(v.string(), v.nonEmpty()) })
const someToken = v.pipe(v.string(), v.nonEmpty())
const visitorRequest = v.object({ url: v.pipe(v.string(), v.url()), headers: v.instance(Headers) })
const someTokens = v.pipe(v.array(someToken), v.maxLength(TOKENS_MAX))

/** What one call over the binding may ask. @param deps `null`: the settings are not good, and every call is refused */
export function createRpcService(deps: Deps | null, props: unknown): RpcService {
  return {
    check: (token) =>
      answered(deps, async (ready, reference) =>
        judge(parsed(someToken, token, NO_TOKEN), await callerOf(ready, props), ready, reference),
      ),

    checkMany: (tokens) =>
      answered(deps, async (ready, reference) => {
        const [asked, app] = [parsed(someTokens, tokens, NO_TOKEN), await callerOf(ready, props)]
        return Promise.all(asked.map((token) => judge(token, app, ready, reference)))
      }),

    session: (request) =>
      answered(deps, async (ready, reference) => {
        const token = sessionTokenOf(parsed(visitorRequest, request, 'No request, with url and headers'), ready.config)
        const app = await callerOf(ready, props)
        return token === null ? { active: false } : judge(token, app, ready, reference)
      }),

    user: (userId) =>
      answered(deps, async (ready) => {
        const app = await callerOf(ready, props)
        const user = await ready.directory.withId(parsed(someToken, userId, 'The id of a person is a text'))
        return user && { user_id: user.id, ...claimsForApp(user, app, ready.config.opentalk?.settings ?? null) }
      }),
  }
}

/** Two that disagree are never weighed: a bearer token counts alone, and what is no session token is no session. */
function sessionTokenOf({ url, headers }: VisitorRequest, { baseUrl }: Config): string | null {
  const [, bearer] = /^bearer +(\S+) *$/i.exec(headers.get('authorization') ?? '') ?? []
  if (bearer !== undefined) return isSessionToken(bearer) || isGuestToken(bearer) ? bearer : null
  if (new URL(url).host !== new URL(baseUrl).host) return null
  const cookies = headers.get('cookie') ?? undefined
  return sessionTokenIn(cookies) ?? guestTokenIn(cookies)
}

async function judge(token: string, app: App, deps: Deps, reference: () => string): Promise<TokenAnswer> {
  const ports = { ...deps, renewIfDue: (session: Session) => renewIfDue(session, reference(), deps) }
  const verdict = await check(token, app, ports)
  if (!verdict.active) deps.log({ ...inactiveLine(verdict, app), ref: reference() })
  return introspectionAnswer(verdict)
}

async function callerOf({ apps }: Deps, props: unknown): Promise<App> {
  const caller = v.safeParse(callerProps, props)
  const app = caller.success ? await apps.named(caller.output.app) : null
  if (app) return app
  throw new GatehouseError('invalid_client', 'credential_unknown', 'the binding names no app', {
    publicMessage: 'The props of the service binding must have the name of an app: props = { app = "…" }',
  })
}

const NO_TOKEN = `A token is a text, and a list has ${TOKENS_MAX} of them at most`

/** @param publicMessage what the caller is told of an argument that is none */
function parsed<T>(schema: v.GenericSchema<unknown, T>, value: unknown, publicMessage: string): T {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  throw new GatehouseError('invalid_request', 'request_unreadable', 'not an argument of this call', { publicMessage })
}

/** Logs a failure, and says of it what an app may know. An error keeps its message and its own members on the way to the caller. */
async function answered<T>(deps: Deps | null, work: (deps: Deps, reference: () => string) => Promise<T>): Promise<T> {
  let made: string | undefined
  const reference = () => {
    made ??= randomReference()
    return made
  }
  try {
    if (deps === null)
      throw new GatehouseError('not_configured', 'settings_incomplete', 'the settings are not complete')
    return await work(deps, reference)
  } catch (thrown) {
    const error = toGatehouseError(thrown)
    const detail = { ...describeFailure(error), door: 'rpc' }
    deps?.log({ level: levelOf(error), event: 'refused', ref: reference(), detail })
    const sentence = error.publicMessage ?? APP_SENTENCES[error.code]
    throw Object.assign(new Error(`${sentence} (reference ${reference()})`), {
      code: outsideForMachines(error.code).oauthError,
    })
  }
}
