/**
 * How an answer of the authorization endpoint travels: in an address, by a form that submits itself, or as one signed token.
 */
import type { Answer } from '../faults/answer.ts'
import { signedAnswerFault } from '../faults/signed-answer.ts'
import { nowSeconds, type State, signToken } from '../state.ts'

const LIFE_SECONDS = 300

/**
 * @param mode the `response_mode` of the request; `null`: none
 * @see OAuth 2.0 Form Post Response Mode; JARM section 2.3
 */
export async function deliver(
  redirectUri: string,
  mode: string | null,
  answer: Answer,
  state: State,
): Promise<Response> {
  const members = Object.entries(answer).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))
  if (mode === 'form_post')
    return selfSubmitting(redirectUri, new Map(members.map(([name = '', value = '']) => [name, value])))
  const parameters = mode === 'query.jwt' ? [['response', await signed(answer, state)]] : members
  const location = new URL(redirectUri)
  for (const [name = '', value = ''] of parameters) location.searchParams.append(name, value)
  return new Response(null, { status: 302, headers: { location: location.href } })
}

function selfSubmitting(action: string, fields: ReadonlyMap<string, string>): Response {
  const inputs = [...fields].map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  )
  const html = `<body onload="document.forms[0].submit()"><form method="post" action="${escaped(action)}">${inputs.join('')}</form>`
  return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } })
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

async function signed(answer: Answer, state: State): Promise<string> {
  const claims = { ...answer, iss: state.issuer, aud: state.clientId, exp: nowSeconds(state) + LIFE_SECONDS }
  return signToken(state, claims, {}, signedAnswerFault(state.fault))
}
