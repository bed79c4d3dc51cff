/**
 * The ids of the checks are a promise: docs/diagnosis.md explains each of them, and no other.
 */
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { CHECKS } from '../../src/diagnosis/check.ts'

it('docs/diagnosis.md explains every check, and no other', () => {
  const [, section = ''] = readFileSync('docs/diagnosis.md', 'utf8').split('## The checks')
  const [table = ''] = section.split('\n## ')
  const explained = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(
    ([, cell = '']) => cell.match(/(?<=`)[a-z-]+(?=`)/g) ?? [],
  )
  expect(explained.toSorted()).toEqual(Object.keys(CHECKS).toSorted())
})
