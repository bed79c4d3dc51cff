/**
 * Every operation costs what docs/costs.md says, and no more than was decided.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, expect, it } from 'vitest'
import { MEASURED, MEASURED_PULL, type Measured, measureCosts, measurePull } from '../../bench/measure.ts'
import { costsDocument } from '../../bench/table.ts'
import { buildWorker } from '../support/build.ts'
import { startInstallation } from '../support/installation.ts'

let measured: readonly Measured[]
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-'))
  const script = await buildWorker('bench/counting-worker.ts', folder)
  try {
    measured = [
      ...(await measuredWith(script, MEASURED, measureCosts)),
      ...(await measuredWith(script, MEASURED_PULL, measurePull)),
    ]
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

async function measuredWith(script: string, options: typeof MEASURED, measure: typeof measureCosts) {
  const installation = await startInstallation({ script, ...options })
  try {
    return await measure(installation)
  } finally {
    await installation.stop()
  }
}

const costsOf = (beginning: string) =>
  measured.filter(({ operation }) => operation.startsWith(beginning)).map(({ costs }) => costs)

it('docs/costs.md is what npm run costs writes', async () => {
  expect(await readFile('docs/costs.md', 'utf8')).toBe(costsDocument(measured))
})

it('a login start never asks the database', () => {
  expect(costsOf('login start').map(({ d1RoundTrips }) => d1RoundTrips)).toEqual([0, 0, 0])
})

it('a callback asks the database twice at most: once to take the attempt, once to write', () => {
  for (const { d1RoundTrips } of costsOf('callback')) expect(d1RoundTrips).toBeLessThanOrEqual(2)
})

it.each(['JWT check, warm', 'session token check, warm'])('a %s asks no one', (operation) => {
  expect(costsOf(operation)).toEqual([
    { kvReads: 0, kvWrites: 0, d1RoundTrips: 0, d1RowsRead: 0, d1RowsWritten: 0, providerCalls: 0 },
  ])
})

it('a token that an isolate has not seen is one round trip to the database', () => {
  for (const operation of ['JWT check, first of a token', 'session token check'])
    expect(costsOf(operation)[0]?.d1RoundTrips).toBe(1)
})

it('an opaque token makes one provider call a minute in an isolate, and asks the database for the account of a person', () => {
  expect(costsOf('opaque token check').map(({ d1RoundTrips, providerCalls }) => [d1RoundTrips, providerCalls])).toEqual(
    [
      [0, 1],
      [1, 1],
      [0, 0],
      [0, 1],
    ],
  )
})
