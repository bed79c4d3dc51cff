/**
 * The account page: GET /account/ shows a person where they are signed in and what is stored, POST ends sessions, and GET /account/data/ gives
 * all of it as a file.
 */
import { Hono } from 'hono'
import { isAdministrator } from '../../accounts/administrators.ts'
import { epochSeconds, isoTime } from '../../clock.ts'
import type { Deps } from '../../deps.ts'
import { accountPage } from '../../pages/account.tsx'
import type { Language } from '../../pages/language.ts'
import type { Link } from '../../pages/parts.tsx'
import { CSRF_FIELD } from '../../pages/sign-out.tsx'
import type { Session } from '../../sessions/session.ts'
import { giveBack } from '../../sessions/vault.ts'
import type { RequestVariables } from '../http/context.ts'
import { csrfTokenFor, refuseOtherPages, refuseOtherSites } from '../http/csrf.ts'
import { limitedForm, notOnOurPage } from '../http/forms.ts'
import { languageOf } from '../http/language.ts'
import { auditContextOf } from '../http/origin.ts'
import { PATHS } from '../paths.ts'
import { refuseSignedOut, signInLocation, usedSessionOf } from '../session/current-session.ts'
import { dataOf, sessionsView } from './views.ts'

/** More of the audit is not in the file. */
const EVENTS_MAX = 10_000

export function accountRoutes(deps: Deps) {
  const { config, people, scim, endings, clock } = deps
  const app = new Hono<RequestVariables>()

  app.get(PATHS.account, async (c) => {
    const session = await usedSessionOf(c, deps)
    if (!session) return c.redirect(signInLocation(c, config), 302)
    const { user, tokenHash, providerId } = session
    const [sessions, record, csrfToken] = await Promise.all([
      people.sessions.ofUser(user.id),
      people.users.record(user.id),
      csrfTokenFor(session, deps),
    ])
    const change = { action: PATHS.account, csrfToken }
    const shown = sessionsView(sessions, tokenHash, deps, (one) => ({
      ...change,
      fields: { do: 'end_session', session: one.tokenHash },
    }))
    const language = languageOf(c)
    const view = {
      name: user.full_name ?? user.email,
      links: linksFor(session, language),
      sessions: shown,
      endOthers: shown.sessions.length > 1 ? { ...change, fields: { do: 'end_others' } } : null,
      data: dataOf(user, deps),
      provider: deps.providers.ofAccount(user.issuer)?.config.name ?? providerId,
      createdAt: record?.createdAt ?? session.createdAt,
      lastLoginAt: record?.lastLoginAt ?? session.createdAt,
      downloadPath: PATHS.accountData,
    }
    return c.html(accountPage(language, view))
  })

  app.post(PATHS.account, async (c) => {
    refuseOtherSites(c, config)
    const form = await limitedForm(c, 'do')
    const session = (await usedSessionOf(c, deps)) ?? refuseSignedOut(c)
    await refuseOtherPages(form.get(CSRF_FIELD), session, deps)
    const which = meantBy(form, session)
    await giveBack(await endings.endOf(which, 'session_ended', auditContextOf(c, config)), deps)
    return c.redirect(PATHS.account, 303)
  })

  app.get(PATHS.accountData, async (c) => {
    const session = await usedSessionOf(c, deps)
    if (!session) return c.redirect(signInLocation(c, config), 302)
    const { id } = session.user
    const [record, pushed, sessions, audit] = await Promise.all([
      people.users.record(id),
      scim.users.ofAccount(id),
      people.sessions.ofUser(id),
      people.audit.list({ userId: id }, null, EVENTS_MAX),
    ])
    const data = {
      exported_at: isoTime(epochSeconds(clock)),
      user: {
        ...session.user,
        created_at: isoTime(record?.createdAt ?? session.createdAt),
        last_login_at: isoTime(record?.lastLoginAt ?? session.createdAt),
      },
      // What the provider has pushed by SCIM.
      pushed: pushed?.attributes ?? null,
      sessions: sessions.map(({ providerId, createdAt, expiresAt, lastSeenAt, address, country, device }) => ({
        provider: providerId,
        created_at: isoTime(createdAt),
        last_seen_at: isoTime(lastSeenAt),
        expires_at: isoTime(expiresAt),
        address,
        country,
        device,
      })),
      // Who did it, and from where, may be someone else's.
      audit: audit.entries.map(({ id: _, at, user_id: __, actor_id, address, ...entry }) => ({
        at: isoTime(at),
        ...entry,
        address: actor_id === null ? address : null,
      })),
    }
    c.header('Content-Disposition', 'attachment; filename="gatehouse-account.json"')
    return c.json(data)
  })

  function linksFor(session: Session, { messages }: Language): readonly Link[] {
    const { account, admin } = messages.people
    return [
      { href: PATHS.account, label: account.title, isCurrent: true },
      ...(isAdministrator(session, config) ? [{ href: PATHS.admin, label: admin.title }] : []),
      { href: PATHS.logout, label: messages.signOut },
    ]
  }

  return app
}

/** @throws GatehouseError `invalid_request` for what is not on our page */
function meantBy(form: URLSearchParams, { user, tokenHash }: Session) {
  const only = form.get('session')
  if (form.get('do') === 'end_others') return { userId: user.id, except: tokenHash }
  if (form.get('do') === 'end_session' && only !== null) return { userId: user.id, only }
  throw notOnOurPage()
}
