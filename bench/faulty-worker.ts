/**
 * The Worker with a database that can be made to fail; the app itself is unchanged.
 */
import type { D1Result } from '@cloudflare/workers-types'
import { createHandler, type Handler } from '../src/app.ts'
import type { Env } from '../src/config/model.ts'
import { createDeps } from '../src/deps.ts'
import { type DatabaseFault, FAULT_PATH } from './faults.ts'
import { wrappedDatabase } from './wrapped-database.ts'

const SLOW_MILLISECONDS = 1000

let fault: DatabaseFault = 'none'
let calls = 0
let handle: Handler | undefined

async function failing(roundTrip: () => Promise<D1Result[]>): Promise<D1Result[]> {
  calls += 1
  if (fault === 'none' || (fault === 'every second call' && calls % 2 === 0)) return roundTrip()
  if (fault === 'slow') await new Promise((resolve) => setTimeout(resolve, SLOW_MILLISECONDS))
  throw new Error('D1_ERROR: Internal error in D1 storage caused object to be reset.')
}

export default {
  async fetch(request: Request, env: Env, context: { waitUntil(work: Promise<unknown>): void }): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === FAULT_PATH) {
      // Only the benchmark asks, with one of these.
      fault = searchParams.get('fault') as DatabaseFault
      return new Response(fault)
    }
    handle ??= createHandler(createDeps({ ...env, DB: wrappedDatabase(env.DB, failing) }))
    return handle(request, (work) => context.waitUntil(work))
  },
}
