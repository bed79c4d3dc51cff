/**
 * What a provider means when it refuses, told from how the refusal looks; asks nobody and decides nothing else.
 */
import type { ProviderType } from '../config/place-settings.ts'
import { auth0 } from './signatures/auth0.ts'
import { authentik } from './signatures/authentik.ts'
import { dex } from './signatures/dex.ts'
import { entra } from './signatures/entra.ts'
import { generic } from './signatures/generic.ts'
import { google } from './signatures/google.ts'
import { keycloak } from './signatures/keycloak.ts'
import { proconnect } from './signatures/proconnect.ts'
import { type Evidence, type Explanation, isSeen, type Place, type Signature } from './signatures/signature.ts'

/** The most telling signature first. */
const SIGNATURES: Readonly<Record<ProviderType, readonly Signature[]>> = {
  keycloak,
  authentik,
  dex,
  auth0,
  google,
  entra,
  proconnect,
  generic: [],
}

/**
 * Explains a refusal: by the signatures of this type of provider, or else by what the standards say.
 *
 * @returns `null`: nobody has described this yet
 */
export function explain(type: ProviderType, where: Place, evidence: Evidence): Explanation | null {
  const signatures = [...SIGNATURES[type], ...generic]
  const found = signatures.find((signature) => isSeen(signature, where, evidence))
  return found ? { cause: found.cause, fix: found.fix } : null
}
