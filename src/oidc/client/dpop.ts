/**
 * DPoP: tokens that are good only together with a key of the session, proven in each request; where the key is kept is decided elsewhere.
 */

import { exportJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import type { ProtocolClient } from './protocol-client.ts'

const base64url = v.pipe(v.string(), v.regex(/^[\w-]+$/))

/** The private key of a session, as it is kept with its tokens. */
export const dpopJwkSchema = v.object({
  kty: v.literal('EC'),
  crv: v.literal('P-256'),
  x: base64url,
  y: base64url,
  d: base64url,
})

export type DpopJwk = Readonly<v.InferOutput<typeof dpopJwkSchema>>

/** A key at work. It remembers the provider's nonces, so one is used for all requests of an operation. */
export interface DpopKey {
  readonly jwk: DpopJwk
  readonly handle: oauth.DPoPHandle
}

type RequestOptions = ProtocolClient['requestOptions'] & { readonly DPoP?: oauth.DPoPHandle }

const ES256 = { name: 'ECDSA', namedCurve: 'P-256' }

/** A new key, for a new session. */
export async function newDpopKey({ relyingParty }: ProtocolClient): Promise<DpopKey> {
  const pair = await oauth.generateKeyPair('ES256', { extractable: true })
  const { kty, crv, x, y, d } = await exportJWK(pair.privateKey)
  return { jwk: v.parse(dpopJwkSchema, { kty, crv, x, y, d }), handle: oauth.DPoP(relyingParty, pair) }
}

/** The key of a session that goes on. `null`: its tokens are not bound to one. */
export async function keptDpopKey({ relyingParty }: ProtocolClient, jwk: DpopJwk | null): Promise<DpopKey | null> {
  if (jwk === null) return null
  const { d: _, ...publicJwk } = jwk
  const privateKey = await crypto.subtle.importKey('jwk', { ...jwk }, ES256, false, ['sign'])
  const publicKey = await crypto.subtle.importKey('jwk', publicJwk, ES256, true, ['verify'])
  return { jwk, handle: oauth.DPoP(relyingParty, { privateKey, publicKey }) }
}

/**
 * Does a request with a proof of the key, and once more when the provider asks for its nonce in the proof. Without a key, plainly.
 *
 * The provider refuses for want of a nonce before it looks at anything else, so a code or refresh token is not spent by the first try.
 *
 * @param work the request and the reading of its answer, because it is the reading that fails; called once or twice
 * @see RFC 9449 sections 8 and 9
 */
export async function withDpop<T>(
  { requestOptions }: ProtocolClient,
  key: DpopKey | null,
  work: (options: RequestOptions) => Promise<T>,
): Promise<T> {
  if (key === null) return work(requestOptions)
  const options = { ...requestOptions, DPoP: key.handle }
  try {
    return await work(options)
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error
    return work(options)
  }
}

/**
 * Refuses tokens that are not bound to the key although they should be, and those that are bound to one that we do not have.
 *
 * @throws GatehouseError `token_invalid`
 * @see RFC 9449 section 5
 */
export function refuseOtherTokenType({ token_type }: oauth.TokenEndpointResponse, key: DpopKey | null): void {
  const isBound = token_type === 'dpop'
  if (isBound === (key !== null)) return
  throw new GatehouseError(
    'token_invalid',
    'dpop_mismatch',
    isBound
      ? `the provider bound the tokens to a key (DPoP), and ${nameOf('useDpop')} is off`
      : `the provider did not bind the tokens to our key (DPoP), which ${nameOf('useDpop')} demands`,
  )
}
