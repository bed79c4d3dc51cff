/**
 * Where administration begins: GET /admin/ leads to the other pages, says who is an administrator and how the account sync is doing; POST lets
 * a sync that has stopped go on.
 */
import { Hono } from 'hono'
import { nameOf } from '../../config/names.ts'
import type { Deps } from '../../deps.ts'
import { overviewPage, SYNC_GO_ON } from '../../pages/admin/overview.tsx'
import { CSRF_FIELD } from '../../pages/sign-out.tsx'
import type { RequestVariables } from '../http/context.ts'
import { csrfTokenFor } from '../http/csrf.ts'
import { limitedForm, notOnOurPage } from '../http/forms.ts'
import { languageOf } from '../http/language.ts'
import { auditContextOf } from '../http/origin.ts'
import { PATHS } from '../paths.ts'
import { administratorChanging, administratorOf, adminLinks, seesAll } from './administrator.ts'

export function adminOverviewRoutes(deps: Deps) {
  const { config, people } = deps
  const synced = config.providers.filter(({ accountSync }) => accountSync !== null)
  const app = new Hono<RequestVariables>()

  app.get(PATHS.admin, async (c) => {
    const session = await administratorOf(c, deps)
    if (session instanceof Response) return session
    const shown = seesAll(session, config) ? synced : []
    const states = shown.length === 0 ? [] : await people.syncs.all()
    const language = languageOf(c)
    const view = {
      links: adminLinks(language, PATHS.admin),
      entries: [...config.administrators, ...config.administratorGroups, ...config.administratorRoles],
      settings: `${nameOf('administrators')}, ${nameOf('administratorGroups')}, ${nameOf('administratorRoles')}`,
      syncs: shown.map(({ id, name }) => ({
        providerId: id,
        name,
        state: states.find(({ providerId }) => providerId === id) ?? null,
      })),
      change: { action: PATHS.admin, csrfToken: await csrfTokenFor(session, deps) },
    }
    return c.html(overviewPage(language, view))
  })

  app.post(PATHS.admin, async (c) => {
    const form = await limitedForm(c, 'do')
    const session = await administratorChanging(c, form.get(CSRF_FIELD), deps)
    if (session instanceof Response) return session
    const provider = synced.find(({ id }) => id === form.get('provider'))
    if (form.get('do') !== SYNC_GO_ON || provider === undefined || !seesAll(session, config)) {
      throw notOnOurPage()
    }
    await people.syncs.goOn(provider.id, auditContextOf(c, config, session.user.id))
    return c.redirect(PATHS.admin, 303)
  })

  return app
}
