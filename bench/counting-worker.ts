/**
 * The Worker with counters on its bindings and on the network; what is measured is the app itself, unchanged.
 */
import type { D1Result, KVNamespace } from '@cloudflare/workers-types'
import { createHandler, type Handler } from '../src/app.ts'
import type { Env } from '../src/config/model.ts'
import { createDeps } from '../src/deps.ts'
import { COSTS_PATH, type Costs } from './counts.ts'
import { wrappedDatabase } from './wrapped-database.ts'

const NOTHING: Costs = { kvReads: 0, kvWrites: 0, d1RoundTrips: 0, d1RowsRead: 0, d1RowsWritten: 0, providerCalls: 0 }

let costs: Costs = { ...NOTHING }
let handle: Handler | undefined

async function counted(roundTrip: () => Promise<D1Result[]>): Promise<D1Result[]> {
  costs.d1RoundTrips += 1
  const results = await roundTrip()
  for (const { meta } of results) {
    costs.d1RowsRead += meta.rows_read
    costs.d1RowsWritten += meta.rows_written
  }
  return results
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
        { ...env, DB: wrappedDatabase(env.DB, counted), KV: countingCache(env.KV) },
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
