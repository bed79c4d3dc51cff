/**
 * Signing out, here first and then at the provider: /api/v1.0/logout/ and /api/v1.0/logout-callback/.
 */

import { type Context, Hono } from 'hono'
import { randomToken } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { endSessionUrl } from '../../oidc/flows/end-session.ts'
import { CSRF_FIELD, EVERYWHERE_FIELD, signOutPage } from '../../pages/sign-out.tsx'
import { SUBMIT_SOURCE, signedOutHerePage, signOutAtProviderPage } from '../../pages/sign-out-at-provider.tsx'
import type { Session } from '../../sessions/session.ts'
import { giveBack, hintOf, openTokens } from '../../sessions/vault.ts'
import type { RequestVariables } from '../http/context.ts'
import { takeSession } from '../http/cookies.ts'
import { csrfTokenFor, refuseOtherPages, refuseOtherSites } from '../http/csrf.ts'
import { isForm, limitedForm } from '../http/forms.ts'
import { languageOf } from '../http/language.ts'
import { auditContextOf } from '../http/origin.ts'
import { PATHS } from '../paths.ts'
import { sessionOf } from '../session/current-session.ts'
import { stayOut } from '../sign-in/silent.ts'
import { isOwnReturn, rememberSignOut } from './logout-state.ts'

type RequestContext = Context<RequestVariables>

export function logoutRoutes(deps: Deps) {
  const { config, providers, sessions, endings, sealers } = deps
  const app = new Hono<RequestVariables>()
  const signedOutLocation = () => new URL(config.logoutRedirectUrl, config.baseUrl).href

  app.get(PATHS.logout, async (c) => {
    const session = await sessionOf(c, deps)
    if (!session) return c.redirect(signedOutLocation(), 302)
    const isEverywhere = c.req.query(EVERYWHERE_FIELD) === '1'
    // A link that ends more than this browser's session is a question, whatever the setting says.
    if (config.logoutByGet && !isEverywhere && isOwnLink(c)) return signOut(c, session, false)
    const csrfToken = await csrfTokenFor(session, deps)
    const view = { csrfToken, logoutPath: PATHS.logout, homePath: PATHS.home, isEverywhere }
    return c.html(signOutPage(languageOf(c), view))
  })

  app.post(PATHS.logout, async (c) => {
    const session = await sessionOf(c, deps)
    // Without a word about cookies: a form of another site brings none, and must not be able to take one away.
    if (!session) return c.redirect(signedOutLocation(), 303)
    refuseOtherSites(c, config)
    // Front ends that send the token in a header may send no form.
    const form = isForm(c) ? await limitedForm(c, CSRF_FIELD) : new URLSearchParams()
    await refuseOtherPages(c.req.header('x-csrftoken') ?? form.get(CSRF_FIELD), session, deps)
    return signOut(c, session, form.get(EVERYWHERE_FIELD) === '1')
  })

  // Nothing is left to do here: the session ended before the browser went to the provider, so nothing that comes back is needed.
  app.get(PATHS.logoutCallback, async (c) => {
    const isOwn = await isOwnReturn(c, deps)
    if (isOwn === false) c.var.log({ level: 'info', event: 'sign_out_returned_otherwise' })
    return c.redirect(signedOutLocation(), 302)
  })

  /** Here first: whatever the provider does or does not do afterwards, the session has ended. */
  async function signOut(c: RequestContext, session: Session, isEverywhere: boolean): Promise<Response> {
    // As the sessions were at their end: a refresh may have come in between.
    const ended = isEverywhere
      ? await endings.endOf({ userId: session.user.id }, 'sign_out_everywhere', auditContextOf(c, config))
      : await sessions.end(session.tokenHash, auditContextOf(c, config))
    takeSession(c)
    stayOut(c, deps)
    c.var.log({ level: 'info', event: 'sign_out', detail: { ended: ended.length } })
    const state = randomToken()
    const provider = providers.withId(session.providerId)
    const [atProvider] = await Promise.all([
      provider?.endSession({
        idToken: hintOf(await openTokens(sealers.tokens, session), config),
        postLogoutRedirectUri: provider.config.addresses.postLogoutRedirectUri,
        state,
      }),
      giveBack(ended, deps),
    ])
    const language = languageOf(c)
    // By now its revocation endpoint has been asked. No browser is sent to an address that does not answer.
    if (provider && !(await provider.answers())) return c.html(signedOutHerePage(language, signedOutLocation()))
    if (!atProvider) return c.redirect(signedOutLocation(), 303)
    await rememberSignOut(c, state, deps)
    if (!atProvider.isByForm) return c.redirect(endSessionUrl(atProvider).href, 303)
    c.set('script', SUBMIT_SOURCE)
    return c.html(signOutAtProviderPage(language, atProvider))
  }

  return app
}

/**
 * Whether someone follows a link on a page of this very host. A browser that fetches ahead of a click says so, and asking for the
 * headers alone is no visit.
 *
 * @see W3C Fetch Metadata Request Headers section 2
 */
function isOwnLink(c: RequestContext): boolean {
  return (
    c.req.method === 'GET' &&
    c.req.header('sec-fetch-site') === 'same-origin' &&
    c.req.header('sec-fetch-dest') === 'document' &&
    c.req.header('sec-purpose') === undefined
  )
}
