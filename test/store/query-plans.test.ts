/**
 * Every statement of the store finds its rows by an index, as the database itself says, and reads no more of them when the tables are larger.
 */

import { env } from 'cloudflare:workers'
import type { D1Database, D1PreparedStatement } from '@cloudflare/workers-types'
import { describe, expect, it } from 'vitest'
import { createAppRegistry } from '../../src/store/app-registry.ts'
import { createAppStore } from '../../src/store/apps.ts'
import { isDatabaseReady } from '../../src/store/d1.ts'
import { createEndings } from '../../src/store/endings.ts'
import { createSpentLogins } from '../../src/store/logins.ts'
import { createAuditList } from '../../src/store/people/audit-list.ts'
import { createChanges } from '../../src/store/people/changes.ts'
import { createSessionList } from '../../src/store/people/session-list.ts'
import { createSyncStore } from '../../src/store/people/syncs.ts'
import { createUserList } from '../../src/store/people/user-list.ts'
import { createStorageProbe } from '../../src/store/probe.ts'
import { purgeExpired } from '../../src/store/purge.ts'
import { createRefusalLog } from '../../src/store/refusals.ts'
import { createRevocationStore } from '../../src/store/revocations.ts'
import { USES_EVERYTHING } from '../../src/store/schema.ts'
import { createPushedGroups } from '../../src/store/scim/groups.ts'
import { createPushedUsers } from '../../src/store/scim/users.ts'
import { createSessions } from '../../src/store/sessions.ts'
import { createSigningKeyStore } from '../../src/store/signing-keys.ts'
import { createTokenRecords } from '../../src/store/token-records.ts'
import { createUserDirectory } from '../../src/store/users.ts'
import { ISSUER, identity, NOW, noLog, signIn, stillClock } from './signing-in.ts'

interface Executed {
  /** File and line of `src/store/` that prepared it. */
  readonly site: string
  readonly sql: string
  readonly values: readonly unknown[]
  rowsRead: number
}

/** The database, with a list of all that was asked of it. */
function recording(db: D1Database) {
  const executed: Executed[] = []
  const inside = new Map<object, { statement: D1PreparedStatement; entry: Executed }>()

  function wrap(entry: Executed): D1PreparedStatement {
    const statement = db.prepare(entry.sql)
    const bound = entry.values.length === 0 ? statement : statement.bind(...entry.values)
    const run = async () => {
      executed.push(entry)
      const result = await bound.all()
      entry.rowsRead = result.meta.rows_read
      return result
    }
    const wrapped = {
      bind: (...values: unknown[]) => wrap({ ...entry, values }),
      run,
      all: run,
      first: async () => (await run()).results[0] ?? null,
    } as unknown as D1PreparedStatement // the store calls nothing else
    inside.set(wrapped, { statement: bound, entry })
    return wrapped
  }

  const recorder = {
    prepare: (sql: string) => wrap({ site: siteOf(new Error().stack), sql, values: [], rowsRead: 0 }),
    async batch(statements: readonly D1PreparedStatement[]) {
      const asked = statements.map((one) => inside.get(one)).filter((one) => one !== undefined)
      const results = await db.batch(asked.map(({ statement }) => statement))
      for (const [index, { entry }] of asked.entries()) {
        executed.push(entry)
        entry.rowsRead = results[index]?.meta.rows_read ?? 0
      }
      return results
    },
  } as unknown as D1Database // as above
  return { recorder, executed }
}

/** Where a statement was prepared. The lines are those of what runs, not of the source; they only tell places apart. */
function siteOf(stack = ''): string {
  const [, site] = /src\/store\/((?:people\/|scim\/)?[\w-]+\.ts:\d+:\d+)/.exec(stack) ?? []
  return site ?? 'elsewhere'
}

const SOURCES = import.meta.glob('../../src/store/**/*.ts', { query: '?raw', import: 'default', eager: true })

