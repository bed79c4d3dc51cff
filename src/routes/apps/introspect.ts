/**
 * "Is this token good, and whose is it?": POST /api/v1.0/introspect/, for apps with a credential; the judgement is made in `tokens/`.
 */

import { type Context, Hono } from 'hono'
import { type App, repeatableCredential } from '../../accounts/apps.ts'
import { sha256 } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import type { Provider } from '../../oidc/provider.ts'
import { renewIfDue } from '../../sessions/renewal.ts'
import type { Session } from '../../sessions/session.ts'
import { introspectionAnswer, type Verdict } from '../../tokens/access-token.ts'
import { check, inactiveLine } from '../../tokens/check.ts'
import { keyOf, type Question } from '../../tokens/known-tokens.ts'
import { answersAs, type RequestVariables, referenceOf } from '../http/context.ts'
import { formText, withoutRepetition } from '../http/forms.ts'
import { PATHS } from '../paths.ts'

const JSON_TYPE = { 'Content-Type': 'application/json' }

type RequestContext = Context<RequestVariables>

/** @see RFC 7662 sections 2.1 to 2.3; RFC 6749 section 5.2 for the errors */
export function introspectRoutes(deps: Deps) {
  const app = new Hono<RequestVariables>()
  const { known } = deps.verdicts

  app.use(PATHS.introspect, answersAs('json'))
  app.post(PATHS.introspect, async (c) => {
    const body = await formText(c, 'token')
    const authorization = c.req.header('authorization')
    const asked = await sha256(`${typeof authorization} ${authorization}\n${body}`)
    const answered = answeredBefore(asked)
    if (answered !== undefined) return c.body(answered, 200, JSON_TYPE)
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
    if (verdict.active) remember(asked, { app: asking, key: await keyOf(token, asking) }, verdict)
    return c.json(introspectionAnswer(verdict))
  })

  /** The answer to the very same request, while the app and the verdict are known to stand; `undefined`: it must be judged. */
  function answeredBefore(asked: string): string | undefined {
    const question = known.requests.get(asked)
    if (question === undefined || !deps.revocations.isFresh() || !deps.apps.isKnown(question.app)) return undefined
    return known.recall(question.key)?.answer
  }

  /** Only where the verdict is the one that is kept: the same app may ask in other words, such as with a provider, and get another. */
  function remember(asked: string, question: Question, verdict: Verdict): void {
    if (known.recall(question.key)?.verdict === verdict) known.requests.set(asked, question)
  }

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
    const app = credential === null ? null : await deps.apps.authenticate(credential)
    if (app) return app
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
          'Send the credential of an app (client_secret_basic or client_secret_post), and the token in the form field "token"',
      },
    )
  }

  return app
}
