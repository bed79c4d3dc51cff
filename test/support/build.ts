/**
 * Builds the Worker once before the journeys, exactly as a deployment would, and tells the tests where it is.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import type { TestProject } from 'vitest/node'

declare module 'vitest' {
  interface ProvidedContext {
    /** The built Worker, one ES module. */
    workerScript: string
  }
}

/** Runs a command of wrangler; gives back what it said. */
export async function wrangler(...words: readonly string[]): Promise<string> {
  const script = join('node_modules', 'wrangler', 'bin', 'wrangler.js')
  const env = { ...process.env, WRANGLER_SEND_METRICS: 'false' }
  return (await promisify(execFile)(process.execPath, [script, ...words], { env })).stdout
}

/** Builds an entry file with wrangler; gives back the path of the module. @param options of `wrangler deploy`, beside the usual */
export async function buildWorker(entry: string, folder: string, options: readonly string[] = []): Promise<string> {
  await wrangler('deploy', entry, '--dry-run', '--outdir', folder, ...options)
  return join(folder, `${basename(entry, '.ts')}.js`)
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  project.provide('workerScript', await buildWorker('src/index.ts', folder))
  return () => rm(folder, { recursive: true, force: true })
}
