/**
 * `npm run bench`: what a warm token check costs, side by side with a bare handler on the same runtime; prints a table of medians.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../dev/complaint.ts'
import { readOptions, wholeNumber } from '../dev/options.ts'
import { buildWorker } from '../test/support/build.ts'
import type { Installation } from '../test/support/installation.ts'
import { PATHS } from '../test/support/paths.ts'
import { Visitor } from '../test/support/visitor.ts'
import { chartOf } from './chart.ts'
import { startWorker, withInstallation } from './installed.ts'
import { type Batch, load, median, type Probe, type Round, workerdProcesses } from './load.ts'
import { opaqueToken, PROVIDER } from './measure.ts'
import { installPeers, startPeers } from './peers.ts'

const USAGE = `Usage: npm run bench -- [--rounds 15] [--chart FILE]

Sends the same token check over and over to the built Worker, the same form to a bare handler on the same runtime, and a check to each of three
other libraries, in turns, and prints for each the processor time of a request and the requests per second, as medians, and both in
proportion to the bare handler. It takes four minutes.

  --rounds  how often each has its turn, a second at a time
  --chart   also draws the processor times into this file, as SVG`

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
  const values = readOptions({ rounds: { type: 'string' }, chart: { type: 'string' } }, USAGE)
  const rounds = wholeNumber('--rounds', values.rounds, ROUNDS)
  installPeers()
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  try {
    const floorScript = await buildWorker('bench/floor-worker.ts', folder)
    await withInstallation(
      'src/index.ts',
      { caller: { script: CALLER, props: { app: 'app' } }, provider: PROVIDER },
      async (installation) => {
        const [own] = workerdProcesses()
        if (own === undefined) throw new Error('a server process was not found')
        const jwksUri = { type: 'text' as const, value: `${installation.provider.issuer}/jwks` }
        const floor = await startWorker(floorScript, [], { JWKS_URI: jwksUri })
        try {
          const peers = await startPeers(folder)
          const probes = await probesOf(installation, own, floor)
          const rows = rowsOf(await measured([...probes, ...peers.map(({ probe }) => probe)], rounds))
          print(rows)
          if (values.chart !== undefined) await writeFile(values.chart, chartOf('Processor time of a check', rows))
          await Promise.all(peers.map(({ stop }) => stop()))
        } finally {
          await floor.stop()
        }
      },
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

async function probesOf(
  installation: Installation,
  own: number,
  floor: { readonly url: string; readonly pid: number },
): Promise<(Probe | Batch)[]> {
  const { gatehouse, provider, appAuthorization } = installation
  const now = Math.floor(Date.now() / 1000)
  const claims = { iss: provider.issuer, sub: 'alice', aud: gatehouse.baseUrl, client_id: 'meet', jti: 'a', iat: now }
  const jwt = await provider.sign({ ...claims, exp: now + 3600, scope: 'openid profile' }, { typ: 'at+jwt' })
  const visitor = new Visitor(installation)
  await visitor.signIn('alice')
  const form = (token: string) => ({ method: 'POST', body: new URLSearchParams({ token }).toString() })
  const ofFloor = { headers: { 'content-type': FORM }, expected: '"active":true', pid: floor.pid }
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
    { name: 'bare handler, GET', url: `${floor.url}/get`, ...ofFloor },
    { name: FLOOR, url: `${floor.url}/form`, ...form(jwt), ...ofFloor },
    { name: 'jose with a cache of verdicts', url: `${floor.url}/jose`, ...form(jwt), ...ofFloor },
    { name: 'Gatehouse, JWT', ...form(jwt), ...ofOwn },
    { name: 'Gatehouse, session', ...form(visitor.sessionToken), ...ofOwn },
    { name: 'Gatehouse, opaque token', ...form(await opaqueToken(installation)), ...ofOwn },
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

interface Row {
  readonly name: string
  readonly cpuMicroseconds: number
  readonly cpuRatio: number
  readonly requestsPerSecond: number
  readonly rateRatio: number
}

function rowsOf(rounds: ReadonlyMap<Probe | Batch, readonly Round[]>): readonly Row[] {
  const [floor = []] = [...rounds].filter(([{ name }]) => name === FLOOR).map(([, all]) => all)
  const inProportion = (of: keyof Round) => (round: Round, index: number) => round[of] / (floor[index]?.[of] ?? 0)
  return [...rounds].map(([{ name }, all]) => ({
    name,
    cpuMicroseconds: median(all.map((round) => round.cpuMicroseconds)),
    cpuRatio: median(all.map(inProportion('cpuMicroseconds'))),
    requestsPerSecond: median(all.map((round) => round.requestsPerSecond)),
    rateRatio: median(all.map(inProportion('requestsPerSecond'))),
  }))
}

function print(rows: readonly Row[]): void {
  for (const { name, cpuMicroseconds, cpuRatio, requestsPerSecond, rateRatio } of rows) {
    const figures = [`${cpuMicroseconds.toFixed(0)} µs`, cpuRatio.toFixed(2), `${requestsPerSecond.toFixed(0)}/s`]
    console.log(name.padEnd(32) + [...figures, rateRatio.toFixed(2)].map((figure) => figure.padStart(10)).join(''))
  }
}
