/**
 * `npm run costs`: measures what each operation costs and writes docs/costs.md.
 */
import { writeFile } from 'node:fs/promises'
import { runCommand } from '../dev/complaint.ts'
import { readOptions } from '../dev/options.ts'
import { withInstallation } from './installed.ts'
import { MEASURED, measureCosts } from './measure.ts'
import { costsDocument } from './table.ts'

const USAGE = `Usage: npm run costs

Measures what each operation costs in calls and rows, and writes docs/costs.md. It takes some seconds.`

await runCommand(async () => {
  readOptions({}, USAGE)
  await withInstallation('bench/counting-worker.ts', MEASURED, async (installation) => {
    console.log('Measuring …')
    const document = costsDocument(await measureCosts(installation))
    await writeFile('docs/costs.md', document)
    console.log(`\n${document}`)
  })
})
