/**
 * `npm run costs`: measures what each operation costs and writes docs/costs.md.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildWorker } from '../test/support/build.ts'
import { startInstallation } from '../test/support/installation.ts'
import { MEASURED_PROVIDER, measureCosts } from './measure.ts'
import { costsDocument } from './table.ts'

const folder = await mkdtemp(join(tmpdir(), 'gatehouse-'))
try {
  const script = await buildWorker('bench/counting-worker.ts', folder)
  const installation = await startInstallation({ script, provider: MEASURED_PROVIDER })
  try {
    const document = costsDocument(await measureCosts(installation))
    await writeFile('docs/costs.md', document)
    console.log(document)
  } finally {
    await installation.stop()
  }
} finally {
  await rm(folder, { recursive: true, force: true })
}
