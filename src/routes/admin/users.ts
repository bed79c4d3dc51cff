/**
 * People, for administrators: GET /admin/users/ lists and finds them, GET /admin/user/ shows one, and POST changes one.
 */
import { type Context, Hono } from 'hono'
import { type Circle, findPeople, isWithin, QUERY_MIN_CHARACTERS } from '../../accounts/directory.ts'
import type { Page, UserRecord } from '../../accounts/records.ts'
import { cursorText } from '../../accounts/records.ts'
import { isOwnId } from '../../accounts/users.ts'
import { epochSeconds } from '../../clock.ts'
import type { Deps } from '../../deps.ts'
import { explainAttempt, obstacleNow } from '../../diagnosis/attempts.ts'
import { GatehouseError } from '../../errors.ts'
import { USER_ACTIONS, userPage } from '../../pages/admin/user.tsx'
import { usersPage } from '../../pages/admin/users.tsx'
import { CONFIRM_FIELD } from '../../pages/parts.tsx'
import { CSRF_FIELD } from '../../pages/sign-out.tsx'
import type { EndedSession, Session } from '../../sessions/session.ts'
import { giveBack } from '../../sessions/vault.ts'
import type { RequestVariables } from '../http/context.ts'
import { csrfTokenFor } from '../http/csrf.ts'
import { limitedForm, notOnOurPage } from '../http/forms.ts'
import { languageOf } from '../http/language.ts'
import { auditContextOf } from '../http/origin.ts'
import { PATHS } from '../paths.ts'
import { dataOf, sessionsView } from '../people/views.ts'
import { administratorChanging, administratorOf, adminLinks, circleOf } from './administrator.ts'
import { eventsView } from './events.ts'
import { cursorOf, userPath } from './queries.ts'

type RequestContext = Context<RequestVariables>

const REFERENCE = /^[0-9a-z]{10}$/
/** On the page of one person; all of them are on the page of the audit. */
const EVENTS_SHOWN = 20

