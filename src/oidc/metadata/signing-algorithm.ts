/**
 * Which algorithm ID tokens must be signed with: the one in the settings, or the only one that the provider lists; never the token's own.
 */

import type { ProviderConfig } from '../../config/model.ts'
import type { IdTokenAlgorithm } from '../../config/schema/provider.ts'
import { SIGNING_ALGORITHMS } from '../../config/values/algorithms.ts'
import type { Metadata } from './metadata.ts'

type Settings = Pick<ProviderConfig, 'idTokenAlgorithm' | 'pinnedKey' | 'isSignAlgoSet'>

/**
 * The algorithm that ID tokens, signed userinfo, logout tokens and JARM responses must have.
 *
 * Without idTokenAlgorithm it is RS256, which every provider must know; where a provider does not list it, and lists exactly one other
 * algorithm with a public key, it is that one. If it lists several, Gatehouse does not choose, and it never uses `none` or an algorithm
 * that is keyed with the client secret because a provider lists it.
 *
 * @see OpenID Connect Core 1.0 section 3.1.3.7, step 7; OpenID Connect Discovery 1.0 section 3; RFC 8725 section 3.1
 */
export function idTokenAlgorithm(
  { idTokenAlgorithm: algorithm, pinnedKey: pinned, isSignAlgoSet }: Settings,
  { id_token_signing_alg_values_supported: listed }: Pick<Metadata, 'id_token_signing_alg_values_supported'>,
): IdTokenAlgorithm {
  if (isSignAlgoSet || pinned !== undefined || listed === undefined || listed.includes(algorithm)) return algorithm
  const [only, ...others] = verifiableAmong(listed)
  return only !== undefined && others.length === 0 ? only : algorithm
}

/** The algorithms of a list that Gatehouse verifies with a public key. */
export function verifiableAmong(listed: readonly string[]): readonly IdTokenAlgorithm[] {
  return SIGNING_ALGORITHMS.filter((algorithm) => listed.includes(algorithm))
}
