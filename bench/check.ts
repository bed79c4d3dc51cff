/**
 * `npm run bench`: what a warm token check costs, side by side with a bare handler on the same runtime; prints a table of medians.
 */
import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Miniflare } from 'miniflare'
import { runCommand } from '../dev/complaint.ts'
import { readOptions, wholeNumber } from '../dev/options.ts'
import { buildWorker } from '../test/support/build.ts'
import { freePort } from '../test/support/gatehouse.ts'
import type { Installation } from '../test/support/installation.ts'
import { PATHS } from '../test/support/paths.ts'
import { Visitor } from '../test/support/visitor.ts'
import { withInstallation } from './installed.ts'
import { type Batch, load, type Probe, type Round } from './load.ts'

const USAGE = `Usage: npm run bench -- [--rounds 15]

Sends the same token check over and over to the built Worker, and the same form to a bare handler on the same runtime, in turns, and prints
for each the processor time of a request and the requests per second, as medians, and both in proportion to the bare handler. It takes two
minutes.

  --rounds  how often each has its turn, a second at a time`

const ROUNDS = 15
const ROUND_SECONDS = 1
/** What every other row is compared with, in the same round. */
const FLOOR = 'bare handler, form'
/** Asks over a service binding, 16 calls at a time, and answers how many it made. Without HTTP in between there is none to wait for. */
const CALLER = `export default {
  async fetch(request, env) {
    const { token, seconds } = await request.json()
    const endsAt = Date.now() + seconds * 1000
    let count = 0
    const loop = async () => {
      while (Date.now() < endsAt) {
        const { active } = await env.GATE.check(token)
        if (!active) throw new Error('a good token was not active')
        count += 1
      }
    }
    await Promise.all(Array.from({ length: 16 }, loop))
    return new Response(String(count))
  },
}`
const FORM = 'application/x-www-form-urlencoded'

await runCommand(async () => {
  const values = readOptions({ rounds: { type: 'string' } }, USAGE)
  const rounds = wholeNumber('--rounds', values.rounds, ROUNDS)
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  try {
    const floorScript = await buildWorker('bench/floor-worker.ts', folder)
    await withInstallation(
      'src/index.ts',
      { caller: { script: CALLER, props: { app: 'app' } } },
      async (installation) => {
        const [own] = workerdProcesses()
        const floorPort = await freePort()
        const floor = await startFloor(floorScript, floorPort, `${installation.provider.issuer}/jwks`)
        try {
          const [other] = workerdProcesses().filter((pid) => pid !== own)
          if (own === undefined || other === undefined) throw new Error('a server process was not found')
          const probes = await probesOf(installation, own, `http://127.0.0.1:${floorPort}`, other)
          print(await measured(probes, rounds))
        } finally {
          await floor.dispose()
        }
      },
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

async function startFloor(script: string, port: number, jwksUri: string): Promise<Miniflare> {
  const contents = await readFile(script, 'utf8')
  const floor = new Miniflare({
    host: '127.0.0.1',
    port,
    workers: [
      {
        config: {
          name: 'floor',
          compatibilityDate: '2026-10-20',
          manifest: { mainModule: 'worker.js', modules: { 'worker.js': { type: 'esm' as const, contents } } },
          env: { JWKS_URI: { type: 'text' as const, value: jwksUri } },
        },
      },
    ],
  })
  await floor.ready
  return floor
}

/** The server processes that this one has started. */
function workerdProcesses(): readonly number[] {
  const lines = execFileSync('pgrep', ['-P', String(process.pid), 'workerd'], { encoding: 'utf8' })
  return lines.trim().split('\n').map(Number)
}

async function probesOf(
  installation: Installation,
  own: number,
  floorUrl: string,
  other: number,
): Promise<(Probe | Batch)[]> {
  const { gatehouse, provider, appAuthorization } = installation
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: provider.issuer, sub: 'alice', aud: gatehouse.baseUrl, client_id: 'meet', jti: 'a', iat: now }
  const jwt = await provider.sign({ ...claims, exp: now + 3600, scope: 'openid profile' }, { typ: 'at+jwt' })
  const visitor = new Visitor(installation)
  await visitor.signIn('alice')
  const form = (token: string) => ({ method: 'POST', body: new URLSearchParams({ token }).toString() })
  const ofFloor = { headers: { 'content-type': FORM }, expected: '"active":true', pid: other }
  const ofOwn = {
    url: `${gatehouse.baseUrl}${PATHS.introspect}`,
    headers: { 'content-type': FORM, authorization: appAuthorization },
    expected: '"active":true',
    pid: own,
  }
  const askCaller = async (token: string, seconds: number) => {
    const answer = await gatehouse.askCaller('/', { method: 'POST', body: JSON.stringify({ token, seconds }) })
    if (!answer.ok) throw new Error(`a call failed: ${await answer.text()}`)
    return Number(await answer.text())
  }
  return [
    { name: 'bare handler, GET', url: `${floorUrl}/get`, ...ofFloor },
    { name: FLOOR, url: `${floorUrl}/form`, ...form(jwt), ...ofFloor },
    { name: 'jose with a cache of verdicts', url: `${floorUrl}/jose`, ...form(jwt), ...ofFloor },
    { name: 'Gatehouse, JWT', ...form(jwt), ...ofOwn },
    { name: 'Gatehouse, session', ...form(visitor.sessionToken), ...ofOwn },
    { name: 'Gatehouse, JWT by RPC', pid: own, ask: (seconds) => askCaller(jwt, seconds) },
    { name: 'Gatehouse, session by RPC', pid: own, ask: (seconds) => askCaller(visitor.sessionToken, seconds) },
  ]
}

async function measured(
  probes: readonly (Probe | Batch)[],
  times: number,
): Promise<ReadonlyMap<Probe | Batch, readonly Round[]>> {
  const rounds = new Map<Probe | Batch, Round[]>(probes.map((probe) => [probe, []]))
  for (const probe of probes) await load(probe, 1)
  for (let round = 0; round < times; round += 1) {
    for (const probe of probes) rounds.get(probe)?.push(await load(probe, ROUND_SECONDS))
  }
  return rounds
}

function print(rounds: ReadonlyMap<Probe | Batch, readonly Round[]>): void {
  const [floor = []] = [...rounds].filter(([{ name }]) => name === FLOOR).map(([, all]) => all)
  for (const [{ name }, all] of rounds) {
    const cpu = median(all.map((round) => round.cpuMicroseconds))
    const perSecond = median(all.map((round) => round.requestsPerSecond))
    const cpuRatio = median(all.map((round, index) => round.cpuMicroseconds / (floor[index]?.cpuMicroseconds ?? 0)))
    const rateRatio = median(
      all.map((round, index) => round.requestsPerSecond / (floor[index]?.requestsPerSecond ?? 0)),
    )
    const figures = [`${cpu.toFixed(0)} µs`, cpuRatio.toFixed(2), `${perSecond.toFixed(0)}/s`, rateRatio.toFixed(2)]
    console.log(name.padEnd(32) + figures.map((figure) => figure.padStart(10)).join(''))
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
