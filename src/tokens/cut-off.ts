/**
 * Whether a provider has ended an access token before its time, by a logout token; which of them end it is said in `sessions/cut-offs.ts`.
 */
import { isText } from '../claims/claim-values.ts'
import type { Claims } from '../oidc/claims.ts'
import type { Provider } from '../oidc/provider.ts'
import { type CutOffStore, cutOffNames, isCutOff } from '../sessions/cut-offs.ts'
import { type Moment, type Revocations, revocationName } from '../sessions/revocations.ts'
import { sidHashOf, subHashOf } from '../sessions/vault.ts'

export interface CutOffPorts {
  readonly cutOffs: CutOffStore
  readonly revocations: Revocations
}

/** Under which names a token may have been cut off. */
export async function cutOffNamesOf({ iss, sub, sid }: Claims, provider: Provider): Promise<readonly string[]> {
  const issuer = iss ?? (await provider.issuer())
  return cutOffNames(
    isText(sub) && sub !== '' ? await subHashOf(issuer, sub) : null,
    isText(sid) && sid !== '' ? await sidHashOf(provider.sidScope(issuer), sid) : null,
  )
}

export function revocationNamesOf(names: readonly string[]): readonly string[] {
  return names.map((name) => revocationName('token', name))
}

/**
 * Whether a JWT is cut off, with what it takes to remember that it is not.
 *
 * @returns `asOf` is `null` when it must not be remembered
 * @throws GatehouseError `store_unavailable`
 */
export async function lookForCutOff(
  claims: Claims,
  provider: Provider,
  { cutOffs, revocations }: CutOffPorts,
): Promise<{ isCutOff: boolean; names: readonly string[]; asOf: Moment | null }> {
  const names = await cutOffNamesOf(claims, provider)
  if (names.length === 0) return { isCutOff: false, names, asOf: revocations.now() }
  const { found, asOf } = await revocations.read((after) => cutOffs.find(names, after))
  return { isCutOff: isCutOff(found, claims.iat), names: revocationNamesOf(names), asOf }
}