/** People up to this number with a session and an audit row each, and as much in every other table that grows with them. */
async function fill(last: number, first = 1): Promise<void> {
  const numbers = `WITH RECURSIVE numbers (n) AS (SELECT ${first} UNION ALL SELECT n + 1 FROM numbers WHERE n < ${last})`
  const inserts = [
    `users (id, issuer, subject, email, email_verified, x_grp, full_name, search_text, created_at, updated_at, last_login_at, tenant_id, disabled_at, scim_key)
     ${numbers} SELECT 'user-' || n, '${ISSUER}', 'subject-' || n, 'n' || n || '@example.org', 1, '[]', 'Person ' || n,
       'person ' || n, ${NOW}, ${NOW}, ${NOW}, 't-' || (n % 2), CASE n % 10 WHEN 0 THEN ${NOW} - n END, 'default ext-' || n FROM numbers`,
    `sessions (token_hash, user_id, created_at, last_seen_at, expires_at, sub_hash, sid_hash, id_token_iat, amr, sealed_tokens, provider)
     ${numbers} SELECT 'hash-' || n, 'user-' || n, ${NOW} - n, ${NOW}, ${NOW} + 600 + n, 'sub-' || n, 'sid-' || n, ${NOW}, '[]',
       'sealed', 'default' FROM numbers`,
    `audit (at, event, user_id, reference, app, actor_id) ${numbers} SELECT ${NOW} - n, CASE n % 3 WHEN 0 THEN 'sign_in_refused' ELSE 'sign_in' END,
       'user-' || n, 'r' || n, CASE n % 5 WHEN 0 THEN 'App 1' END, CASE n % 7 WHEN 0 THEN 'user-' || (n + 1) END FROM numbers`,
    `spent_logins (state_hash, expires_at) ${numbers} SELECT 'state-' || n, ${NOW} + 60 FROM numbers`,
    `spent_logout_tokens (jti_hash, expires_at) ${numbers} SELECT 'jti-' || n, ${NOW} + 60 FROM numbers`,
    `recent_endings (name, issued_at, arrived_at, expires_at) ${numbers} SELECT 'name-' || n, 0, 0, ${NOW} + 60 FROM numbers`,
    `cut_offs (name, issued_at, expires_at) ${numbers} SELECT 'sub of-' || n, 0, ${NOW} + 60 FROM numbers`,
    `scim_users (id, provider, scim_key, user_name, active, resource, created_at, modified_at) ${numbers} SELECT 'scim-' || n, 'default',
       'default ext-' || n, 'name-' || n, 1, json_object('userName', 'name-' || n, 'externalId', 'ext-' || n), 0, 0 FROM numbers`,
    `scim_groups (id, provider, display_name, name_key, created_at, modified_at) ${numbers} SELECT 'group-' || n, 'default', 'Group ' || n,
       'group ' || n, 0, 0 FROM numbers`,
    `scim_members (group_id, user_id) ${numbers} SELECT 'group-' || n, 'scim-' || n FROM numbers`,
    `apps (client_id, name, secret_hash, created_at) ${numbers} SELECT 'app-' || n, 'App ' || n, 'h', 0 FROM numbers`,
  ]
  for (const insert of inserts) await env.DB.prepare(`INSERT INTO ${insert}`).run()
}

