/**
 * The Worker as Cloudflare runs it: with good settings, with bad ones, and when the cron trigger calls.
 */

import { createExecutionContext, createScheduledController } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import worker from '../src/index.ts'
import { GATE, rowsOf, SETTINGS } from './routes/scene.ts'
import { PATHS } from './support/paths.ts'

const BAD = { BASE_URL: 'http://gate.example.com', GATEHOUSE_SECRET: 'a-short-one', OIDC_RP_SIGN_ALGO: 'none' }

const ASKED = [
  '/',
  PATHS.login,
  `${PATHS.callback}?code=x&state=y`,
  PATHS.logout,
  PATHS.logoutCallback,
  PATHS.me,
  PATHS.introspect,
  '/nowhere',
]

/** The bindings of the tests, with these settings and no other. */
function environment(settings: Record<string, unknown>) {
  return { KV: env.KV, DB: env.DB, ...settings }
}

function ask(path: string, settings: Record<string, unknown>, method = 'GET'): Promise<Response> {
  const request = new Request<unknown, IncomingRequestCfProperties>(`${GATE}${path}`, { method })
  return Promise.resolve(worker.fetch(request, environment(settings), createExecutionContext()))
}

/** The lines that the Worker writes. */
const lines: Record<string, unknown>[] = []

beforeEach(() => {
  lines.length = 0
  for (const level of ['log', 'warn', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => {
      lines.push(JSON.parse(line))
    })
  }
})

afterEach(() => {
  vi.restoreAllMocks()
})

describe('with bad settings', () => {
  it.each(ASKED)('every path is a page that says so, 503 (%s, A22, A127)', async (path) => {
    for (const method of ['GET', 'POST']) {
      const response = await ask(path, BAD, method)
      expect(response.status).toBe(503)
      expect(response.headers.get('retry-after')).toMatch(/^\d+$/)
      expect(response.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(response.headers.get('cache-control')).toContain('no-store')
      const page = await response.text()
      expect(page).toContain('Sign-in is not set up yet')
      for (const value of [BAD.BASE_URL, BAD.GATEHOUSE_SECRET]) expect(page).not.toContain(value)
    }
  })

  it('the log names every problem, with an example, and shows no secret', async () => {
    await ask('/', BAD)
    const problems = lines.filter(({ event }) => event === 'configuration').map((line) => JSON.stringify(line.problems))
    expect(problems).toHaveLength(1)
    for (const name of [
      'BASE_URL',
      'GATEHOUSE_SECRET',
      'OIDC_OP_URL',
      'OIDC_RP_CLIENT_ID',
      'OIDC_RP_CLIENT_SECRET',
      'OIDC_RP_SIGN_ALGO',
    ]) {
      expect(problems[0]).toContain(name)
    }
    expect(JSON.stringify(lines)).not.toContain(BAD.GATEHOUSE_SECRET)
  })

  it('the log has the problems once, however many requests come', async () => {
    const bindings = environment(BAD)
    for (const path of ASKED) {
      const request = new Request<unknown, IncomingRequestCfProperties>(`${GATE}${path}`)
      await worker.fetch(request, bindings, createExecutionContext())
    }
    expect(lines.filter(({ event }) => event === 'configuration')).toHaveLength(1)
  })

  it('the page has a reference number that is in the log', async () => {
    const page = await (await ask('/', BAD)).text()
    const [, reference] = /Reference: ([0-9a-z]{10})/.exec(page) ?? []
    expect(lines.find(({ event }) => event === 'refused')).toMatchObject({ code: 'not_configured', ref: reference })
  })

  it('it is alive, but not ready', async () => {
    expect((await ask('/ping', BAD)).status).toBe(200)
    expect((await ask('/ready', BAD)).status).toBe(503)
    expect((await ask('/gatehouse.css', BAD)).status).toBe(200)
  })

  it('the cron trigger does nothing, and does not fail', async () => {
    await env.DB.exec("INSERT INTO spent_logins VALUES ('old', 1)")
    await worker.scheduled(createScheduledController(), environment(BAD))
    expect(await rowsOf('spent_logins')).toHaveLength(1)
  })
})

describe('with good settings', () => {
  it('the start page is served', async () => {
    const response = await ask('/', SETTINGS)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('You are not signed in')
  })

  it('a name that is no setting is warned of in the log', async () => {
    await ask('/', { ...SETTINGS, OIDC_RP_CLIENT_SECRE: 'x' })
    expect(JSON.stringify(lines)).toContain('OIDC_RP_CLIENT_SECRE is set')
  })

  it('an address that does not exist is 404', async () => {
    expect((await ask('/nowhere', SETTINGS)).status).toBe(404)
  })

  it('the cron trigger removes what has expired, and logs how much', async () => {
    const later = Math.floor(Date.now() / 1000) + 1000
    await env.DB.exec(`INSERT INTO spent_logins VALUES ('old', 1), ('new', ${later})`)
    await worker.scheduled(createScheduledController(), environment(SETTINGS))
    expect(await rowsOf('spent_logins')).toEqual([{ state_hash: 'new', expires_at: later }])
    expect(lines).toContainEqual(expect.objectContaining({ event: 'purged', spent_logins: 1 }))
  })

  it('the cron trigger makes the signing keys that there are to be', async () => {
    expect(await rowsOf('signing_keys')).toEqual([])
    await worker.scheduled(createScheduledController(), environment(SETTINGS))
    expect((await rowsOf('signing_keys')).map(({ algorithm }) => algorithm)).toEqual(['RS256', 'ES256'])
  })
})
