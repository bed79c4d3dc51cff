/**
 * The userinfo endpoint: takes the access token in the Authorization header and nowhere else.
 */
import { altered } from '../faults/alter.ts'
import { type UserinfoAnswer, userinfoFaults } from '../faults/userinfo.ts'
import { compactJws } from '../jws.ts'
import { signingKey } from '../keys.ts'
import { type State, sceneOf } from '../state.ts'
import type { Call } from './call.ts'
import { proofOf } from './dpop.ts'

/** @see OpenID Connect Core 1.0 section 5.3; RFC 6750 section 2.1 */
export async function userinfo(call: Call, state: State): Promise<Response> {
  const { url, headers, form } = call
  const [, accessToken = ''] = /^(?:Bearer|DPoP) ([^ ]+)$/i.exec(headers.get('authorization') ?? '') ?? []
  const isElsewhereToo = url.searchParams.has('access_token') || form.has('access_token')
  const person = state.accessTokens.get(accessToken)
  if (!person || isElsewhereToo) {
    return new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } })
  }
  const proof = await proofOf(call, state, accessToken)
  if (proof.problem) return proof.problem
  const scene = await sceneOf(state)
  const honest: UserinfoAnswer = { claims: person, sign: null }
  const { claims, sign } = altered(honest, userinfoFaults, state.fault, scene)
  if (!sign) return Response.json(claims)
  const header = { alg: 'RS256', kid: signingKey(scene.keys, 'RS256').kid }
  const jwt = await compactJws({ header, claims: { iss: state.issuer, aud: state.clientId, ...claims }, sign })
  return new Response(jwt, { headers: { 'content-type': 'application/jwt' } })
}
