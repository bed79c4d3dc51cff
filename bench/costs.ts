/**
 * `npm run costs`: measures what each operation costs and writes docs/costs.md.
 */
import { writeFile } from 'node:fs/promises'
import { runCommand } from '../dev/complaint.ts'
import { readOptions } from '../dev/options.ts'
import { withInstallation } from './installed.ts'
import { MEASURED, MEASURED_PULL, type Measured, measureCosts, measurePull } from './measure.ts'
import { costsDocument } from './table.ts'

const USAGE = `Usage: npm run costs

Measures what each operation costs in calls and rows, and writes docs/costs.md. It takes some seconds.`

await runCommand(async () => {
  readOptions({}, USAGE)
  const measured: Measured[] = []
  for (const [options, measure] of [
    [MEASURED, measureCosts],
    [MEASURED_PULL, measurePull],
  ] as const) {
    await withInstallation('bench/counting-worker.ts', options, async (installation) => {
      console.log('Measuring …')
      measured.push(...(await measure(installation)))
    })
  }
  const document = costsDocument(measured)
  await writeFile('docs/costs.md', document)
  console.log(`\n${document}`)
})
