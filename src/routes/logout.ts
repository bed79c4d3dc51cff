/**
 * Signing out, here first and then at the provider: /api/v1.0/logout/ and /api/v1.0/logout-callback/.
 */
import { type Context, Hono } from 'hono'
import type { Deps } from '../deps.ts'
import { GatehouseError } from '../errors.ts'
import { languageFor } from '../pages/language.ts'
import { CSRF_FIELD, signOutPage } from '../pages/sign-out.tsx'
import type { Session } from '../tokens/session.ts'
import { openTokens } from '../tokens/vault.ts'
import { limitedForm } from './body.ts'
import type { RequestVariables } from './context.ts'
import { onlyAllows } from './failures.ts'
import { refuseOtherSites } from './own-page.ts'
import { eitherForm, PATHS } from './paths.ts'
import { sessionOf, takeSession } from './session-cookie.ts'

type RequestContext = Context<RequestVariables>

export function logoutRoutes(deps: Deps) {
  const { config, provider, sessions, sealers, log } = deps
  const app = new Hono<RequestVariables>({ strict: false })
  const signedOutLocation = () => new URL(config.LOGOUT_REDIRECT_URL, config.BASE_URL).href

  app.get(eitherForm(PATHS.logout), async (c) => {
    const session = await sessionOf(c, deps)
    if (!session) return c.redirect(signedOutLocation(), 302)
    const csrfToken = await sealers.csrf.seal('', session.tokenHash)
    return c.html(signOutPage(languageFor(c.req.header('accept-language')), { csrfToken, logoutPath: PATHS.logout }))
  })

  app.post(eitherForm(PATHS.logout), async (c) => {
    const session = await sessionOf(c, deps)
    // Without a word about cookies: a form of another site brings none, and must not be able to take one away.
    if (!session) return c.redirect(signedOutLocation(), 303)
    await refuseForeignRequest(c, session)
    await sessions.end(session.tokenHash, c.get('reference'))
    takeSession(c)
    log({ level: 'info', event: 'sign_out', ref: c.get('reference') })
    const atProvider = await provider.endSessionUrl({
      idToken: (await openTokens(sealers.tokens, session))?.idToken ?? null,
      postLogoutRedirectUri: `${config.BASE_URL}${PATHS.logoutCallback}`,
    })
    return c.redirect(atProvider?.href ?? signedOutLocation(), 303)
  })
  app.all(eitherForm(PATHS.logout), onlyAllows('GET', 'HEAD', 'POST'))

  // Nothing is left to do here: the session ended before the browser went to the provider, so nothing that comes back is needed.
  app.get(eitherForm(PATHS.logoutCallback), (c) => c.redirect(signedOutLocation(), 302))
  app.all(eitherForm(PATHS.logoutCallback), onlyAllows('GET', 'HEAD'))

  /** The browser must say that the request comes from our own page, and the page must have known the session. */
  async function refuseForeignRequest(c: RequestContext, session: Session): Promise<void> {
    refuseOtherSites(c, config.BASE_URL)
    const token = c.req.header('x-csrftoken') ?? (await limitedForm(c, CSRF_FIELD)).get(CSRF_FIELD)
    if (token === null || (await sealers.csrf.open(token, session.tokenHash)) === null) {
      throw new GatehouseError('csrf_refused', 'a sign-out without the token of our own page')
    }
  }

  return app
}
