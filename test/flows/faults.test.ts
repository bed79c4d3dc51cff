/**
 * The database, the provider and its keys fail in turns while apps check tokens and people come and go: a small run of `npm run bench:endurance`.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { createFaultyProvider } from '../../bench/faults.ts'
import { type Outcome, runUnderFaults, SETTINGS } from '../../bench/faults-run.ts'
import { PROVIDER } from '../../bench/measure.ts'
import { buildWorker } from '../support/build.ts'
import { startInstallation } from '../support/installation.ts'

const LAG_SECONDS = 2

let outcome: Outcome
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  const script = await buildWorker('bench/faulty-worker.ts', folder)
  const faultyProvider = createFaultyProvider()
  const installation = await startInstallation({
    script,
    settings: { ...SETTINGS, REVOCATION_LAG_SECONDS: String(LAG_SECONDS) },
    provider: { ...PROVIDER, intercept: faultyProvider.intercept },
  })
  try {
    const options = { periods: 3, periodSeconds: 16, lagSeconds: LAG_SECONDS }
    outcome = await runUnderFaults(installation, faultyProvider, options)
  } finally {
    await installation.stop()
    await rm(folder, { recursive: true, force: true })
  }
}, 120_000)

it('no verdict is wrong in either direction beyond the lag, no one is signed out, and nothing is answered with 500', () => {
  expect(outcome.wrong).toEqual([])
})

it('tokens that have ended are called good no longer than the lag and a round trip', () => {
  expect(outcome.ended).toBeGreaterThan(20)
  expect(outcome.longestGoodAfterEnd).toBeGreaterThan(0)
  expect(outcome.longestGoodAfterEnd).toBeLessThan(LAG_SECONDS * 1000 + 500)
})

it('checks are answered with 503 while the database fails, and with verdicts before and after', () => {
  for (const { good, notGood, unavailable } of [outcome.checks.session, outcome.checks.jwt])
    expect([good > 100, notGood > 10, unavailable > 10]).toEqual([true, true, true])
  expect(outcome.visits.good).toBeGreaterThan(20)
  expect(outcome.signIns.good).toBeGreaterThan(0)
})