/** Asks the store for everything that it can do, once or in each of its ways. @param round so that it can be done again @returns what was executed */
async function exercise(round: string): Promise<readonly Executed[]> {
  const { recorder, executed } = recording(env.DB)
  const clock = stillClock()
  const sessions = createSessions(recorder, clock, noLog)
  const endings = createEndings(recorder, clock, noLog)
  const person = identity({ email: 'n7@example.org', email_verified: true, full_name: 'Someone new' })
  const byEmail = { email: 'n7@example.org', trustsAbsent: false, keepsSubject: false }
  await sessions.begin(signIn({ tokenHash: `one-${round}`, identity: person }))
  await sessions.begin(signIn({ tokenHash: `two-${round}`, replacedTokenHash: `one-${round}`, mayCreate: false }))
  await sessions.begin(
    signIn({ tokenHash: `three-${round}`, subject: `new-${round}`, sidHash: 'sid', identity: person, byEmail }),
  )
  await sessions.touch(`two-${round}`)
  await sessions.findWithFeed(`two-${round}`, null)
  const session = await sessions.find(`two-${round}`)
  if (session === null) throw new Error('no session')
  await sessions.claimRefresh(session, NOW + 10)
  const renewing = { ...session, refreshVersion: session.refreshVersion + 1 }
  const refreshed = { askedAt: NOW, sealedTokens: 'sealed', tokensExpireAt: null, identity: person, brought: null }
  await sessions.completeRefresh(renewing, refreshed)
  await sessions.abandonRefresh(renewing, NOW + 10)
  await sessions.doubt(renewing, NOW + 10, 'reference')
  await sessions.end(`two-${round}`, { reference: 'reference' })
  const ending = {
    issuer: ISSUER,
    issuedAt: NOW,
    usableUntil: NOW + 60,
    rememberedUntil: NOW + 60,
    reference: 'reference',
  }
  await endings.endByLogoutToken({ ...ending, subject: 's', subHash: 'h', sidHashes: [], jtiHash: `a-${round}` })
  await endings.endByLogoutToken({ ...ending, subject: 's', subHash: 'h', sidHashes: ['d'], jtiHash: `b-${round}` })
  await endings.endByLogoutToken({ ...ending, subject: null, subHash: null, sidHashes: ['d'], jtiHash: `c-${round}` })
  await endings.endBySid('sid', NOW + 60, 'reference')
  await endings.endOf({ userId: 'user-5' }, 'sign_out_everywhere', { reference: 'reference' })
  await createSpentLogins(recorder, clock).spend(`state-${round}`, NOW + 60)
  const directory = createUserDirectory(recorder)
  await directory.withId('user-6')
  await directory.withSubjects(['subject-6', 'subject-8'], { issuer: ISSUER, tenant: null, hasDisabled: false })
  await directory.candidates('person 1', { issuer: ISSUER, tenant: null, hasDisabled: false })
  await directory.candidates('erson 777', { issuer: ISSUER, tenant: null, hasDisabled: false })
  await exercisePages(recorder, round)
  await exerciseScim(recorder, round)
  const apps = createAppStore(recorder)
  await apps.find('app-1', null)
  await apps.findByName('app 1', null)
  const feed = createRevocationStore(recorder)
  const [newest] = await feed.pull(null)
  await feed.pull(newest ?? null)
  await createTokenRecords(recorder).find({ cutOffNames: ['sub of-3'], issuer: ISSUER, subject: 'subject-3' }, null)
  const keys = createSigningKeyStore(recorder)
  const key = {
    kid: `key-${round}`,
    algorithm: 'ES256',
    publicJwk: { kty: 'EC' },
    sealedPrivateJwk: 's',
    createdAt: NOW,
  } as const
  await keys.add(key, NOW)
  await keys.all()
  await keys.removeMadeBefore(0)
  const refusals = createRefusalLog(recorder, noLog)
  const refused = { issuer: ISSUER, subject: 'subject-9', address: null }
  const refusal = {
    at: NOW,
    providerId: 'default',
    reference: 'reference',
    code: 'provider_error',
    reason: null,
    message: 'no',
    missing: [],
    unreadable: [],
    place: null,
    status: null,
    error: null,
    description: null,
  } as const
  await refusals.add(refusal, refused)
  await refusals.last(10)
  await refusals.withReferences(['reference'])
  await refusals.lastSignIn('default')
  await refusals.lastSignIn('of-no-session')
  const probe = createStorageProbe(recorder, env.KV, clock)
  await probe.missing()
  await probe.writeDatabase()
  await isDatabaseReady(recorder, () => {})
  await purgeExpired(recorder, clock, 365)
  return executed
}

