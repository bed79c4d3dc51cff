/**
 * Apps, for administrators: GET /admin/apps/ lists them and POST makes one, GET /admin/app/ shows one and POST changes it or tests a token for it.
 */
import { type Context, Hono } from 'hono'
import {
  type AppChange,
  type AppRecord,
  type Credential,
  faultOfApp,
  newCredential,
} from '../../accounts/app-registry.ts'
import { CLAIM_SETS, SIGNING_ALGORITHMS } from '../../accounts/apps.ts'
import { sha256 } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import { GatehouseError } from '../../errors.ts'
import { APP_ACTIONS, type AppView, appPage } from '../../pages/admin/app.tsx'
import { appsPage } from '../../pages/admin/apps.tsx'
import { CSRF_FIELD } from '../../pages/sign-out.tsx'
import { renewIfDue } from '../../sessions/renewal.ts'
import type { Session } from '../../sessions/session.ts'
import { introspectionAnswer } from '../../tokens/access-token.ts'
import { check } from '../../tokens/check.ts'
import { type RequestVariables, referenceOf } from '../http/context.ts'
import { csrfTokenFor } from '../http/csrf.ts'
import { limitedForm, notOnOurPage } from '../http/forms.ts'
import { languageOf } from '../http/language.ts'
import { auditContextOf } from '../http/origin.ts'
import { PATHS } from '../paths.ts'
import { administratorChanging, administratorOf, adminLinks, seesAll } from './administrator.ts'

type RequestContext = Context<RequestVariables>

type Shown = Partial<Pick<AppView, 'credential' | 'tested'>>

export function adminAppRoutes(deps: Deps) {
  const { config, registry } = deps
  const app = new Hono<RequestVariables>()

  app.get(PATHS.adminApps, async (c) => {
    const session = await administratorOf(c, deps)
    return session instanceof Response ? session : listed(c, session, null)
  })

  app.post(PATHS.adminApps, async (c) => {
    const form = await limitedForm(c, 'name')
    const session = await administratorChanging(c, form.get(CSRF_FIELD), deps)
    if (session instanceof Response) return session
    refuseUnlessOfAll(session)
    const wanted = {
      name: (form.get('name') ?? '').trim(),
      audiences: linesOf(form, 'audiences'),
      clients: linesOf(form, 'clients'),
      jwks: null,
      ...changeIn(form),
    }
    const fault = faultOfApp(wanted)
    if (fault !== null) return listed(c, session, fault)
    const credential = newCredential()
    const isAdded = await registry.add(wanted, credential, auditContextOf(c, config, session.user.id))
    if (!isAdded) return listed(c, session, languageOf(c).messages.people.apps.taken)
    return shown(c, session, await recordOf(credential.clientId), { credential })
  })

  app.get(PATHS.adminApp, async (c) => {
    const session = await administratorOf(c, deps)
    if (session instanceof Response) return session
    refuseUnlessOfAll(session)
    return shown(c, session, await recordOf(c.req.query('id')))
  })

  app.post(PATHS.adminApp, async (c) => {
    const form = await limitedForm(c, 'do')
    const session = await administratorChanging(c, form.get(CSRF_FIELD), deps)
    if (session instanceof Response) return session
    refuseUnlessOfAll(session)
    const record = await recordOf(form.get('id') ?? undefined)
    const done = await changed(c, form, record, session)
    return done === null
      ? c.redirect(appPath(record.clientId), 303)
      : shown(c, session, await recordOf(record.clientId), done)
  })

  /** @returns what this answer alone shows; `null`: nothing */
  async function changed(
    c: RequestContext,
    form: URLSearchParams,
    record: AppRecord,
    session: Session,
  ): Promise<Shown | null> {
    const { clientId } = record
    const context = auditContextOf(c, config, session.user.id)
    const wanted = form.get('do')
    const action = APP_ACTIONS.find((one) => one === wanted)
    if (action === 'test') return { tested: await tested(c, form.get('token') ?? '', record) }
    if (action === 'rotate_secret') return rotated(clientId, context)
    if (action === 'change') await registry.change(clientId, changeIn(form), context)
    else if (action === 'end_former_secret') await registry.endFormerSecret(clientId, context)
    else if (action === 'disable') await registry.disable(clientId, context)
    else if (action === 'enable') await registry.enable(clientId, context)
    else throw notOnOurPage()
    return null
  }

  async function rotated(clientId: string, context: ReturnType<typeof auditContextOf>): Promise<Shown | null> {
    const { secret } = newCredential()
    const isDone = await registry.rotateSecret(clientId, await sha256(secret), context)
    const credential: Credential = { clientId, secret }
    return isDone ? { credential } : null
  }

  /** The very check that the app itself would get, with the reason that it would not. */
  async function tested(c: RequestContext, written: string, record: AppRecord): Promise<AppView['tested']> {
    const token = written.trim()
    if (token === '') throw new GatehouseError('invalid_request', 'token_missing', 'no token to test')
    const ports = { ...deps, renewIfDue: (session: Session) => renewIfDue(session, referenceOf(c), deps) }
    const verdict = await check(token, record, ports)
    const reason = verdict.active
      ? null
      : [verdict.reason, verdict.hint].filter((part) => part !== undefined).join('; ')
    return { answer: JSON.stringify(introspectionAnswer(verdict), null, 2), reason }
  }

  async function listed(c: RequestContext, session: Session, fault: string | null): Promise<Response> {
    const isOfAll = seesAll(session, config)
    const language = languageOf(c)
    const view = {
      links: adminLinks(language, PATHS.adminApps),
      apps: isOfAll ? await registry.list() : null,
      change: { action: PATHS.adminApps, csrfToken: await csrfTokenFor(session, deps) },
      fault,
      appPath,
    }
    if (!isOfAll) return c.html(appsPage(language, view), 403)
    return c.html(appsPage(language, view), fault === null ? 200 : 400)
  }

  async function shown(c: RequestContext, session: Session, record: AppRecord, more: Shown = {}): Promise<Response> {
    const language = languageOf(c, appPath(record.clientId))
    const view = {
      links: adminLinks(language, PATHS.adminApps),
      app: record,
      change: { action: PATHS.adminApp, csrfToken: await csrfTokenFor(session, deps) },
      credential: more.credential ?? null,
      tested: more.tested ?? null,
    }
    return c.html(appPage(language, view))
  }

  /** @throws GatehouseError `not_found` */
  async function recordOf(clientId: string | undefined): Promise<AppRecord> {
    const record = clientId === undefined ? null : await registry.record(clientId)
    if (record) return record
    throw new GatehouseError('not_found', 'app_unknown', 'no app of this id')
  }

  /** Apps are of the whole installation. @throws GatehouseError `not_found` */
  function refuseUnlessOfAll(session: Session): void {
    if (!seesAll(session, config)) throw new GatehouseError('not_found', 'app_unknown', 'apps are of all tenants')
  }

  return app
}

function appPath(clientId: string): string {
  return `${PATHS.adminApp}?${new URLSearchParams({ id: clientId })}`
}

function linesOf(form: URLSearchParams, field: string): readonly string[] {
  const lines = (form.get(field) ?? '').split(/\r?\n/).map((line) => line.trim())
  return [...new Set(lines)].filter((line) => line !== '')
}

function changeIn(form: URLSearchParams): AppChange {
  const wanted = form.get('alg')
  return {
    hasSessions: form.get('sessions') === '1',
    claims: CLAIM_SETS.filter((set) => form.get(`claims_${set}`) === '1'),
    signedResponseAlg: SIGNING_ALGORITHMS.find((algorithm) => algorithm === wanted) ?? 'RS256',
  }
}
