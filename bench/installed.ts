/**
 * An installation of its own for a measurement: the Worker is built, started with a provider, and gone afterwards.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWorker } from '../test/support/build.ts'
import { type Installation, type InstallationOptions, startInstallation } from '../test/support/installation.ts'

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
