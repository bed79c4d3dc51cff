/**
 * What the diagnosis learns of D1 and KV: which migrations are missing, and whether both can be written.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { createStorageProbe, MIGRATIONS } from '../../src/store/probe.ts'
import { stillClock } from './signing-in.ts'

const probe = () => createStorageProbe(env.DB, env.KV, stillClock())

describe('the database', () => {
  it('has a question for each migration, which a migrated one answers', async () => {
    const files = (env as unknown as { MIGRATIONS: { name: string }[] }).MIGRATIONS // the binding of the tests
    expect(Object.keys(MIGRATIONS)).toEqual(files.map(({ name }) => name))
    expect(await probe().missingMigrations()).toEqual([])
  })

  it('is told apart from one that lacks a table, or a column', async () => {
    await env.DB.exec('DROP TABLE refusals')
    expect(await probe().missingMigrations()).toEqual(['0005_refusals.sql'])
    await env.DB.exec('ALTER TABLE sessions DROP COLUMN provider')
    expect(await probe().missingMigrations()).toEqual(['0002_providers.sql', '0005_refusals.sql'])
  })

  it('that does not answer is not one that is not migrated', async () => {
    const broken = createStorageProbe(
      { prepare: () => ({ all: () => Promise.reject(new Error('D1 is down')) }) } as never,
      env.KV,
      stillClock(),
    ) // a binding that fails
    await expect(broken.missingMigrations()).rejects.toMatchObject({ code: 'store_unavailable' })
  })

  it('is written, and nothing stays', async () => {
    await probe().writeDatabase()
    expect(await env.DB.prepare('SELECT COUNT(*) AS count FROM spent_logins').first('count')).toBe(0)
  })
})

describe('the cache', () => {
  it('is written and read', async () => {
    expect(await probe().writeCache()).toBe(true)
  })
})
