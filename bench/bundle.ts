/**
 * `npm run bench:bundle`: how large the built Worker is, which room and which library takes how much of it, and how much processor time it
 * takes to start; prints a table.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as v from 'valibot'
import { runCommand } from '../dev/complaint.ts'
import { readOptions } from '../dev/options.ts'
import { wrangler } from '../test/support/build.ts'
import { median } from './load.ts'

const USAGE = `Usage: npm run bench:bundle

Builds the Worker as a deployment would, and prints its size by room and library, and the processor time that it takes to start. It takes a
minute.`

const STARTS = 5

const metafile = v.object({
  outputs: v.record(v.string(), v.object({ inputs: v.record(v.string(), v.object({ bytesInOutput: v.number() })) })),
})
const profile = v.object({
  nodes: v.array(v.object({ id: v.number(), callFrame: v.object({ functionName: v.string() }) })),
  samples: v.array(v.number()),
  timeDeltas: v.array(v.number()),
})

await runCommand(async () => {
  readOptions({}, USAGE)
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  try {
    console.log(`minified       ${await totalOf(folder, [])}`)
    for (const [part, bytes] of await partsOf(folder)) console.log(part.padEnd(28) + kibibytes(bytes).padStart(10))
    console.log(`not minified   ${await totalOf(folder, ['--minify=false'])}`)
    const starts: number[] = []
    for (let start = 0; start < STARTS; start += 1) starts.push(await startMilliseconds(folder))
    console.log(`start          ${median(starts).toFixed(0)} ms of processor time, the median of ${STARTS}`)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

async function totalOf(folder: string, options: readonly string[]): Promise<string> {
  const said = await wrangler('deploy', '--dry-run', '--metafile', '--outdir', folder, ...options)
  const [, total] = /Total Upload: (.+)/.exec(said) ?? []
  if (total === undefined) throw new Error('wrangler does not say how large the Worker is')
  return total
}

/** Bytes by room of src/ and by library, the largest first. */
async function partsOf(folder: string): Promise<readonly (readonly [string, number])[]> {
  const { outputs } = v.parse(metafile, JSON.parse(await readFile(join(folder, 'bundle-meta.json'), 'utf8')))
  const bytes = new Map<string, number>()
  for (const { inputs } of Object.values(outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const part = partOf(path)
      bytes.set(part, (bytes.get(part) ?? 0) + bytesInOutput)
    }
  }
  return [...bytes].sort(([, a], [, b]) => b - a)
}

function partOf(path: string): string {
  const [, library] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? []
  const [, room] = /^src\/([^/]+)/.exec(path) ?? []
  return library ?? (room === undefined ? path : `src/${room}`)
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`
}

/** What the profiler does not call idle. */
async function startMilliseconds(folder: string): Promise<number> {
  const file = join(folder, 'start.cpuprofile')
  await wrangler('check', 'startup', '--outfile', file)
  const { nodes, samples, timeDeltas } = v.parse(profile, JSON.parse(await readFile(file, 'utf8')))
  const names = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName]))
  const busy = timeDeltas.filter((_, index) => names.get(samples[index] ?? 0) !== '(idle)')
  return busy.reduce((sum, microseconds) => sum + microseconds, 0) / 1000
}
