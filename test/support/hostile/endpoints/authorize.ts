/**
 * The authorization endpoint: whoever comes is the chosen person, who says yes at once.
 */
import { altered } from '../faults/alter.ts'
import { type Answer, answerFaults } from '../faults/answer.ts'
import { punctuation } from '../issue.ts'
import { newSecret, type State } from '../state.ts'
import type { Call } from './call.ts'
import { deliver } from './deliver.ts'
import { requestedBy } from './par.ts'

/** @see OpenID Connect Core 1.0 section 3.1.2; RFC 9207 section 2 */
export async function authorize({ url, headers }: Call, state: State): Promise<Response> {
  const isProgram = headers.get('user-agent')?.startsWith('Gatehouse/') ?? false
  if (isProgram && state.fault === 'form-in-spite-of-prompt-none')
    return new Response('<form><input name="user"></form>')
  const request = requestedBy(url.searchParams, state)
  if (request === null) return new Response('no pushed request', { status: 400 })
  const redirectUri = request.get('redirect_uri')
  const challenge = request.get('code_challenge')
  const problem = problemOf(request, state)
  if (problem || redirectUri === null || challenge === null) return new Response(problem, { status: 400 })
  const code = newSecret(state, 'code')
  const sid = newSecret(state, 'sid') + punctuation()
  const consent = { person: state.person, sid, nonce: request.get('nonce') }
  state.consents.push(consent)
  state.codes.set(code, { consent, redirectUri, challenge })
  const honest: Answer = { code, state: request.get('state') ?? undefined, iss: state.issuer }
  const answer = altered(honest, answerFaults, state.fault, undefined)
  return deliver(redirectUri, request.get('response_mode'), answer, state)
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
