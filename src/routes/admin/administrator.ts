/**
 * Who may see the pages for administrators, what anyone else is answered, and how those pages lead to each other.
 */
import type { Context } from 'hono'
import { administratorEntry, isAdministrator } from '../../accounts/administrators.ts'
import { administeredBy, type Circle } from '../../accounts/directory.ts'
import type { Config } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import { notAdministratorPage } from '../../pages/diagnosis.tsx'
import type { Language } from '../../pages/language.ts'
import type { Link } from '../../pages/parts.tsx'
import type { Session } from '../../sessions/session.ts'
import type { RequestVariables } from '../http/context.ts'
import { refuseOtherPages, refuseOtherSites } from '../http/csrf.ts'
import { languageOf } from '../http/language.ts'
import { PATHS } from '../paths.ts'
import { refuseSignedOut, signInLocation, usedSessionOf } from '../session/current-session.ts'

type RequestContext = Context<RequestVariables>

/**
 * The session of an administrator, or the answer for anyone else: the way to sign in, or a page that says how to become one.
 *
 * @param isJson whether a program asks, which gets an error in place of a page
 * @throws GatehouseError `login_required` and `access_denied`, for a program; `store_unavailable`
 */
export async function administratorOf(c: RequestContext, deps: Deps, isJson = false): Promise<Session | Response> {
  const session = await usedSessionOf(c, deps)
  const isVisit = c.req.method === 'GET' && !isJson
  if (!session) return isVisit ? c.redirect(signInLocation(c, deps.config), 302) : refuseSignedOut(c)
  if (isAdministrator(session, deps.config)) return session
  c.var.log({ level: 'info', event: 'not_administrator', detail: { path: c.req.path, by_email: session.isByEmail } })
  if (isJson)
    throw new GatehouseError('access_denied', 'not_administrator', 'not an administrator', {
      publicMessage: `Only for administrators (${nameOf('administrators')})`,
    })
  return c.html(notAdministratorPage(languageOf(c), entryOf(session), PATHS.home), 403)
}

/**
 * The same for a form that changes something, which must come from our own page.
 *
 * @param csrfToken of the form
 * @throws GatehouseError `csrf_refused`, and as administratorOf
 */
export async function administratorChanging(
  c: RequestContext,
  csrfToken: string | null,
  deps: Deps,
): Promise<Session | Response> {
  refuseOtherSites(c, deps.config)
  const session = await administratorOf(c, deps)
  if (!(session instanceof Response)) await refuseOtherPages(csrfToken, session, deps)
  return session
}

/** Whom an administrator may see. */
export function circleOf({ user }: Session, { opentalk }: Config): Circle {
  return administeredBy(user, opentalk?.settings ?? null)
}

/** Whether an administrator sees everyone, and so what is of all: apps, and the account sync. */
export function seesAll(session: Session, config: Config): boolean {
  return circleOf(session, config).tenant === null
}

/** The navigation of these pages. @param current the path of the page that shows it */
export function adminLinks({ messages }: Language, current: string): readonly Link[] {
  const { admin, account, apps } = messages.people
  const links = [
    { href: PATHS.admin, label: admin.title },
    { href: PATHS.adminUsers, label: admin.users },
    { href: PATHS.adminApps, label: apps.title },
    { href: PATHS.adminAudit, label: admin.audit },
    { href: PATHS.diagnosis, label: admin.diagnosis },
    { href: PATHS.account, label: account.title },
    { href: PATHS.logout, label: messages.signOut },
  ]
  return links.map((link) => ({ ...link, isCurrent: link.href === current }))
}

/** How the settings would name the person of this session, whatever account it was matched to. */
function entryOf({ providerId, brought, user }: Session): string {
  return administratorEntry(providerId, brought?.subject ?? user.subject)
}
