/**
 * "Is this token good, and whose is it?": POST /api/v1.0/introspect/, for apps with a credential; the judgement is made in `tokens/`.
 */
import { type Context, Hono } from 'hono'
import type { App } from '../accounts/apps.ts'
import type { Deps } from '../deps.ts'
import { GatehouseError } from '../errors.ts'
import type { Provider } from '../oidc/provider.ts'
import { check } from '../tokens/check.ts'
import { introspectionAnswer } from '../tokens/introspection.ts'
import { renewIfDue } from '../tokens/renewal.ts'
import type { Session } from '../tokens/session.ts'
import { limitedForm } from './body.ts'
import { clientCredential } from './client-credential.ts'
import { answersAs, type RequestVariables } from './context.ts'
import { onlyAllows } from './failures.ts'
import { eitherForm, PATHS } from './paths.ts'

type RequestContext = Context<RequestVariables>

/** @see RFC 7662 sections 2.1 to 2.3; RFC 6749 section 5.2 for the errors */
export function introspectRoutes(deps: Deps) {
  const app = new Hono<RequestVariables>({ strict: false })

  app.post(eitherForm(PATHS.introspect), answersAs('json'), async (c) => {
    const form = await limitedForm(c, 'token')
    const asking = await authenticatedApp(c, form)
    const token = form.get('token')
    if (!token)
      throw new GatehouseError('invalid_request', 'no token in the form', { told: 'The form field "token" is missing' })
    const ports = { ...deps, renewIfDue: (session: Session) => renewIfDue(session, c.get('reference'), deps) }
    const verdict = await check(token, asking, ports, namedProvider(form))
    if (!verdict.active) {
      deps.log({
        level: 'info',
        event: 'token_not_active',
        ref: c.get('reference'),
        detail: { app: asking.name, reason: verdict.reason },
      })
    }
    return c.json(introspectionAnswer(verdict))
  })
  app.all(eitherForm(PATHS.introspect), answersAs('json'), onlyAllows('POST'))

  /** The provider that the app names, so that no other is shown the token; `null`: it names none. */
  function namedProvider(form: URLSearchParams): Provider | null {
    const id = form.get('provider')
    if (id === null) return null
    const provider = deps.providers.withId(id)
    if (provider) return provider
    throw new GatehouseError('invalid_request', 'no provider of this id', {
      told: 'The form field "provider" is not the id of a provider',
    })
  }

  async function authenticatedApp(c: RequestContext, form: URLSearchParams): Promise<App> {
    const credential = clientCredential(c.req.header('authorization'), form)
    const app = credential === null ? null : await deps.apps.authenticate(credential)
    if (app) return app
    c.header('WWW-Authenticate', 'Basic realm="gatehouse", charset="UTF-8"')
    throw new GatehouseError('invalid_client', 'no app with this credential', {
      told: 'Send the credential of an app (client_secret_basic or client_secret_post), and the token in the form field "token"',
    })
  }

  return app
}
