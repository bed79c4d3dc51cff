/**
 * The rows of one provider's refusals as tests: each is explained, what only looks like it is not, and no signature is there in vain.
 */
import { describe, expect, it } from 'vitest'
import { withNames } from '../../src/config/names.ts'
import type { Evidence } from '../../src/diagnosis/explain.ts'
import { explain } from '../../src/diagnosis/explain.ts'
import type { Reason } from '../../src/reasons.ts'
import type { RefusalPlace as Place, RefusalPattern } from '../../src/vendors/vendor.ts'
import type { ProviderType } from '../../src/vendors/vendors.ts'

export type Row = readonly [where: Place, evidence: Evidence, cause: RegExp, fix: RegExp]
export type NearMiss = readonly [where: Place, evidence: Evidence]

export const page = (text: string): Evidence => ({ status: 400, text: `<html><body><p>${text}</p></body></html>` })
export const refusal = (error: string, description?: string): Evidence => ({ status: 400, error, description })
export const document = (issuer: string, members: object = {}): Evidence => ({
  status: 200,
  description: issuer,
  text: JSON.stringify({ issuer, ...members }),
})
export const badToken = (reason: Reason): Evidence => ({ error: 'token_invalid', reason })

export function describeSignatures(
  type: ProviderType,
  signatures: readonly RefusalPattern[],
  rows: readonly Row[],
  nearMisses: readonly NearMiss[],
): void {
  describe(`what ${type} means`, () => {
    it.each(rows)('%s: %j', (where, evidence, cause, fix) => {
      const explanation = explain(type, where, evidence)
      expect(explanation?.cause).toMatch(cause)
      expect(explanation?.fix).toMatch(fix)
    })

    it.each(nearMisses)('is not guessed by what only looks like it: %s: %j', (where, evidence) => {
      const own = signatures.map(({ cause }) => withNames(cause))
      expect(own).not.toContain(explain(type, where, evidence)?.cause)
    })

    it('is in no signature that another one hides', () => {
      const seen = new Set(rows.map(([where, evidence]) => explain(type, where, evidence)?.cause))
      expect(signatures.map(({ cause }) => withNames(cause)).filter((cause) => !seen.has(cause))).toEqual([])
    })
  })
}
