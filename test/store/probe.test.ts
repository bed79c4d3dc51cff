/**
 * What the diagnosis and /ready learn of D1 and KV: which tables and columns are missing, and whether both can be written.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { isDatabaseReady } from '../../src/store/d1.ts'
import { createStorageProbe } from '../../src/store/probe.ts'
import { PARTS, SCHEMA, TABLES } from '../../src/store/schema.ts'
import { stillClock } from './signing-in.ts'

const probe = () => createStorageProbe(env.DB, env.KV, stillClock())

/** The columns of every table of ours, as the database has them. */
async function columns(): Promise<Set<string>> {
  const { results } = await env.DB.prepare(
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*' AND name <> 'd1_migrations'",
  ).all<{ name: string }>()
  const tables = await Promise.all(
    results.map(async ({ name }) => {
      const { results: rows } = await env.DB.prepare(`PRAGMA table_info(${name})`).all<{ name: string }>()
      return rows.map((row) => `${name}.${row.name}`)
    }),
  )
  return new Set(tables.flat())
}

async function emptyDatabase(): Promise<void> {
  const drops = [...TABLES].reverse().map((table) => env.DB.prepare(`DROP TABLE ${table}`))
  await env.DB.batch([env.DB.prepare('PRAGMA defer_foreign_keys = on'), ...drops])
}

const named = async () => [...new Set((await probe().missing()).map(({ name }) => name))]

describe('the schema that this version needs', () => {
  it('is what the migrations make, each of them', async () => {
    await emptyDatabase()
    const made: Record<string, string[]> = {}
    let before = new Set<string>()
    for (const { name, queries } of env.MIGRATIONS) {
      for (const query of queries) await env.DB.prepare(query).run()
      const now = await columns()
      made[name] = [...now].filter((column) => !before.has(column)).sort()
      before = now
    }
    const needed = Object.entries(SCHEMA).map(([migration, tables]) => [
      migration,
      Object.entries(tables)
        .flatMap(([table, names]) => names.map((column) => `${table}.${column}`))
        .sort(),
    ])
    expect(made).toEqual(Object.fromEntries(needed))
  })

  it('is all there after the migrations', async () => {
    expect(await probe().missing()).toEqual([])
    expect(await isDatabaseReady(env.DB, () => {})).toBe(true)
  })

  it('is looked at by one statement, which reads no row', async () => {
    await env.DB.exec("INSERT INTO audit (at, event, reference) VALUES (1, 'sign_in', 'r')")
    const asked: string[] = []
    const counting = {
      prepare(sql: string) {
        asked.push(sql)
        return env.DB.prepare(sql)
      },
    }
    expect(await isDatabaseReady(counting as never, () => {})).toBe(true) // what it uses of a database
    expect(asked).toHaveLength(1)
    expect((await env.DB.prepare(asked[0] ?? '').all()).meta.rows_read).toBe(0)
  })
})

describe('a database', () => {
  it.each(TABLES)('without %s is not ready, and that is named', async (table) => {
    await env.DB.batch([
      env.DB.prepare('PRAGMA defer_foreign_keys = on'),
      env.DB.prepare(`ALTER TABLE ${table} RENAME TO away`),
    ])
    expect(await isDatabaseReady(env.DB, () => {})).toBe(false)
    expect(await named()).toEqual([table])
  })

  it.each(PARTS)('without $table.$column is not ready, and that is named', async ({ table, column, migration }) => {
    await env.DB.exec(`ALTER TABLE ${table} RENAME COLUMN ${column} TO away`)
    expect(await isDatabaseReady(env.DB, () => {})).toBe(false)
    expect(await probe().missing()).toEqual([{ name: `${table}.${column}`, migration, isListed: true }])
  })

  it('that has lost something is told apart from one that was not migrated, by its own list', async () => {
    await env.DB.exec('ALTER TABLE refusals RENAME TO away')
    await env.DB.exec("DELETE FROM d1_migrations WHERE name = '0010_doubts.sql'")
    await env.DB.exec('ALTER TABLE sessions RENAME COLUMN doubts TO fewer')
    const missing = await probe().missing()
    expect(new Map(missing.map(({ name, isListed }) => [name, isListed]))).toEqual(
      new Map([
        ['refusals', true],
        ['sessions.doubts', false],
      ]),
    )
  })

  it('without a list of migrations was never migrated', async () => {
    await emptyDatabase()
    await env.DB.exec('DROP TABLE d1_migrations')
    const missing = await probe().missing()
    expect(missing).toHaveLength(PARTS.length)
    expect(missing.some(({ isListed }) => isListed)).toBe(false)
  })

  it('that does not answer is not one that lacks something', async () => {
    const failing = () => Promise.reject(new Error('D1 is down'))
    const down = { prepare: () => ({ all: failing }), batch: failing }
    const broken = createStorageProbe(down as never, env.KV, stillClock()) // a binding that fails
    await expect(broken.missing()).rejects.toMatchObject({ code: 'store_unavailable' })
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
