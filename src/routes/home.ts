/**
 * The start page and what every page needs: GET / and the style sheet.
 */
import { type Context, Hono } from 'hono'
import { isAdministrator } from '../accounts/administrators.ts'
import type { Deps } from '../deps.ts'
import { brandStyle } from '../pages/brand.ts'
import { PROBE_SOURCE } from '../pages/external-home.tsx'
import { homePage } from '../pages/home.tsx'
import { ICON, ICON_PATH, STYLE, STYLE_PATH } from '../pages/style.ts'
import { isDueByBrowser } from '../sessions/renewal.ts'
import type { Session } from '../sessions/session.ts'
import type { RequestVariables } from './http/context.ts'
import { sessionTokenOf } from './http/cookies.ts'
import { csrfTokenFor } from './http/csrf.ts'
import { languageOf } from './http/language.ts'
import { PATHS } from './paths.ts'
import { usedSessionOf } from './session/current-session.ts'
import { hasSignedOut, silentLocation } from './sign-in/silent.ts'
import { unauthenticatedLocation } from './sign-in/unauthenticated.ts'

export function homeRoutes(deps: Deps) {
  const { config } = deps
  const app = new Hono<RequestVariables>()

  app.get(PATHS.home, async (c) => {
    const session = await usedSessionOf(c, deps)
    const elsewhere = session ? await confirmationOf(c, session) : await entranceFor(c)
    if (elsewhere !== null) return c.redirect(elsewhere, 302)
    const person = session && {
      name: session.user.full_name,
      email: session.user.email,
      csrfToken: await csrfTokenFor(session, deps),
      accountPath: PATHS.account,
      adminPath: isAdministrator(session, config) ? PATHS.admin : null,
    }
    const hasChoice = deps.providers.all.length > 1
    const view = {
      person,
      hasSignedOut: hasSignedOut(c) || sessionTokenOf(c) !== null,
      // As at La Suite, for a page that has a button of its own.
      loginPath: c.req.query('hideLogin') === 'true' ? null : PATHS.login,
      choicePath: hasChoice ? `${PATHS.login}?provider=` : null,
      isProConnect: config.proConnectButton && !hasChoice,
      externalHome: session ? null : allowedHome(c),
      logoutPath: PATHS.logout,
    }
    return c.html(homePage(languageOf(c), view))
  })

  /** Anyone who had a session until it was ended, elsewhere or for being idle, stays out until they ask to be let in. */
  async function entranceFor(c: Context<RequestVariables>): Promise<string | null> {
    const hasEnded = sessionTokenOf(c) !== null
    return unauthenticatedLocation(c, deps) ?? (hasEnded ? null : await silentLocation(c, null, deps))
  }

  /** Without a refresh token, the browser itself has to ask the provider now and then whether the session goes on. */
  async function confirmationOf(c: Context<RequestVariables>, session: Session): Promise<string | null> {
    const provider = deps.providers.withId(session.providerId)
    return provider && isDueByBrowser(session, config, deps.clock) ? silentLocation(c, provider, deps) : null
  }

  /** The page may ask for the home and for nothing else. */
  function allowedHome(c: Context<RequestVariables>): string | null {
    const { externalHomeUrl: home } = config
    if (home === undefined) return null
    c.set('script', PROBE_SOURCE)
    c.set('connectsTo', cspSource(home))
    return home
  }

  return app.route('', styleRoutes(brandStyle(config)))
}

/** An address as a policy names it: without its query, and without what would end the name. @see Content Security Policy Level 3 section 2.3.1 */
function cspSource(address: string): string {
  const { origin, pathname } = new URL(address)
  return `${origin}${pathname.replaceAll(';', '%3B').replaceAll(',', '%2C')}`
}

/** Apart, because the pages of a Gatehouse without configuration need it too. */
/** @param more rules after the others */
export function styleRoutes(more = '') {
  const app = new Hono<RequestVariables>()
  app.get(STYLE_PATH, (c) =>
    c.body(`${STYLE}${more}`, 200, {
      'Content-Type': 'text/css; charset=utf-8',
      'Cache-Control': 'public, max-age=300',
    }),
  )

  app.get(ICON_PATH, (c) =>
    c.body(ICON, 200, { 'Content-Type': 'image/svg+xml', 'Cache-Control': 'public, max-age=86400' }),
  )

  return app
}
