/**
 * A setting that is wrong on purpose, and what the diagnosis must say of it; the table of docs/diagnosis.md is made of these.
 */
import type { TestContext } from 'vitest'
import { expect } from 'vitest'
import type { Check, CheckId } from '../../src/diagnosis/check.ts'
import type { Named } from './proofs.ts'

export interface Misconfiguration {
  /** In the words of whoever made the mistake. */
  readonly what: string
  /** The check that must fail first. */
  readonly check: CheckId
  /** Others that are as wrong, by the same mistake. Nothing else may fail. */
  readonly also?: readonly CheckId[]
  /** What its advice must name: the setting, and on which side. */
  readonly fix: RegExp
}

/**
 * Holds a diagnosis against what was injected: the check fails, nothing else does, and the advice names the right thing.
 *
 * @param context of the test, in which the result is written down
 */
export function expectNamed(
  checks: readonly Check[],
  { what, check, fix, also = [] }: Misconfiguration,
  { provider, how }: Pick<Named, 'provider' | 'how'>,
  { task }: TestContext,
): void {
  const failed = checks.filter(({ result }) => result === 'fail')
  const [found] = failed
  expect(found).toMatchObject({ id: check, seen: expect.stringMatching(/\S/), fix: expect.stringMatching(fix) })
  expect(failed.map(({ id }) => id)).toEqual([check, ...also])
  if (!found) return
  task.meta.named = { provider, how, what, check: found.title, fix: found.fix }
  if (provider !== 'any') task.meta.proofs = [{ how, provider, feature: 'diagnosis' }]
}
