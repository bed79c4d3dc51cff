/**
 * The Worker with a database that can be made to fail; the app itself is unchanged.
 */
import type { D1Database, D1PreparedStatement } from '@cloudflare/workers-types'
import { createHandler, type Handler } from '../src/app.ts'
import type { Env } from '../src/config/model.ts'
import { createDeps } from '../src/deps.ts'
import { type DatabaseFault, FAULT_PATH } from './faults.ts'

const SLOW_MILLISECONDS = 1000

let fault: DatabaseFault = 'none'
let calls = 0
let handle: Handler | undefined

async function failIfMeant(): Promise<void> {
  calls += 1
  if (fault === 'none' || (fault === 'every second call' && calls % 2 === 0)) return
  if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, SLOW_MILLISECONDS))
  throw new Error('D1_ERROR: Internal error in D1 storage caused object to be reset.')
}

function failingStatement(statement: D1PreparedStatement): D1PreparedStatement {
  return new Proxy(statement, {
    get(target, name) {
      if (name === 'bind') return (...values: unknown[]) => failingStatement(target.bind(...values))
      if (name === 'original') return target
      if (name !== 'first' && name !== 'all' && name !== 'run') return Reflect.get(target, name)
      return async () => {
        await failIfMeant()
        return target[name]()
      }
    },
  })
}

function failingDatabase(database: D1Database): D1Database {
  return new Proxy(database, {
    get(target, name) {
      if (name === 'prepare') return (sql: string) => failingStatement(target.prepare(sql))
      if (name !== 'batch') return Reflect.get(target, name)
      return async (statements: D1PreparedStatement[]) => {
        await failIfMeant()
        return target.batch(statements.map((statement) => Reflect.get(statement, 'original')))
      }
    },
  })
}

export default {
  async fetch(request: Request, env: Env, context: { waitUntil(work: Promise<unknown>): void }): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === FAULT_PATH) {
      // Only the benchmark asks, with one of these.
      fault = searchParams.get('fault') as DatabaseFault
      return new Response(fault)
    }
    handle ??= createHandler(createDeps({ ...env, DB: failingDatabase(env.DB) }))
    return handle(request, (work) => context.waitUntil(work))
  },
}
