/**
 * Runs the built Worker in workerd with a database and a cache of its own, reached over real HTTP; knows nothing of what it does.
 */
import { randomInt } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import type { D1Database } from '@cloudflare/workers-types'
import { Miniflare, type Request as MiniflareRequest, Response as MiniflareResponse } from 'miniflare'

export interface GatehouseOptions {
  /** Tables are handed over as wrangler does it, as objects. */
  readonly settings: Readonly<Record<string, unknown>>
  /** The built Worker. */
  readonly script: string
  readonly port: number
  /** What answers instead of the network; absent: the network. */
  readonly outside?: (request: Request) => Promise<Response>
  /** Another Worker, an ES module, that has a service binding GATE to this one. */
  readonly caller?: { readonly script: string; readonly props: Readonly<Record<string, unknown>> }
  /** Where debuggers may look into it; absent: nowhere. */
  readonly inspectorPort?: number
}

export interface RunningGatehouse {
  readonly baseUrl: string
  /** All that it was started with. */
  readonly settings: Readonly<Record<string, string>>
  readonly database: D1Database
  /** Each line that the Worker has logged so far. */
  readonly log: readonly string[]
  query(sql: string): Promise<readonly Record<string, unknown>[]>
  /** The names of all cache entries. */
  cacheKeys(): Promise<readonly string[]>
  /** Asks a second isolate with a memory of its own that shares database and cache with the first. */
  askOther(path: string, init?: RequestInit): Promise<Response>
  /** Lets the cron trigger call, and waits until its work is done. */
  runSchedule(): Promise<void>
  /** Asks the other Worker. */
  askCaller(path: string, init?: RequestInit): Promise<Response>
  stop(): Promise<void>
}

/** Below those that systems give to outgoing connections (Linux: 32768), one of which could take the port before it is used. */
const PORTS = { from: 20_000, to: 32_000 }
const ATTEMPTS_MAX = 100

/** A port that was free a moment ago, and that no one takes by chance. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const port = randomInt(PORTS.from, PORTS.to)
    if (await isFree(port)) return port
  }
  throw new Error(`no free port from ${PORTS.from} to ${PORTS.to}`)
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer()
  const isListening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true))
  })
  if (isListening) await new Promise((resolve) => server.close(resolve))
  return isListening
}

/** Starts the Worker at `http://localhost:<port>` with all migrations applied. */
export async function startGatehouse({
  settings,
  script,
  port,
  outside,
  caller,
  inspectorPort,
}: GatehouseOptions): Promise<RunningGatehouse> {
  const baseUrl = `http://localhost:${port}`
  const source = await readFile(script, 'utf8')
  const log: string[] = []
  const bindings = Object.entries({ BASE_URL: baseUrl, ...settings }).map(([name, value]) => [
    name,
    typeof value === 'string' ? { type: 'text' as const, value } : { type: 'json' as const, value },
  ])
  const isolate = (name: string) => ({
    config: {
      name,
      compatibilityDate: '2026-10-20',
      compatibilityFlags: ['global_fetch_strictly_public'],
      exports: { GatehouseService: { type: 'worker' as const } },
      manifest: { mainModule: 'worker.js', modules: { 'worker.js': { type: 'esm' as const, contents: source } } },
      env: {
        ...Object.fromEntries(bindings),
        KV: { type: 'kv' as const, id: 'cache' },
        DB: { type: 'd1' as const, id: 'database' },
        GUEST_RATE_LIMIT: {
          type: 'rate-limit' as const,
          namespace: '1001',
          simple: { limit: 100, period: 60 as const },
        },
      },
    },
    ...(outside === undefined
      ? {}
      : { dev: { outboundService: { type: 'fetcher' as const, handler: inPlaceOf(outside) } } }),
  })
  const miniflare = new Miniflare({
    host: '127.0.0.1',
    port,
    ...(inspectorPort === undefined ? {} : { inspectorPort }),
    workers: [isolate('first'), isolate('second'), ...(caller === undefined ? [] : [callerWorker(caller)])],
    handleStructuredLogs: ({ message }) => void log.push(message),
  })
  await miniflare.ready
  const database = await miniflare.getD1Database('DB', 'first')
  for (const { statements } of await readMigrations())
    for (const statement of statements) await database.prepare(statement).run()

  async function ask(worker: string, path: string, init?: RequestInit): Promise<Response> {
    const other = await miniflare.getWorker(worker)
    const answer = await other.fetch(`${baseUrl}${path}`, { redirect: 'manual', ...init } as never) // two libraries' types of one thing
    return new Response(await answer.text(), { status: answer.status, headers: [...answer.headers] })
  }

  return {
    baseUrl,
    settings: { BASE_URL: baseUrl, ...settings },
    database: database as unknown as D1Database, // two packages' types of one thing
    log,
    async query(sql) {
      return (await database.prepare(sql).all()).results
    },
    async cacheKeys() {
      const { keys } = await (await miniflare.getKVNamespace('KV', 'first')).list()
      return keys.map(({ name }) => name)
    },
    askOther: (path, init) => ask('second', path, init),
    async runSchedule() {
      const { outcome } = await (await miniflare.getWorker('first')).scheduled({ cron: '*/15 * * * *' })
      if (outcome !== 'ok') throw new Error(`the cron trigger ended with ${outcome}`)
    },
    askCaller: (path, init) => ask('caller', path, init),
    stop: () => miniflare.dispose(),
  }
}

function callerWorker({ script, props }: NonNullable<GatehouseOptions['caller']>) {
  return {
    config: {
      name: 'caller',
      compatibilityDate: '2026-10-20',
      manifest: { mainModule: 'worker.js', modules: { 'worker.js': { type: 'esm' as const, contents: script } } },
      env: { GATE: { type: 'worker' as const, worker: 'first', exportName: 'GatehouseService', props } },
    },
  }
}

/** Between two libraries' types of one thing. */
function inPlaceOf(outside: (request: Request) => Promise<Response>) {
  return async (request: MiniflareRequest): Promise<MiniflareResponse> => {
    const { method, url, headers } = request
    const body = method === 'GET' || method === 'HEAD' ? null : await request.arrayBuffer()
    const response = await outside(new Request(url, { method, headers: [...headers], body }))
    return new MiniflareResponse(await response.arrayBuffer(), {
      status: response.status,
      headers: [...response.headers],
    })
  }
}

/** A trigger has statements inside. */
const STATEMENT = /\s*CREATE TRIGGER[\s\S]*?\bEND;|[^;]*[^;\s][^;]*;/g

/** The migrations in their order, each as its statements. */
export async function readMigrations(): Promise<{ name: string; statements: string[] }[]> {
  const names = (await readdir('migrations')).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(join('migrations', name), 'utf8')
      const statements = sql.replace(/^\s*--.*$/gm, '').match(STATEMENT) ?? []
      return { name, statements: statements.map((one) => one.trim()) }
    }),
  )
}
