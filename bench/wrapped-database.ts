/**
 * A database with something around each of its round trips, such as a counter or a fault; the statements are unchanged.
 */
import type { D1Database, D1PreparedStatement, D1Result } from '@cloudflare/workers-types'

/** Makes the round trip, or does not. */
export type Around = (roundTrip: () => Promise<D1Result[]>) => Promise<D1Result[]>

export function wrappedDatabase(database: D1Database, around: Around): D1Database {
  return new Proxy(database, {
    get(target, name) {
      if (name === 'prepare') return (sql: string) => wrappedStatement(target.prepare(sql), around)
      if (name !== 'batch') return Reflect.get(target, name)
      return (statements: D1PreparedStatement[]) =>
        around(() => target.batch(statements.map((statement) => Reflect.get(statement, 'original'))))
    },
  })
}

function wrappedStatement(statement: D1PreparedStatement, around: Around): D1PreparedStatement {
  return new Proxy(statement, {
    get(target, name) {
      if (name === 'bind') return (...values: unknown[]) => wrappedStatement(target.bind(...values), around)
      if (name === 'original') return target
      if (name !== 'first' && name !== 'all' && name !== 'run') return Reflect.get(target, name)
      return async () => {
        const [result] = await around(async () => [await target.all()])
        return name === 'first' ? (result?.results[0] ?? null) : result
      }
    },
  })
}
