/**
 * What the settings want and the provider does not list, which works now and then all the same; decides nothing.
 */
import type { ProviderConfig } from '../config/env.ts'
import type { Metadata } from './metadata.ts'

/** Sentences for the operator. What the provider does not speak of is not doubted. @see OpenID Connect Discovery 1.0 section 3 */
export function disagreements(config: ProviderConfig, metadata: Metadata): string[] {
  const warnings: string[] = []
  const { OIDC_RP_SIGN_ALGO: algorithm, OIDC_RP_SCOPES: scopes = [] } = config
  const algorithms = metadata.id_token_signing_alg_values_supported
  if (algorithms && !algorithms.includes(algorithm)) {
    warnings.push(`OIDC_RP_SIGN_ALGO is ${algorithm}, and the provider lists ${algorithms.join(', ')}`)
  }
  const unknown = scopes.filter((scope) => metadata.scopes_supported && !metadata.scopes_supported.includes(scope))
  if (unknown.length > 0) {
    warnings.push(`OIDC_RP_SCOPES has ${unknown.join(', ')}, which the provider does not list`)
  }
  return warnings
}
