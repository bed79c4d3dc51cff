/**
 * "Is this token good, and whose is it?": POST /api/v1.0/introspect/, for apps with a credential, answered as JSON or signed; the judgement is made
 * in `tokens/`.
 */

import { type Context, Hono } from 'hono'
import { parseAccept } from 'hono/utils/accept'
import { type App, repeatableCredential } from '../../accounts/apps.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import { INTROSPECTION_RESPONSE_TYPE, signedResponse } from '../../issuer/introspection-response.ts'
import type { Provider } from '../../oidc/provider.ts'
import { renewIfDue } from '../../sessions/renewal.ts'
import type { Session } from '../../sessions/session.ts'
import { introspectionAnswer } from '../../tokens/access-token.ts'
import { check, inactiveLine } from '../../tokens/check.ts'
import { keyOf } from '../../tokens/known-tokens.ts'
import { answersAs, type RequestVariables, referenceOf } from '../http/context.ts'
import { formText, withoutRepetition } from '../http/forms.ts'
import { answersApps } from '../http/headers.ts'
import { PATHS, withoutFinalSlash } from '../paths.ts'
import { rememberQuestion } from './warm-introspection.ts'

const SIGNED_TYPE = `application/${INTROSPECTION_RESPONSE_TYPE}`

type RequestContext = Context<RequestVariables>

/** Whether a signed answer is preferred to a plain one. @see RFC 9701 section 4 */
function wantsSigned(accept: string | undefined): boolean {
  if (!accept?.toLowerCase().includes(SIGNED_TYPE)) return false
  const types = parseAccept(accept).flatMap(({ type, q }) => (q > 0 ? [type.toLowerCase()] : []))
  return types.find((type) => type === SIGNED_TYPE || type === 'application/json') === SIGNED_TYPE
}

/** @see RFC 7662 sections 2.1 to 2.3; RFC 9701 for signed answers; RFC 6749 section 5.2 for the errors */
export function introspectRoutes(deps: Deps) {
  const app = new Hono<RequestVariables>()
  const { baseUrl } = deps.config
  const endpoint = `${baseUrl}${PATHS.introspect}`
  const audiences = [baseUrl, endpoint, withoutFinalSlash(endpoint)]

  app.use(PATHS.introspect, answersAs('json'), answersApps)
  app.post(PATHS.introspect, async (c) => {
    const isSigned = wantsSigned(c.req.header('accept'))
    if (isSigned) c.set('invalidClientStatus', 400)
    const body = await formText(c, 'token')
    const form = withoutRepetition(body)
    const asking = await authenticatedApp(c, form)
    const token = form.get('token')
    if (!token)
      throw new GatehouseError('invalid_request', 'token_missing', 'no token in the form', {
        publicMessage: 'The form field "token" is missing',
      })
    const ports = { ...deps, renewIfDue: (session: Session) => renewIfDue(session, referenceOf(c), deps) }
    const verdict = await check(token, asking, ports, namedProvider(form))
    if (!verdict.active) c.var.log(inactiveLine(verdict, asking))
    const answer = introspectionAnswer(verdict)
    if (isSigned) return c.body(await signedResponse(answer, asking, deps), 200, { 'Content-Type': SIGNED_TYPE })
    if (verdict.active) {
      const words = { authorization: c.req.header('authorization') ?? null, body }
      await rememberQuestion(deps.verdicts.known, words, { app: asking, key: await keyOf(token, asking) }, verdict)
    }
    return c.json(answer)
  })

  /** The provider that the app names, so that no other is shown the token; `null`: it names none. */
  function namedProvider(form: URLSearchParams): Provider | null {
    const id = form.get('provider')
    if (id === null) return null
    const provider = deps.providers.withId(id)
    if (provider) return provider
    throw new GatehouseError('invalid_request', 'provider_unknown', 'no provider of this id', {
      publicMessage: 'The form field "provider" is not the id of a provider',
    })
  }

  async function authenticatedApp(c: RequestContext, form: URLSearchParams): Promise<App> {
    const credential = repeatableCredential(c.req.header('authorization'), form)
    const app = credential === null ? null : await deps.apps.authenticate(credential, audiences)
    if (app) return app
    if (c.get('invalidClientStatus') === undefined)
      c.header('WWW-Authenticate', 'Basic realm="gatehouse", charset="UTF-8"')
    if (credential !== null) {
      throw new GatehouseError('invalid_client', 'credential_unknown', 'no app with this credential', {
        publicMessage:
          'The credential is not that of an app: compare client id and secret with what npm run app:create printed',
      })
    }
    throw new GatehouseError(
      'invalid_client',
      'credential_missing',
      'no credential of an app, or one that cannot be read',
      {
        publicMessage:
          'Send the credential of an app (client_secret_basic, client_secret_post or private_key_jwt), and the token in the form field "token"',
      },
    )
  }

  return app
}
