/**
 * Fails a whole test run in which a test that docs/conformance.md names did not run; silent when only some tests were asked for.
 */
import { relative } from 'node:path'
import type { Reporter, TestModule, Vitest } from 'vitest/node'
import { readVerdicts } from './verdicts.ts'

export default class VerdictReporter implements Reporter {
  #vitest: Vitest | undefined

  onInit(vitest: Vitest): void {
    this.#vitest = vitest
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    if (!this.#isWholeRun()) return
    const states = new Map<string, string>()
    for (const module of modules) {
      const file = relative(process.cwd(), module.moduleId)
      for (const test of module.children.allTests()) states.set(`${file} > ${test.fullName}`, test.result().state)
    }
    const complaints = readVerdicts().flatMap(({ id, tests }) =>
      tests
        .filter((name) => states.get(name) !== 'passed')
        .map((name) => `${id} is said to be held by "${name}", which ${states.get(name) ?? 'does not exist'}`),
    )
    if (complaints.length === 0) return
    console.error(`\ndocs/conformance.md is not true:\n  ${complaints.join('\n  ')}`)
    process.exitCode = 1
  }

  #isWholeRun(): boolean {
    const { config, projects } = this.#vitest ?? {}
    const isFiltered = process.argv.slice(2).some((argument) => !argument.startsWith('-') && argument !== 'run')
    return config !== undefined && projects?.length === 3 && !isFiltered && config.testNamePattern === undefined
  }
}
