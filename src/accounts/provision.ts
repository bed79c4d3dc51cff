/**
 * Who may come in: what a sign-in must bring, by rules over claims alone; what is written is left to `store/`.
 */
import type { ProviderConfig } from '../config/env.ts'
import { GatehouseError } from '../errors.ts'
import { sourceOfClaim } from './claim-sources.ts'
import { type IdentityRules, identityOf } from './identity.ts'

type Claims = Readonly<Record<string, unknown>>

/** The claims without which nobody is signed in at this provider, by the name that it gives them. */
export function requiredClaims({ OIDC_USERINFO_ESSENTIAL_CLAIMS: essential }: ProviderConfig): readonly string[] {
  return essential ?? []
}

/**
 * Refuses a person of whom the provider does not say enough. A claim that is empty, or of a type that Gatehouse cannot keep, is as
 * good as none.
 *
 * @param claims of the ID token and userinfo, already verified
 * @param required by the name that the provider gives them
 * @param rules of the provider that they are from
 * @throws GatehouseError `claims_missing` with every name, and for the log what brings each
 */
export function refuseMissingClaims(claims: Claims, required: readonly string[], rules: IdentityRules): void {
  const known: Claims = { ...claims, ...identityOf(claims, rules) }
  const missing = required.filter((name) => isEmpty(claims[name]) || isEmpty(known[name]))
  if (missing.length === 0) return
  throw new GatehouseError('claims_missing', 'the provider did not say enough of the person', {
    missing,
    detail: { missing, fix: missing.map((name) => `${name}: ${sourceOfClaim(name, rules.OIDC_OP_TYPE)}`) },
  })
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'string') return value.trim() === ''
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0)
}