/** What providers push. */
async function exerciseScim(recorder: D1Database, round: string): Promise<void> {
  const users = createPushedUsers(recorder, stillClock(), noLog)
  const groups = createPushedGroups(recorder)
  const context = { reference: 'reference' }
  const place = { providerId: 'default', createdAt: 0, modifiedAt: 0 }
  const attributes = { userName: round, externalId: `ext-${round}`, active: true }
  const user = {
    ...place,
    id: `scim-${round}`,
    attributes: { ...attributes, displayName: undefined, name: undefined, emails: undefined },
  }
  const inactive = { ...user, attributes: { ...user.attributes, active: false } }
  const renamed = { ...inactive, attributes: { ...inactive.attributes, externalId: `other-${round}` } }
  await users.save(user, null, ISSUER, context)
  await users.save(inactive, user, null, context)
  await users.save(renamed, inactive, ISSUER, context)
  await users.withId('default', user.id)
  for (const attribute of ['id', 'externalid', 'username']) await users.find('default', { attribute, value: 'name-5' })
  await users.ofAccount('user-5')
  await users.page('default', 3, 5)
  await users.standing('default ext-5')
  const group = { ...place, id: `group-${round}`, attributes: { displayName: round, externalId: round }, members: null }
  await groups.save(group, null, [{ do: 'set', ids: [user.id, 'scim-5'] }])
  await groups.save({ ...group, attributes: { displayName: `${round}!`, externalId: round } }, group, [
    { do: 'add', ids: ['scim-6'] },
    { do: 'remove', ids: ['scim-5'] },
  ])
  for (const attribute of ['id', 'externalid', 'displayname']) await groups.find('default', { attribute, value: 'x' })
  await groups.withMembers((await groups.page('default', 3, 5)).resources)
  await groups.memberCount(group)
  await groups.withId('default', group.id)
  await createSessions(recorder, stillClock(), noLog).begin(
    signIn({ tokenHash: `pushed-${round}`, scimKey: 'default ext-5' }),
  )
  await groups.remove(group)
  await users.remove(renamed, context)
}

/** What the account page and the pages for administrators ask. */
async function exercisePages(recorder: D1Database, round: string): Promise<void> {
  const users = createUserList(recorder)
  const everyone = { issuer: null, tenant: null, hasDisabled: true }
  const before = { at: NOW - 30, position: 500 }
  for (const circle of [everyone, { issuer: ISSUER, tenant: 't-1', hasDisabled: true }]) {
    for (const isDisabledOnly of [false, true]) {
      await users.list(circle, isDisabledOnly, null)
      await users.list(circle, isDisabledOnly, before)
    }
    await createUserDirectory(recorder).candidates('person 1', circle)
  }
  const syncs = createSyncStore(recorder, stillClock(), noLog)
  const state = { providerId: 'default', position: 0, ranAt: NOW, completedAt: null, lookedAt: 0, toDisable: 0 }
  await syncs.save({ ...state, stoppedAt: NOW, isConfirmed: false, failure: null })
  await syncs.all()
  await syncs.state('default')
  await syncs.people(ISSUER, 500, 300)
  await syncs.disabledBefore(NOW, 100)
  await syncs.goOn('default', { reference: 'reference' })
  const registry = createAppRegistry(recorder, stillClock(), noLog)
  const by = { reference: 'reference', actorId: 'user-1' }
  const app = {
    audiences: [],
    clients: [],
    hasSessions: true,
    claims: [],
    signedResponseAlg: 'RS256',
    jwks: null,
  } as const
  await registry.add({ ...app, name: `New ${round}` }, { clientId: `new-${round}`, secret: 's' }, by)
  await registry.list()
  await registry.record('app-2')
  await registry.change('app-2', app, by)
  await registry.rotateSecret('app-2', 'hash', by)
  await registry.endFormerSecret('app-2', by)
  await registry.disable('app-2', by)
  await registry.enable('app-2', by)
  await users.record('user-8')
  await users.records(['user-8', 'user-9'])
  await createSessionList(recorder, stillClock()).ofUser('user-8')
  const audit = createAuditList(recorder)
  const times = { from: NOW - 60, to: NOW + 60 }
  const filters = [
    {},
    times,
    { userId: 'user-8' },
    { event: 'sign_in_refused' },
    { app: 'App 1' },
    { app: 'App 1', event: 'sign_in_refused' },
  ]
  for (const filter of [...filters, { userId: 'user-8', event: 'sign_in', app: 'App 1', ...times }]) {
    await audit.list(filter, before)
  }
  await audit.refusalOf('reference')
  const changes = createChanges(recorder, stillClock(), noLog)
  const context = { reference: 'reference', actorId: 'user-1' }
  const person = round === 'a' ? 'user-3' : 'user-4'
  await changes.disable(person, context)
  await changes.enable(person, context)
  await changes.erase(person, context)
}

const IN_THE_MIDDLE = '(SELECT MAX(rowid) FROM users) - 5000'

