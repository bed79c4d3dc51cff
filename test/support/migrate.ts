/**
 * Gives every test in workerd empty storage with the current schema.
 *
 * By SQL and not by `reset()` of the plug-in: after that, on a busy machine, a test has once met a row that it had not written.
 */
import { applyD1Migrations } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { beforeEach } from 'vitest'

beforeEach(async () => {
  await Promise.all([emptyDatabase(), emptyCache()])
  await applyD1Migrations(env.DB, env.MIGRATIONS)
})

async function emptyDatabase(): Promise<void> {
  const { results } = await env.DB.prepare(
    "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'trigger') AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'",
  ).all<{ type: string; name: string }>()
  // A table goes with its triggers, so those go first, and before those that it refers to, which were made before it.
  const ordered = results.toReversed().toSorted((a, b) => b.type.localeCompare(a.type))
  const drops = ordered.map(({ type, name }) => env.DB.prepare(`DROP ${type} "${name}"`))
  // Tables refer to each other; only at the end must that be right.
  await env.DB.batch([env.DB.prepare('PRAGMA defer_foreign_keys = on'), ...drops])
}

async function emptyCache(): Promise<void> {
  const { keys } = await env.KV.list()
  await Promise.all(keys.map(({ name }) => env.KV.delete(name)))
}
