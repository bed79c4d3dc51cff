/**
 * What is wrong, if anything, for administrators: GET /admin/diagnosis/, as a page or as JSON; the checks are made in `diagnosis/`.
 */

import { type Context, Hono } from 'hono'
import type { Deps } from '../../deps.ts'
import type { Check } from '../../diagnosis/check.ts'
import { isHealthy } from '../../diagnosis/diagnose.ts'
import { GatehouseError } from '../../errors.ts'
import { diagnosisPage } from '../../pages/diagnosis.tsx'
import { isForJson, type RequestVariables } from '../http/context.ts'
import { languageOf } from '../http/language.ts'
import { PATHS } from '../paths.ts'
import { administratorOf, adminLinks } from './administrator.ts'

type RequestContext = Context<RequestVariables>

/** Each look costs the providers some calls and leaves a failed attempt in their logs, so an isolate looks no more often than this. */
const PAUSE_SECONDS = 20
/** Longer than any look takes: after this, those who wait look for themselves. */
const LOOK_SECONDS_MAX = 60
const POLL_MILLISECONDS = 50

interface Look {
  readonly beganAt: number
  /** `null`: it is under way. */
  checks: readonly Check[] | null
}

export function diagnosisRoutes(deps: Deps) {
  const { clock, config } = deps
  const app = new Hono<RequestVariables>()
  /** By provider. Nothing in it is about a person. */
  const looks = new Map<string, Look>()

  app.get(PATHS.diagnosis, async (c) => {
    const isJson = wantsJson(c)
    if (isJson) c.set('answers', 'json')
    const session = await administratorOf(c, deps, isJson)
    if (session instanceof Response) return session
    const provider = chosenProvider(c)
    const { beganAt, checks } = await look(provider, new URL(c.req.url).origin)
    const lookedAt = new Date(beganAt).toISOString()
    if (isJson) return c.json({ healthy: isHealthy(checks), looked_at: lookedAt, checks })
    const path = provider === undefined ? PATHS.diagnosis : `${PATHS.diagnosis}?provider=${provider}`
    const names = new Map(config.providers.map(({ id, name }) => [id, name]))
    const language = languageOf(c)
    const links = adminLinks(language, PATHS.diagnosis)
    return c.html(diagnosisPage(language, { links, checks, names, lookedAt, path }))
  })

  /** What was seen last, or a new look when that is long ago. One at a time, and those who come meanwhile wait for it. */
  async function look(
    provider: string | undefined,
    seenAt: string,
  ): Promise<{ beganAt: number; checks: readonly Check[] }> {
    const key = provider ?? ''
    for (;;) {
      const last = looks.get(key)
      const age = last === undefined ? Number.POSITIVE_INFINITY : clock.now() - last.beganAt
      if (last?.checks && age < PAUSE_SECONDS * 1000) return { beganAt: last.beganAt, checks: last.checks }
      if (last === undefined || last.checks || age > LOOK_SECONDS_MAX * 1000) break
      await clock.sleep(POLL_MILLISECONDS)
    }
    const own: Look = { beganAt: clock.now(), checks: null }
    looks.set(key, own)
    try {
      own.checks = await deps.diagnose({ provider, seenAt })
      return { beganAt: own.beganAt, checks: own.checks }
    } finally {
      if (own.checks === null && looks.get(key) === own) looks.delete(key)
    }
  }

  function chosenProvider(c: RequestContext): string | undefined {
    const wanted = c.req.query('provider')
    if (wanted === undefined || wanted === '') return undefined
    if (deps.providers.withId(wanted)) return wanted
    throw new GatehouseError('not_found', 'provider_unknown', 'no provider of this id')
  }

  return app
}

function wantsJson(c: RequestContext): boolean {
  return c.req.query('format') === 'json' || isForJson(c)
}