/** Statements whose work grows with the table. */
const GROWING = [
  // The search of people for the middle of a word.
  IN_THE_MIDDLE,
  // The lists of SCIM, which say how many there are in all.
  'SELECT COUNT(*) AS total FROM scim_users',
  'SELECT COUNT(*) AS total FROM scim_groups',
  // The purge: ten minutes of sign-outs, and an hour of the revocation feed.
  'DELETE FROM recent_endings WHERE rowid IN',
  'DELETE FROM revocations',
  // The erasure of a person: an hour of the same.
  'UPDATE revocations',
]

/** Statements that may walk through a table, by the beginning of what they walk through. */
const SCANS_ALLOWED: Readonly<Record<string, string>> = {
  'SCAN CONSTANT ROW': 'no table',
  'SCAN json_each': 'a list among the values',
  'SCAN meant': 'one row, made in the statement',
  'SCAN found': 'a part of search_beginnings, in its order',
  'SCAN d1_migrations': 'a row for each migration, and only in the diagnosis',
  'SCAN refusals': '100 rows at most',
  'SCAN signing_keys': 'six rows',
  'SCAN account_syncs': 'a row for each provider',
  'SCAN apps': 'the list of apps by an index of their names, 500 at most',
  'SCAN recent_endings': 'the purge alone: ten minutes of sign-outs',
  'SCAN revocations': 'the newest row, by its id',
  'SCAN (subquery-1)': 'the newest 1,000 sessions, and only in the diagnosis',
  'SCAN sessions': 'the same',
}

async function scansOf({ sql, values }: Executed): Promise<readonly string[]> {
  const explaining = env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
  const { results } = await (values.length === 0 ? explaining : explaining.bind(...values)).all<{ detail: string }>()
  return results.map(({ detail }) => detail).filter((detail) => detail.startsWith('SCAN'))
}

/** The rows that each statement has read, at the most. */
function rowsReadOf(executed: readonly Executed[]): ReadonlyMap<string, number> {
  const rows = new Map<string, number>()
  for (const { sql, rowsRead } of executed) rows.set(sql, Math.max(rowsRead, rows.get(sql) ?? 0))
  return rows
}

/** Below src/store/. */
function nameOf(path: string): string {
  return path.split('src/store/').at(-1) ?? ''
}

describe('the statements of the store', () => {
  it('are all here', async () => {
    await fill(10)
    const sites = [...new Set((await exercise('a')).map(({ site }) => site))]
    const seen = Object.keys(SOURCES).map((path) => {
      const name = nameOf(path)
      return [name, sites.filter((site) => site.startsWith(`${name}:`)).length]
    })
    const written = Object.entries(SOURCES).map(([path, source]) => [
      nameOf(path),
      source.split('.prepare(').length - 1,
    ])
    expect(seen).toEqual(written)
    expect(written.length).toBeGreaterThan(10)
  })

  it('find their rows by an index', async () => {
    await fill(1000)
    // LIMIT 0 reads no row of the tables that it names; a PRAGMA has no plan.
    const asked = (await exercise('a')).filter(({ sql }) => sql !== USES_EVERYTHING && !sql.startsWith('PRAGMA'))
    const scans = await Promise.all(asked.map(async (one) => ({ sql: one.sql, scans: await scansOf(one) })))
    const isAllowed = (scan: string) => Object.keys(SCANS_ALLOWED).some((beginning) => scan.startsWith(beginning))
    expect(scans.filter((one) => !one.scans.every(isAllowed))).toEqual([])
  })

  it('read no more rows of 20,000 people than of 1,000', { timeout: 60_000 }, async () => {
    await fill(1000)
    const few = rowsReadOf(await exercise('a'))
    await fill(20_000, 1001)
    const many = rowsReadOf(await exercise('b'))
    expect([...many.keys()]).toEqual([...few.keys()])
    const grown = [...many].filter(([sql, rowsRead]) => rowsRead > (few.get(sql) ?? 0) + 5)
    expect(grown.filter(([sql]) => !GROWING.some((part) => sql.includes(part)))).toEqual([])
    // It does grow, so rows are counted; and it comes to an end.
    const inTheMiddle = grown.filter(([sql]) => sql.includes(IN_THE_MIDDLE)).map(([, rowsRead]) => rowsRead)
    expect(inTheMiddle).toEqual([5001])
  })
})
