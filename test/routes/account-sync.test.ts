/**
 * The account sync with the admin API of a Keycloak: who is disabled, who comes back, what a failure leaves as it was, and when it stops. The
 * API is emulated here; test/providers has a real one.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import type { LogEntry } from '../../src/log.ts'
import { createRpcService } from '../../src/rpc.ts'
import { PATHS } from '../support/paths.ts'
import {
  addApp,
  createScene,
  GATE,
  IDP,
  LOGIN,
  type Network,
  rowsOf,
  SETTINGS,
  type Settings,
  sessionTokenOf,
  signIn,
  whoIs,
} from './scene.ts'

/** Of the revocation feed. */
const LAG_SECONDS = 5

const API = `${IDP}/admin/realms/x`
const SYNC = {
  GATEHOUSE_ADMINS: 'default:root',
  GATEHOUSE_ACCOUNT_SYNC: 'true',
  oidc: JSON.stringify({
    authority: IDP,
    frontend: { client_id: 'Frontend' },
    controller: { client_id: SETTINGS.OIDC_RP_CLIENT_ID, client_secret: SETTINGS.OIDC_RP_CLIENT_SECRET },
  }),
  user_search: JSON.stringify({ backend: 'keycloak_webapi', api_base_url: API }),
}

type Answer = Response | 'enabled' | 'disabled' | 'gone'

/** A Keycloak whose accounts are enabled until said otherwise. */
function keycloakAt(network: Network) {
  const accounts = new Map<string, Answer>()
  const asked: string[] = []
  const fetch: Network = async (url, init) => {
    if (String(init?.body ?? '').includes('grant_type=client_credentials')) {
      return Response.json({ access_token: 'a-token-of-the-client', token_type: 'Bearer', expires_in: 60 })
    }
    if (!url.startsWith(API)) return network(url, init)
    const subject = decodeURIComponent(new URL(url).pathname.split('/').at(-1) ?? '')
    asked.push(subject)
    const answer = accounts.get(subject) ?? 'enabled'
    if (answer instanceof Response) return answer.clone() as Response
    if (answer === 'gone') return Response.json({ error: 'User not found' }, { status: 404 })
    return Response.json({ id: subject, username: 'x', enabled: answer === 'enabled' })
  }
  return { accounts, asked, fetch }
}