export function adminUserRoutes(deps: Deps) {
  const { config, people, scim, clock, providers } = deps
  const app = new Hono<RequestVariables>()

  app.get(PATHS.adminUsers, async (c) => {
    const session = await administratorOf(c, deps)
    if (session instanceof Response) return session
    const circle = circleOf(session, config)
    const query = (c.req.query('q') ?? '').trim()
    const isDisabledOnly = query === '' && c.req.query('disabled') === '1'
    const { attempt, ids } = await attemptOf(query, circle)
    const { entries, next } =
      query === ''
        ? await people.users.list(circle, isDisabledOnly, cursorOf(c))
        : { entries: await found(query, ids, circle), next: null }
    const language = languageOf(c)
    const following = new URLSearchParams(isDisabledOnly ? { disabled: '1' } : {})
    if (next !== null) following.set('before', cursorText(next))
    const view = {
      links: adminLinks(language, PATHS.adminUsers),
      path: PATHS.adminUsers,
      query,
      isDisabledOnly,
      records: entries,
      nextPath: next === null ? null : `${PATHS.adminUsers}?${following}`,
      userPath,
      attempt,
    }
    return c.html(usersPage(language, view))
  })

  app.get(PATHS.adminUser, async (c) => {
    const session = await administratorOf(c, deps)
    if (session instanceof Response) return session
    const record = await recordFor(c.req.query('id'), session)
    const { id } = record.user
    const [recorded, sessions, pushed, csrfToken] = await Promise.all([
      people.audit.list({ userId: id }, null, EVENTS_SHOWN),
      people.sessions.ofUser(id),
      scim.users.ofAccount(id),
      csrfTokenFor(session, deps),
    ])
    const language = languageOf(c)
    const change = { action: PATHS.adminUser, csrfToken }
    const view = {
      links: adminLinks(language, PATHS.adminUsers),
      record,
      pushed,
      obstacle: obstacleNow(record, providers, config),
      events: await eventsView(recorded.entries, { isOfOne: true, circle: circleOf(session, config) }, deps),
      eventsPath: `${PATHS.adminAudit}?${new URLSearchParams({ person: id })}`,
      sessions: sessionsView(sessions, session.tokenHash, deps, ({ tokenHash }) => ({
        ...change,
        fields: { id, do: 'end_session', session: tokenHash },
      })),
      data: dataOf(record.user, deps),
      isOwn: id === session.user.id,
      change,
    }
    return c.html(userPage(language, view))
  })

  app.post(PATHS.adminUser, async (c) => {
    const form = await limitedForm(c, 'do')
    const session = await administratorChanging(c, form.get(CSRF_FIELD), deps)
    if (session instanceof Response) return session
    const record = await recordFor(form.get('id') ?? undefined, session)
    const ended = await changed(c, form, record, session)
    await giveBack(ended ?? [], deps)
    const isGone = form.get('do') === 'delete'
    return c.redirect(isGone ? PATHS.adminUsers : userPath(record.user.id), 303)
  })

  /** @throws GatehouseError `invalid_request` for what is not on our page */
  async function changed(
    c: RequestContext,
    form: URLSearchParams,
    { user: { id } }: UserRecord,
    session: Session,
  ): Promise<readonly EndedSession[] | null> {
    const context = auditContextOf(c, config, session.user.id)
    const wanted = form.get('do')
    const action = USER_ACTIONS.find((one) => one === wanted)
    if (action === 'end_sessions') return deps.endings.endOf({ userId: id }, 'session_ended', context)
    if (action === 'end_session') {
      return deps.endings.endOf({ userId: id, only: form.get('session') ?? '' }, 'session_ended', context)
    }
    if (action === undefined || (action === 'delete' && form.get(CONFIRM_FIELD) !== 'yes')) throw notOnOurPage()
    if (id === session.user.id) {
      throw new GatehouseError('invalid_request', 'own_account', 'an administrator and their own account')
    }
    if (action === 'disable') return people.changes.disable(id, context)
    return action === 'enable' ? people.changes.enable(id, context) : people.changes.erase(id, context)
  }

  /** @throws GatehouseError `not_found`, also for someone whom this administrator may not see */
  async function recordFor(id: string | undefined, session: Session): Promise<UserRecord> {
    const record = id !== undefined && isOwnId(id) ? await people.users.record(id) : null
    if (record && isWithin(record.user, circleOf(session, config))) return record
    throw new GatehouseError('not_found', 'person_unknown', 'no person of this id')
  }

  /** By id, or by what people are called. */
  async function found(query: string, ids: readonly string[], circle: Circle): Promise<Page<UserRecord>['entries']> {
    const wanted = isOwnId(query) ? [query] : ids
    const isText = wanted.length === 0 && [...query].length >= QUERY_MIN_CHARACTERS
    const ports = { users: deps.directory, findUsers: async () => [] }
    const byText = isText ? await findPeople(query.slice(0, 100), 'from_database', circle, ports) : []
    const order = [...wanted, ...byText.flatMap(({ user }) => (user === null ? [] : [user.id]))]
    const records = order.length === 0 ? [] : await people.users.records(order)
    const seen = records.filter(({ user }) => isWithin(user, circle))
    return order.flatMap((id) => seen.filter(({ user }) => user.id === id))
  }

  /** A refused sign-in by the reference of the page that the person saw. Where tenants are kept apart, only of a person of this one. */
  async function attemptOf(query: string, circle: Circle) {
    const entry = REFERENCE.test(query) ? await people.audit.refusalOf(query) : null
    const [kept = null] = REFERENCE.test(query) ? await deps.refusals.withReferences([query]) : []
    if (entry === null && (kept === null || circle.tenant !== null)) return { attempt: null, ids: [] }
    const [record] = entry?.user_id == null ? [] : await people.users.records([entry.user_id])
    const isSeen = record === undefined ? circle.tenant === null : isWithin(record.user, circle)
    if (!isSeen) return { attempt: null, ids: [] }
    // One of which no one knows who it was is in no audit.
    const bare = entry ?? { at: epochSeconds(clock), reference: query, reason: null, provider: null }
    const attempt = {
      reference: query,
      explained: explainAttempt(bare, kept, config),
      hasAccount: record !== undefined,
    }
    return { attempt, ids: record === undefined ? [] : [record.user.id] }
  }

  return app
}
