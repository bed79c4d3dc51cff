/**
 * What is measured, each in a workerd of its own: an installation with a provider, which is built and gone afterwards, and single Workers.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Miniflare } from 'miniflare'
import { buildWorker } from '../test/support/build.ts'
import { freePort } from '../test/support/gatehouse.ts'
import { type Installation, type InstallationOptions, startInstallation } from '../test/support/installation.ts'
import { workerdProcesses } from './load.ts'

/**
 * Measures with a fresh installation, and removes it whatever comes of that.
 *
 * @param entry the file that the Worker is built from
 */
export async function withInstallation(
  entry: string,
  options: Omit<InstallationOptions, 'script'>,
  measure: (installation: Installation) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  try {
    console.log('Building the Worker …')
    const script = await buildWorker(entry, folder)
    console.log('Starting it, with a provider …')
    const installation = await startInstallation({ ...options, script })
    try {
      await measure(installation)
    } finally {
      await installation.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The bindings that a single Worker may have. */
type Bindings = Readonly<Record<string, { type: 'text'; value: string } | { type: 'd1' | 'kv'; id: string }>>

/** Starts a built Worker that stands alone. @returns with the process that it runs in */
export async function startWorker(script: string, compatibilityFlags: readonly string[], env: Bindings) {
  const contents = await readFile(script, 'utf8')
  const port = await freePort()
  const before = workerdProcesses()
  const miniflare = new Miniflare({
    host: '127.0.0.1',
    port,
    workers: [
      {
        config: {
          name: 'worker',
          compatibilityDate: '2026-10-20',
          compatibilityFlags: [...compatibilityFlags],
          manifest: { mainModule: 'worker.js', modules: { 'worker.js': { type: 'esm' as const, contents } } },
          env,
        },
      },
    ],
  })
  await miniflare.ready
  const [pid] = workerdProcesses().filter((one) => !before.includes(one))
  if (pid === undefined) throw new Error('a server process was not found')
  return { url: `http://127.0.0.1:${port}`, pid, stop: () => miniflare.dispose() }
}
