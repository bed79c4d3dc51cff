/**
 * Writes a diagnosis as text for a terminal; looks at nothing.
 */
import { styleText } from 'node:util'
import type { Check, Result } from '../src/diagnosis/check.ts'

const MARKS: Readonly<Record<Result, string>> = { pass: '✓', fail: '✗', 'cannot tell': '?' }
const COLOURS = { pass: 'green', fail: 'red', 'cannot tell': 'yellow' } as const
const WIDTH = 100

/**
 * Writes a diagnosis part by part; each part begins where the one before it has ended.
 *
 * @param isColoured only a terminal understands colours
 */
export function createDiagnosisText(isColoured: boolean): (checks: readonly Check[]) => string {
  const paint = (format: Parameters<typeof styleText>[0], text: string) =>
    isColoured ? styleText(format, text, { validateStream: false }) : text
  let heading: string | null | undefined
  return (checks) => {
    const blocks: string[] = []
    for (const group of grouped(checks)) {
      const [check] = group
      if (check.provider !== heading) {
        heading = check.provider
        blocks.push(`\n${paint('bold', heading === null ? 'Gatehouse' : `Provider "${heading}"`)}`)
      }
      const mark = paint(COLOURS[check.result], `${MARKS[check.result]} ${check.result}`)
      blocks.push(`  ${mark}  ${group.map(({ title }) => title).join(', ')}`, ...paragraph(check.seen, ''))
      if (check.fix !== '') blocks.push(...paragraph(check.fix, paint('bold', 'What to do: ')))
      const width = Math.max(0, ...check.copy.map(({ label }) => label.length))
      for (const { label, value, where } of check.copy) {
        blocks.push(`      ${label.padEnd(width)}  ${value}`)
        if (where !== undefined) blocks.push(`      ${' '.repeat(width)}  at ${where}`)
      }
    }
    return blocks.join('\n')
  }
}

/** Rows that say the same one after another, such as those that wait for one that failed, are one. */
function grouped(checks: readonly Check[]): readonly (readonly [Check, ...Check[]])[] {
  const groups: [Check, ...Check[]][] = []
  for (const check of checks) {
    const last = groups.at(-1)
    const isSame =
      last !== undefined &&
      last[0].provider === check.provider &&
      last[0].result === check.result &&
      last[0].seen === check.seen &&
      last[0].copy.length + check.copy.length === 0
    if (isSame) last.push(check)
    else groups.push([check])
  }
  return groups
}

function paragraph(text: string, opening: string): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + word.length >= WIDTH) {
      lines.push(line)
      line = ''
    }
    line += line === '' ? word : ` ${word}`
  }
  return [...lines, line].map((one, index) => `      ${index === 0 ? opening : ''}${one}`)
}

/** How many checks fail, and how many there are. */
export function summary(checks: readonly Check[]): string {
  const count = (result: Result) => checks.filter((check) => check.result === result).length
  const failed = count('fail')
  const rest = `${count('pass')} pass, ${count('cannot tell')} cannot be told from here.`
  if (failed === 0) return `Nothing is wrong that can be seen: ${rest}`
  return `${failed === 1 ? '1 check fails' : `${failed} checks fail`}: fix the first, and look again. ${rest}`
}
