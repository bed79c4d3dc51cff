/**
 * Writes down what each test file has proved; says nothing of a file of which only some tests ran.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { Reporter, TestModule, Vitest } from 'vitest/node'
import { PROOFS_FOLDER } from './proof-files.ts'
import type { Shown } from './proofs.ts'

export default class ProofReporter implements Reporter {
  #isFiltered = false

  onInit({ config }: Vitest): void {
    this.#isFiltered = config.testNamePattern !== undefined
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (this.#isFiltered) return
    mkdirSync(PROOFS_FOLDER, { recursive: true })
    for (const module of modules) record(module)
  }
}

function record(module: TestModule): void {
  const tests = [...module.children.allTests()]
  // Skipped here because something is missing; the last run that had it still counts.
  if (tests.some((test) => test.result().state === 'skipped')) return
  const name = relative(process.cwd(), module.moduleId).replaceAll(/[\\/]/g, '.')
  const file = join(PROOFS_FOLDER, `${name}.json`)
  const shown = tests.filter((test) => test.ok()).map((test) => test.meta())
  const proofs = shown.flatMap((meta) => meta.proofs ?? [])
  const named = shown.flatMap((meta) => meta.named ?? [])
  if (proofs.length + named.length === 0) rmSync(file, { force: true })
  else writeFileSync(file, JSON.stringify({ proofs, named } satisfies Shown))
}
