/**
 * A run under faults with an installation of its own, and the outcome printed.
 */
import type { Installation } from '../test/support/installation.ts'
import { createFaultyProvider } from './faults.ts'
import { runUnderFaults, SETTINGS } from './faults-run.ts'
import { withInstallation } from './installed.ts'
import { PROVIDER } from './measure.ts'

const PERIOD_SECONDS = 60
const LAG_SECONDS = 5

/**
 * Runs for so many minutes. The exit status of the process is 1 if anything was wrong.
 *
 * @param prepare what is done with the installation first
 */
export async function endure(minutes: number, prepare: (installation: Installation) => Promise<void>): Promise<void> {
  const faultyProvider = createFaultyProvider()
  const provider = { ...PROVIDER, intercept: faultyProvider.intercept }
  const settings = { ...SETTINGS, REVOCATION_LAG_SECONDS: String(LAG_SECONDS) }
  await withInstallation('bench/faulty-worker.ts', { settings, provider }, async (installation) => {
    await prepare(installation)
    console.log(`Checking tokens for ${minutes} minutes …`)
    const options = { periods: minutes, periodSeconds: PERIOD_SECONDS, lagSeconds: LAG_SECONDS }
    const outcome = await runUnderFaults(installation, faultyProvider, options)
    console.log(JSON.stringify(outcome, null, 2))
    if (outcome.wrong.length > 0) process.exitCode = 1
  })
}
