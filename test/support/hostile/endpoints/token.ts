/**
 * The token endpoint: takes a code once with the verifier of its challenge, and a refresh token once, from their client alone.
 */
import { base64url } from 'jose'
import { altered } from '../faults/alter.ts'
import { tokenAnswerFaults } from '../faults/token-answer.ts'
import { digestOf, issueTokens } from '../issue.ts'
import type { Consent, State } from '../state.ts'
import type { Call } from './call.ts'
import { isClient } from './client.ts'
import { proofOf } from './dpop.ts'

/** @see OpenID Connect Core 1.0 sections 3.1.3 and 12; RFC 6749 section 6 */
export async function token(call: Call, state: State): Promise<Response> {
  const { method, form } = call
  if (method !== 'POST') return new Response(null, { status: 405 })
  if (!isClient(call, state)) return Response.json({ error: 'invalid_client' }, { status: 401 })
  const proof = await proofOf(call, state, null)
  if (proof.problem) return proof.problem
  const consent = form.get('grant_type') === 'refresh_token' ? ofRefreshToken(form, state) : await ofCode(form, state)
  if (!consent) return Response.json({ error: 'invalid_grant' }, { status: 400 })
  const honest = { status: 200, body: await issueTokens(consent, state, proof.thumbprint) }
  const { status, body } = altered(honest, tokenAnswerFaults, state.fault, undefined)
  return Response.json(body, { status, headers: { 'cache-control': 'no-store' } })
}

/** @see RFC 7636 section 4.6 */
async function ofCode(form: URLSearchParams, { codes, confidential }: State): Promise<Consent | null> {
  const code = form.get('code') ?? ''
  const verifier = form.get('code_verifier') ?? ''
  confidential.add(verifier)
  const grant = codes.get(code)
  codes.delete(code)
  const challenge = base64url.encode(await digestOf(verifier))
  const isFor = grant?.redirectUri === form.get('redirect_uri') && grant.challenge === challenge
  return form.get('grant_type') === 'authorization_code' && isFor ? grant.consent : null
}

/** A refreshed ID token is not the answer to a request, so it has no nonce. */
function ofRefreshToken(form: URLSearchParams, { refreshTokens }: State): Consent | null {
  const refreshToken = form.get('refresh_token') ?? ''
  const consent = refreshTokens.get(refreshToken)
  refreshTokens.delete(refreshToken)
  return consent ? { ...consent, nonce: null } : null
}
