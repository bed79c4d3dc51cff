/**
 * The authorization endpoint: whoever comes is the chosen person, who says yes at once.
 */
import { altered } from '../faults/alter.ts'
import { type Answer, answerFaults } from '../faults/answer.ts'
import { punctuation } from '../issue.ts'
import { newSecret, type State } from '../state.ts'
import type { Call } from './call.ts'

/** @see OpenID Connect Core 1.0 section 3.1.2; RFC 9207 section 2 */
export function authorize({ url }: Call, state: State): Response {
  const request = url.searchParams
  const redirectUri = request.get('redirect_uri')
  const challenge = request.get('code_challenge')
  const problem = problemOf(request, state)
  if (problem || redirectUri === null || challenge === null) return new Response(problem, { status: 400 })
  const code = newSecret(state, 'code')
  const sid = newSecret(state, 'sid') + punctuation()
  const consent = { person: state.person, sid, nonce: request.get('nonce') }
  state.codes.set(code, { consent, redirectUri, challenge })
  const honest: Answer = { code, state: request.get('state') ?? undefined, iss: state.issuer }
  const location = new URL(redirectUri)
  for (const [name, value] of Object.entries(altered(honest, answerFaults, state.fault, undefined))) {
    if (value !== undefined) location.searchParams.append(name, value)
  }
  return new Response(null, { status: 302, headers: { location: location.href } })
}

function problemOf(request: URLSearchParams, { clientId }: State): string | null {
  const names = [...request.keys()]
  if (names.length !== new Set(names).size) return 'a parameter came twice'
  if (request.get('client_id') !== clientId) return 'unknown client'
  if (request.get('response_type') !== 'code') return 'unknown response type'
  if (!request.get('scope')?.split(' ').includes('openid')) return 'no openid in the scope'
  if (request.get('code_challenge_method') !== 'S256') return 'no PKCE'
  return null
}
