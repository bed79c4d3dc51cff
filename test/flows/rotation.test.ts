/**
 * The provider replaces its keys every few seconds while people sign in and apps check tokens: a small run of `npm run bench:rotation`.
 */
import { expect, inject, it } from 'vitest'
import { runRotation } from '../../bench/rotation-run.ts'
import { startInstallation } from '../support/installation.ts'

it('a change of keys every two seconds fails no sign-in, makes no verdict wrong and no live token unavailable', async () => {
  const installation = await startInstallation({ script: inject('workerScript') })
  try {
    const options = { signIns: 20, browsers: 5, checks: 600, everySeconds: 2, withFlood: false }
    const { signIns, checks, rotations } = await runRotation(installation, options)
    expect(rotations).toBeGreaterThanOrEqual(10)
    expect(signIns.failed).toEqual([])
    expect(checks.wrong).toEqual([])
    expect(checks.live.unavailable).toBe(0)
  } finally {
    await installation.stop()
  }
}, 120_000)
