/**
 * The verdicts of docs/conformance.md, as data; whether they are true is checked by a test and by the reporter.
 */
import { readFileSync } from 'node:fs'

export interface Verdict {
  readonly id: string
  readonly level: string
  /** `held`: by a test. `not applicable`: with a reason. `open`: no one has decided. */
  readonly kind: 'held' | 'not applicable' | 'open'
  /** The names of the tests as `file > name`, or the reason. */
  readonly tests: readonly string[]
  readonly reason: string
}

const ROW = /^\| ([A-Z]{2}\d+) \| ([^|]*) \| .* \| ([^|]*) \|$/

/** Reads the document; a row whose verdict cannot be read counts as open. */
export function readVerdicts(path = 'docs/conformance.md'): readonly Verdict[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      const [, id, level = '', verdict = ''] = ROW.exec(line) ?? []
      return id === undefined ? [] : [{ id, level: level.trim(), ...parseVerdict(verdict.trim()) }]
    })
}

function parseVerdict(text: string): Pick<Verdict, 'kind' | 'tests' | 'reason'> {
  if (text.startsWith('held by ')) {
    const tests = [...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '')
    return { kind: tests.length > 0 ? 'held' : 'open', tests, reason: '' }
  }
  if (text.startsWith('not applicable: ')) return { kind: 'not applicable', tests: [], reason: text.slice(16) }
  return { kind: 'open', tests: [], reason: '' }
}
