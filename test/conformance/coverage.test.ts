/**
 * Every module of the OpenID Foundation that applies has a test whose name begins with it, and no test names a module that does not exist.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { modules } from './modules.ts'

const FOLDER = 'test/flows/conformance'

const texts = readdirSync(FOLDER).map((name) => readFileSync(join(FOLDER, name), 'utf8'))

/** What stands at the beginning of a name, of a test or of a row of tests. */
const named = new Set(
  texts.flatMap((text) =>
    [...text.matchAll(/(?:\bit\(|\[)\s*['"`](oidcc-client-test[\w-]*)/g)].map(([, name]) => name ?? ''),
  ),
)

const applicable = Object.keys(modules).filter((name) => modules[name] === 'applies')

describe('the modules', () => {
  it('are 57', () => {
    expect(Object.keys(modules)).toHaveLength(57)
  })

  it('that apply have a test each', () => {
    expect(applicable.filter((name) => !named.has(name))).toEqual([])
  })

  it('that tests name apply', () => {
    expect([...named].filter((name) => !applicable.includes(name))).toEqual([])
  })

  it('that do not apply have a reason', () => {
    const reasons = Object.values(modules).flatMap((verdict) => (verdict === 'applies' ? [] : [verdict.doesNotApply]))
    expect(reasons.filter((reason) => reason.length < 20)).toEqual([])
  })
})