/** People who have signed in here, and a sync that can be run. */
async function people(count: number, settings: Settings = {}) {
  const scene = createScene({ ...SYNC, ...settings })
  const keycloak = keycloakAt((url, init) => scene.provider.fetch(url, init))
  const log: LogEntry[] = []
  const { clock } = scene
  const { KV, DB } = env
  const world = { fetch: keycloak.fetch, clock, log: (entry: LogEntry) => log.push(entry) }
  const deps = createDeps({ KV, DB, ...SETTINGS, ...SYNC, ...settings }, world)
  await env.DB.prepare(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1)
     INSERT INTO users (id, issuer, subject, created_at, updated_at, last_login_at) SELECT 'id-' || i, ?2, 's-' || i, 0, 0, 0 FROM n WHERE i <= ?1`,
  )
    .bind(count, IDP)
    .run()
  return { scene, keycloak, log, deps, run: () => deps.syncAccounts() }
}

async function disabled(): Promise<readonly unknown[]> {
  return (await rowsOf('users'))
    .filter((row) => row.disabled_at !== null)
    .map(({ subject, disabled_by }) => [subject, disabled_by])
}

const state = async () => (await env.DB.prepare('SELECT * FROM account_syncs').all()).results[0]

const PERSON = { sub: 'bob', given_name: 'Bob', family_name: 'Baker', email: 'bob@corp.example', email_verified: true }

describe('the account sync', () => {
  it('disables whom the provider has disabled or does not know, and ends their sessions', async () => {
    const { scene, keycloak, run } = await people(60)
    scene.provider.setPerson(PERSON)
    const bob = scene.browser()
    await signIn(bob)
    const token = sessionTokenOf(bob) ?? ''
    await addApp('meet')
    const service = createRpcService(scene.deps(), { app: 'App meet' })
    expect(await service.check(token)).toMatchObject({ active: true })
    keycloak.accounts.set('bob', 'disabled').set('s-7', 'gone')
    await run()
    expect(await disabled()).toEqual([
      ['s-7', 'provider'],
      ['bob', 'provider'],
    ])
    expect(await whoIs(bob)).toBeNull()
    scene.clock.advance(LAG_SECONDS)
    expect(await service.check(token)).toEqual({ active: false })
    expect((await scene.browser().open(LOGIN)).status).toBe(403)
    const audit = (await rowsOf('audit')).filter(({ event }) => event === 'user_disabled')
    expect(audit.map(({ reason, actor_id }) => [reason, actor_id])).toEqual([
      ['gone_at_provider', null],
      ['disabled_at_provider', null],
    ])
  })

  it('enables those who come back, and no one whom an administrator has disabled', async () => {
    const { keycloak, run } = await people(20)
    await env.DB.prepare("UPDATE users SET disabled_at = 1 WHERE subject = 's-3'").run()
    keycloak.accounts.set('s-4', 'disabled')
    await run()
    expect(await disabled()).toEqual([
      ['s-3', null],
      ['s-4', 'provider'],
    ])
    keycloak.accounts.clear()
    await run()
    expect(await disabled()).toEqual([['s-3', null]])
    expect((await rowsOf('audit')).at(-1)).toMatchObject({ event: 'user_enabled', user_id: 'id-4' })
  })

  it('leaves alone those of other issuers', async () => {
    const { keycloak, run } = await people(5)
    await env.DB.prepare("UPDATE users SET issuer = 'https://other.example' WHERE subject = 's-2'").run()
    keycloak.accounts.set('s-2', 'gone')
    await run()
    expect([await disabled(), keycloak.asked.includes('s-2')]).toEqual([[], false])
  })

  it('looks at everyone in bounded steps, and begins anew at the end', { timeout: 30_000 }, async () => {
    const { keycloak, run } = await people(650)
    const counts: number[] = []
    for (let count = 0; count < 4; count += 1) {
      keycloak.asked.length = 0
      await run()
      counts.push(keycloak.asked.length)
    }
    expect(counts).toEqual([300, 300, 50, 300])
    expect(new Set(keycloak.asked).size).toBe(300)
  })

  it.each([
    ['the realm is not there', () => Response.json({ error: 'Realm not found.' }, { status: 404 })],
    ['the client may not look', () => Response.json({ error: 'unknown_error' }, { status: 403 })],
    ['the provider fails', () => new Response('oops', { status: 500 })],
    ['the answer is a page', () => new Response('<html>', { status: 200, headers: { 'content-type': 'text/html' } })],
    ['the answer is of something else', () => Response.json('yes')],
    ['a proxy says that there is nothing', () => new Response('nothing here', { status: 404 })],
  ])('changes nothing when %s, says so, and does the same step again', async (_, answer) => {
    const { keycloak, run, log } = await people(20)
    keycloak.accounts.set('s-1', 'gone').set('s-20', answer())
    await run()
    expect(await disabled()).toEqual([])
    expect(await state()).toMatchObject({ position: 0, failure: expect.stringMatching(/^\w+: \w+$/) })
    expect(log.filter(({ event }) => event === 'account_sync_failed')).toHaveLength(1)
    keycloak.accounts.delete('s-20')
    await run()
    expect(await disabled()).toEqual([['s-1', 'provider']])
    expect(await state()).toMatchObject({ failure: null })
  })

  it('stops when too many would be disabled, and goes on when an administrator says so', async () => {
    const { scene, keycloak, run, log } = await people(40)
    for (let count = 1; count <= 6; count += 1) keycloak.accounts.set(`s-${count}`, 'gone')
    await run()
    keycloak.asked.length = 0
    await run()
    expect([await disabled(), keycloak.asked]).toEqual([[], []])
    expect(log.filter(({ event }) => event === 'account_sync_stopped')).toMatchObject([
      { level: 'error', detail: { looked_at: 40, to_disable: 6 } },
    ])
    scene.provider.setPerson({ ...PERSON, sub: 'root' })
    const admin = scene.browser()
    await signIn(admin)
    const page = await admin.open(`${GATE}${PATHS.admin}`)
    expect(page.text).toContain('of 40 people that the last run looked at, 6 would be disabled')
    const done = await admin.submit(admin.formWith(page, 'Let it go on'))
    expect([done.status, done.url]).toEqual([200, `${GATE}${PATHS.admin}`])
    expect((await rowsOf('audit')).at(-1)).toMatchObject({
      event: 'sync_continued',
      provider: 'default',
      actor_id: expect.any(String),
    })
    await run()
    expect(await disabled()).toHaveLength(6)
    // The next time it stops again.
    for (let count = 11; count <= 20; count += 1) keycloak.accounts.set(`s-${count}`, 'gone')
    await run()
    expect(await disabled()).toHaveLength(6)
  })

  it('does not stop for five, or for as many as the settings allow', async () => {
    const five = await people(10)
    for (let count = 1; count <= 5; count += 1) five.keycloak.accounts.set(`s-${count}`, 'gone')
    await five.run()
    expect(await disabled()).toHaveLength(5)
  })

  it('stops only beyond the share of the settings', async () => {
    const { keycloak, run } = await people(20, { GATEHOUSE_ACCOUNT_SYNC_MAX_SHARE: '50' })
    for (let count = 1; count <= 10; count += 1) keycloak.accounts.set(`s-${count}`, 'disabled')
    await run()
    expect(await disabled()).toHaveLength(10)
  })

  it('deletes no one unless the settings say so, and then those whom it disabled long ago', async () => {
    const { keycloak, deps, run } = await people(10)
    await env.DB.prepare("UPDATE users SET disabled_at = 1 WHERE subject IN ('s-1', 's-2')").run()
    await env.DB.prepare("UPDATE users SET disabled_by = 'provider' WHERE subject = 's-2'").run()
    keycloak.accounts.set('s-2', 'gone').set('s-3', 'gone')
    await run()
    expect(await rowsOf('users')).toHaveLength(10)
    expect(deps.config.accountDeletionDays).toBeUndefined()
    const later = await people(0, { GATEHOUSE_ACCOUNT_DELETION_DAYS: '30' })
    later.keycloak.accounts.set('s-2', 'gone').set('s-3', 'gone')
    await later.run()
    const left = (await rowsOf('users')).map(({ subject }) => subject)
    expect([left.includes('s-1'), left.includes('s-2'), left.includes('s-3')]).toEqual([true, false, true])
    expect((await rowsOf('audit')).at(-1)).toMatchObject({ event: 'user_deleted', user_id: null, actor_id: null })
  })

  it('does not run where it is off', async () => {
    const { keycloak, run } = await people(5, { GATEHOUSE_ACCOUNT_SYNC: 'false' })
    await run()
    expect([keycloak.asked, await state()]).toEqual([[], undefined])
  })
})
