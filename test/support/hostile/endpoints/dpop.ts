/**
 * Proofs of possession: whoever uses a token must show the key that it was bound to.
 */
import { base64url, calculateJwkThumbprint, EmbeddedJWK, jwtVerify } from 'jose'
import { digestOf } from '../issue.ts'
import type { State } from '../state.ts'
import type { Call } from './call.ts'

/** The key that was shown; `null`: none is wanted. */
type Proof = { readonly problem: null; readonly thumbprint: string | null } | { readonly problem: Response }

/**
 * Judges the proof of a call.
 *
 * @param accessToken the token that is used with it; `null`: the call is for one
 * @see RFC 9449 sections 4.3, 8 and 9
 */
export async function proofOf(call: Call, { offers, bindings }: State, accessToken: string | null): Promise<Proof> {
  if (offers.dpop === undefined) return { problem: null, thumbprint: null }
  const { payload, protectedHeader } = await jwtVerify(call.headers.get('dpop') ?? '', EmbeddedJWK, {
    typ: 'dpop+jwt',
    algorithms: ['ES256'],
  }).catch(() => ({ payload: {}, protectedHeader: { jwk: undefined } }))
  const claims: Readonly<Record<string, unknown>> = payload
  const { jwk } = protectedHeader
  const address = call.url.origin + call.url.pathname
  if (!jwk || claims.htm !== call.method || claims.htu !== address)
    return refusal('invalid_dpop_proof', call, accessToken)
  if (offers.dpop === 'with nonce' && claims.nonce !== nonceOf(call))
    return refusal('use_dpop_nonce', call, accessToken)
  const thumbprint = await calculateJwkThumbprint(jwk)
  if (accessToken === null) return { problem: null, thumbprint }
  const isBound =
    bindings.get(accessToken) === thumbprint && claims.ath === base64url.encode(await digestOf(accessToken))
  return isBound ? { problem: null, thumbprint } : refusal('invalid_dpop_proof', call, accessToken)
}

/** A resource names the scheme in a case of its own, which must not matter. @see RFC 9110 section 11.1 */
function refusal(error: string, call: Call, accessToken: string | null): Proof {
  const headers = { 'dpop-nonce': nonceOf(call), 'www-authenticate': `dPoP error="${error}", algs="ES256"` }
  if (accessToken !== null) return { problem: new Response(null, { status: 401, headers }) }
  return { problem: Response.json({ error }, { status: 400, headers: { 'dpop-nonce': nonceOf(call) } }) }
}

/** Each endpoint has one of its own. */
function nonceOf({ url }: Call): string {
  return `nonce-of-${url.pathname.slice(1)}`
}
