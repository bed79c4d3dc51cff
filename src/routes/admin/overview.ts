/**
 * Where administration begins: GET /admin/ leads to the other pages and says who is an administrator.
 */
import { Hono } from 'hono'
import { nameOf } from '../../config/names.ts'
import type { Deps } from '../../deps.ts'
import { overviewPage } from '../../pages/admin/overview.tsx'
import { languageFor } from '../../pages/language.ts'
import type { RequestVariables } from '../http/context.ts'
import { PATHS } from '../paths.ts'
import { administratorOf, adminLinks } from './administrator.ts'

export function adminOverviewRoutes(deps: Deps) {
  const { administrators, administratorGroups } = deps.config
  const app = new Hono<RequestVariables>()
  app.get(PATHS.admin, async (c) => {
    const session = await administratorOf(c, deps)
    if (session instanceof Response) return session
    const language = languageFor(c.req.header('accept-language'))
    const view = {
      links: adminLinks(language, PATHS.admin),
      entries: [...administrators, ...administratorGroups],
      settings: `${nameOf('administrators')}, ${nameOf('administratorGroups')}`,
    }
    return c.html(overviewPage(language, view))
  })
  return app
}
