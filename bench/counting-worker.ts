/**
 * The Worker with counters on its bindings and on the network; what is measured is the app itself, unchanged.
 */
import type { D1Database, D1PreparedStatement, D1Result, KVNamespace } from '@cloudflare/workers-types'
import { createHandler, type Handler } from '../src/app.ts'
import type { Env } from '../src/config/model.ts'
import { createDeps } from '../src/deps.ts'
import { COSTS_PATH, type Costs } from './counts.ts'

const NOTHING: Costs = { kvReads: 0, kvWrites: 0, d1RoundTrips: 0, d1RowsRead: 0, d1RowsWritten: 0, providerCalls: 0 }

let costs: Costs = { ...NOTHING }
let handle: Handler | undefined

function add<T>({ meta }: D1Result<T>): void {
  costs.d1RowsRead += meta.rows_read
  costs.d1RowsWritten += meta.rows_written
}

function countingStatement(statement: D1PreparedStatement): D1PreparedStatement {
  return new Proxy(statement, {
    get(target, name) {
      if (name === 'bind') return (...values: unknown[]) => countingStatement(target.bind(...values))
      if (name === 'original') return target
      if (name !== 'first' && name !== 'all' && name !== 'run') return Reflect.get(target, name)
      return async () => {
        costs.d1RoundTrips += 1
        const result = await target.all()
        add(result)
        return name === 'first' ? (result.results[0] ?? null) : result
      }
    },
  })
}

function countingDatabase(database: D1Database): D1Database {
  return new Proxy(database, {
    get(target, name) {
      if (name === 'prepare') return (sql: string) => countingStatement(target.prepare(sql))
      if (name !== 'batch') return Reflect.get(target, name)
      return async (statements: D1PreparedStatement[]) => {
        costs.d1RoundTrips += 1
        const results = await target.batch(statements.map((statement) => Reflect.get(statement, 'original')))
        results.forEach(add)
        return results
      }
    },
  })
}

function countingCache(cache: KVNamespace): KVNamespace {
  return new Proxy(cache, {
    get(target, name) {
      if (name === 'get') costs.kvReads += 1
      if (name === 'put') costs.kvWrites += 1
      const member: unknown = Reflect.get(target, name)
      return typeof member === 'function' ? member.bind(target) : member
    },
  })
}

export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    if (new URL(request.url).pathname === COSTS_PATH) {
      const seen = costs
      costs = { ...NOTHING }
      return Response.json(seen)
    }
    handle ??= createHandler(
      createDeps(
        { ...env, DB: countingDatabase(env.DB), KV: countingCache(env.KV) },
        {
          fetch: (url, init) => {
            costs.providerCalls += 1
            return fetch(url, init)
          },
        },
      ),
    )
    return handle(request, () => {})
  },
}
