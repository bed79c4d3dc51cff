/**
 * The start page and what every page needs: GET / and the style sheet.
 */
import { Hono } from 'hono'
import type { Deps } from '../deps.ts'
import { homePage } from '../pages/home.tsx'
import { languageFor } from '../pages/language.ts'
import { STYLE, STYLE_PATH } from '../pages/style.ts'
import type { RequestVariables } from './context.ts'
import { onlyAllows } from './failures.ts'
import { csrfTokenFor } from './own-page.ts'
import { PATHS } from './paths.ts'
import { usedSessionOf } from './session-cookie.ts'

export function homeRoutes(deps: Deps) {
  const app = new Hono<RequestVariables>()

  app.get(PATHS.home, async (c) => {
    const session = await usedSessionOf(c, deps)
    const person = session && {
      name: session.user.full_name,
      email: session.user.email,
      csrfToken: await csrfTokenFor(session, deps),
    }
    const choicePath = deps.providers.all.length > 1 ? `${PATHS.login}?provider=` : null
    const language = languageFor(c.req.header('accept-language'))
    return c.html(homePage(language, { person, loginPath: PATHS.login, choicePath, logoutPath: PATHS.logout }))
  })
  app.all(PATHS.home, onlyAllows('GET', 'HEAD'))

  return app.route('', styleRoutes())
}

/** Apart, because the pages of a Gatehouse without configuration need it too. */
export function styleRoutes() {
  const app = new Hono<RequestVariables>()
  app.get(STYLE_PATH, (c) =>
    c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8', 'Cache-Control': 'public, max-age=300' }),
  )
  return app
}
