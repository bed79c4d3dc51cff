/**
 * The purge: what has expired goes, a bounded number of rows each time, and nothing else.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { purgeExpired } from '../../src/store/purge.ts'
import { createSessions } from '../../src/store/sessions.ts'
import { refusalOf } from '../support/refusal.ts'
import { NOW, noLog, signIn, stillClock } from './signing-in.ts'

const YEAR_SECONDS = 365 * 86_400

async function countOf(table: string): Promise<number | null> {
  return env.DB.prepare(`SELECT COUNT(*) AS count FROM ${table}`).first('count')
}

async function addExpired(table: 'spent_logins' | 'spent_logout_tokens', count: number): Promise<void> {
  await env.DB.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}) INSERT INTO ${table} SELECT 'x' || i, 1 FROM n`,
  )
}

describe('the purge', () => {
  it('removes sessions that have expired, and leaves those that live and their users', async () => {
    const clock = stillClock()
    const sessions = createSessions(env.DB, clock, noLog)
    await sessions.begin(signIn({ tokenHash: 'short', expiresAt: NOW + 60 }))
    await sessions.begin(signIn({ tokenHash: 'long', expiresAt: NOW + 61 }))
    clock.advance(60)
    expect(await purgeExpired(env.DB, clock, 365)).toMatchObject({ sessions: 1 })
    expect(await sessions.find('long')).not.toBeNull()
    expect(await countOf('sessions')).toBe(1)
    expect(await countOf('users')).toBe(1)
  })

  it.each(['spent_logins', 'spent_logout_tokens'] as const)(
    'removes what is over of %s, and leaves the rest',
    async (table) => {
      await env.DB.exec(`INSERT INTO ${table} VALUES ('old', ${NOW}), ('new', ${NOW + 1})`)
      expect(await purgeExpired(env.DB, stillClock(), 365)).toMatchObject({ [table]: 1 })
      expect((await env.DB.prepare(`SELECT * FROM ${table}`).all()).results).toMatchObject([{ expires_at: NOW + 1 }])
    },
  )

  it('keeps the audit for a year', async () => {
    const insert = env.DB.prepare("INSERT INTO audit (at, event, reference) VALUES (?, 'sign_in', 'r')")
    await env.DB.batch([insert.bind(NOW - YEAR_SECONDS), insert.bind(NOW - YEAR_SECONDS + 1)])
    expect(await purgeExpired(env.DB, stillClock(), 365)).toMatchObject({ audit: 1 })
    expect(await countOf('audit')).toBe(1)
  })

  it('goes on until nothing is left of more rows than one statement removes', async () => {
    await addExpired('spent_logins', 5001)
    expect(await purgeExpired(env.DB, stillClock(), 365)).toMatchObject({ spent_logins: 5001 })
    expect(await countOf('spent_logins')).toBe(0)
  })

  it('goes on until nothing is left of more rows than strangers can make in the time between two calls', async () => {
    await addExpired('spent_logins', 120_000)
    expect(await purgeExpired(env.DB, stillClock(), 365)).toMatchObject({ spent_logins: 120_000 })
    expect(await countOf('spent_logins')).toBe(0)
  })

  it('asks only those tables again that had more, and stops when its time is over', async () => {
    await addExpired('spent_logins', 20_000)
    const clock = stillClock()
    const batches: number[] = []
    const counting = {
      prepare: (sql: string) => env.DB.prepare(sql),
      batch: (statements: D1PreparedStatement[]) => {
        batches.push(statements.length)
        clock.advance(250)
        return env.DB.batch(statements)
      },
    } as unknown as typeof env.DB // what the purge uses of it
    expect(await purgeExpired(counting, clock, 365)).toMatchObject({ spent_logins: 15_000 })
    expect(batches.slice(1)).toEqual([1, 1])
    expect(await countOf('spent_logins')).toBe(5000)
  })

  it('keeps the audit for as many days as it is told', async () => {
    const insert = env.DB.prepare("INSERT INTO audit (id, at, event, reference) VALUES (?, ?, 'sign_in', 'r')")
    const week = 7 * 86_400
    await env.DB.batch([NOW - week - 1, NOW - week, NOW - week + 1, NOW].map((at, id) => insert.bind(id, at)))
    expect(await purgeExpired(env.DB, stillClock(), 7)).toMatchObject({ audit: 2 })
    expect(await countOf('audit')).toBe(2)
  })

  it('keeps the newest five million rows of the audit at most', async () => {
    const insert = env.DB.prepare("INSERT INTO audit (id, at, event, reference) VALUES (?, ?, 'sign_in', 'r')")
    await env.DB.batch([1, 2, 5_000_002].map((id) => insert.bind(id, NOW)))
    expect(await purgeExpired(env.DB, stillClock(), 365)).toMatchObject({ audit: 2 })
    expect(await countOf('audit')).toBe(1)
  })

  it('has nothing to do in empty tables', async () => {
    const counts = Object.values(await purgeExpired(env.DB, stillClock(), 365))
    expect(counts.length).toBeGreaterThanOrEqual(4)
    expect(new Set(counts)).toEqual(new Set([0]))
  })

  it('fails as a whole when the database does not answer', async () => {
    await addExpired('spent_logins', 1)
    await env.DB.exec('DROP TABLE audit')
    expect((await refusalOf(purgeExpired(env.DB, stillClock(), 365))).code).toBe('store_unavailable')
    expect(await countOf('spent_logins')).toBe(1)
  })
})
