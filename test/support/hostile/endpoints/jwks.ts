/**
 * The published keys.
 */
import { altered } from '../faults/alter.ts'
import { jwksFaults, type PublishedKeys } from '../faults/jwks.ts'
import { ODD_KEYS, publicJwk } from '../keys.ts'
import type { State } from '../state.ts'
import type { Call } from './call.ts'

/** @see RFC 7517 section 5 */
export async function jwks(_: Call, state: State): Promise<Response> {
  const published = (await state.keys).map((key) => publicJwk(key, state.signingAlgorithm))
  const honest: PublishedKeys = { keys: [...ODD_KEYS, ...published] }
  return Response.json(altered(honest, jwksFaults, state.fault, undefined))
}
