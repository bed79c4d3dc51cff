/**
 * The audit, for administrators: GET /admin/audit/, as a page or, with `format=csv`, as a file; what it means is in `accounts/audit.ts`.
 */
import { type Context, Hono } from 'hono'
import { isWithin } from '../../accounts/directory.ts'
import { type AuditFilter, cursorText } from '../../accounts/records.ts'
import type { Deps } from '../../deps.ts'
import { auditPage } from '../../pages/admin/audit.tsx'
import type { Session } from '../../sessions/session.ts'
import type { RequestVariables } from '../http/context.ts'
import { languageOf } from '../http/language.ts'
import { PATHS } from '../paths.ts'
import { administratorOf, adminLinks, circleOf } from './administrator.ts'
import { csvOf } from './audit-csv.ts'
import { eventsView } from './events.ts'
import { auditFieldsOf, auditFilterOf, cursorOf } from './queries.ts'

export function adminAuditRoutes(deps: Deps) {
  const { config, people } = deps
  const app = new Hono<RequestVariables>()

  app.get(PATHS.adminAudit, async (c) => {
    const session = await administratorOf(c, deps)
    if (session instanceof Response) return session
    const fields = auditFieldsOf(c)
    const filter = auditFilterOf(fields)
    const isAllowed = await mayRead(filter, session)
    if (c.req.query('format') === 'csv' && isAllowed) return csv(c, filter)
    const language = languageOf(c)
    const { entries, next } = isAllowed ? await people.audit.list(filter, cursorOf(c)) : { entries: [], next: null }
    const shown = { isOfOne: filter.userId !== undefined, circle: circleOf(session, config) }
    const chosen = Object.entries(fields).filter(([, value]) => value !== '')
    const pathWith = (name: string, value: string) =>
      `${PATHS.adminAudit}?${new URLSearchParams([...chosen, [name, value]])}`
    const view = {
      links: adminLinks(language, PATHS.adminAudit),
      path: PATHS.adminAudit,
      fields,
      events: isAllowed ? await eventsView(entries, shown, deps) : null,
      csvPath: pathWith('format', 'csv'),
      nextPath: next === null ? null : pathWith('before', cursorText(next)),
    }
    return c.html(auditPage(language, view))
  })

  /** Where tenants are kept apart, an administrator reads what is about one person of their own. */
  async function mayRead({ userId }: AuditFilter, session: Session): Promise<boolean> {
    const circle = circleOf(session, config)
    if (circle.tenant === null) return true
    const record = userId === undefined ? null : await people.users.record(userId)
    return record !== null && isWithin(record.user, circle)
  }

  async function csv(c: Context, filter: AuditFilter): Promise<Response> {
    const body = await csvOf((before, size) => people.audit.list(filter, before, size))
    return c.body(body, 200, {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': 'attachment; filename="gatehouse-audit.csv"',
    })
  }

  return app
}
