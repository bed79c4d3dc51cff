/**
 * Gives every test in workerd empty storage with the current schema.
 *
 * By SQL and not by `reset()` of the plug-in: after that, on a busy machine, a test has once met a row that it had not written.
 */
import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach } from 'vitest'
import { dropStatements } from './drops.ts'

beforeEach(async () => {
  await Promise.all([emptyDatabase(), emptyCache()])
  await applyD1Migrations(env.DB, env.MIGRATIONS)
})

async function emptyDatabase(): Promise<void> {
  const drops = await dropStatements(env.DB)
  await env.DB.batch(drops.map((sql) => env.DB.prepare(sql)))
}

async function emptyCache(): Promise<void> {
  const { keys } = await env.KV.list()
  await Promise.all(keys.map(({ name }) => env.KV.delete(name)))
}
