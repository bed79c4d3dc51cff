/**
 * What the settings want and the provider does not list, which works now and then all the same; decides nothing.
 */

import type { ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import type { Metadata } from './metadata.ts'
import { idTokenAlgorithm } from './signing-algorithm.ts'

/** Sentences for the operator. What the provider does not speak of is not doubted. @see OpenID Connect Discovery 1.0 section 3 */
export function disagreements(config: ProviderConfig, metadata: Metadata): string[] {
  const warnings: string[] = []
  const { isSignAlgoSet, scopes = [] } = config
  const algorithm = idTokenAlgorithm(config, metadata)
  const algorithms = metadata.id_token_signing_alg_values_supported
  if (algorithms && !algorithms.includes(algorithm)) {
    const ours = isSignAlgoSet ? algorithm : `unset, which means ${algorithm}`
    warnings.push(`${nameOf('idTokenAlgorithm')} is ${ours}, and the provider lists ${algorithms.join(', ')}`)
  }
  const unknown = scopes.filter((scope) => metadata.scopes_supported && !metadata.scopes_supported.includes(scope))
  if (unknown.length > 0) {
    warnings.push(`${nameOf('scopes')} has ${unknown.join(', ')}, which the provider does not list`)
  }
  return warnings
}
