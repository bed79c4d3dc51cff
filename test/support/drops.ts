/**
 * The statements that empty a database of everything that its migrations have made.
 */
import type { D1Database } from '@cloudflare/workers-types'

const MADE =
  "SELECT type, name FROM sqlite_schema WHERE type IN ('table', 'trigger') AND name NOT GLOB 'sqlite_*' AND name NOT GLOB '_cf_*'"

/** For one batch, before which nothing refers to anything at the wrong moment. */
export async function dropStatements(database: Pick<D1Database, 'prepare'>): Promise<readonly string[]> {
  const { results } = await database.prepare(MADE).all<{ type: string; name: string }>()
  // A table goes with its triggers, so those go first, and before those that it refers to, which were made before it.
  const ordered = results.toReversed().toSorted((a, b) => b.type.localeCompare(a.type))
  // Tables refer to each other; only at the end must that be right.
  return ['PRAGMA defer_foreign_keys = on', ...ordered.map(({ type, name }) => `DROP ${type} "${name}"`)]
}
