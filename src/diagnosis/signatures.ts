/**
 * What a provider means when it refuses, told from how the refusal looks; asks nobody and decides nothing else.
 */
import type { ProviderType } from '../config/provider-settings.ts'
import { dex } from './signatures/dex.ts'
import { generic } from './signatures/generic.ts'
import { keycloak } from './signatures/keycloak.ts'
import { type Evidence, type Explanation, isSeen, type Place, type Signature } from './signatures/signature.ts'

/** The most telling signature first; a type without a list has only what every provider has. */
const SIGNATURES: Readonly<Partial<Record<ProviderType, readonly Signature[]>>> = {
  keycloak,
  dex,
}

/**
 * Explains a refusal: by the signatures of this type of provider, or else by what the standards say.
 *
 * @returns `null`: nobody has described this yet
 */
export function explain(type: ProviderType, where: Place, evidence: Evidence): Explanation | null {
  const signatures = [...(SIGNATURES[type] ?? []), ...generic]
  const found = signatures.find((signature) => isSeen(signature, where, evidence))
  return found ? { cause: found.cause, fix: found.fix } : null
}
