/**
 * Answers the sign-in page of the embedded provider: shows it, takes what was typed, and lets oidc-provider go on.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type Provider from 'oidc-provider'
import { errors } from 'oidc-provider'
import { messagePage, type Page, signInPage } from './pages.ts'
import { PEOPLE, personByLogin } from './people.ts'

const FORM_MAX_BYTES = 10_000

/** Handles one request below `/interaction/`. */
export async function answerInteraction(
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { prompt, params, grantId } = await provider.interactionDetails(request, response)
    if (prompt.name === 'consent') {
      // Only `prompt=consent` leads here; the grant itself is given without asking.
      return await provider.interactionFinished(request, response, { consent: grantId ? { grantId } : {} })
    }
    if (request.method !== 'POST') {
      const hint = typeof params.login_hint === 'string' ? params.login_hint : ''
      return send(response, 200, signInPage({ username: hint }))
    }
    const username = (await readForm(request)).get('username') ?? ''
    const person = personByLogin(username)
    if (person === undefined) {
      const names = PEOPLE.map((known) => known.username).join(', ')
      const problem = `No one here is called “${username}”. Known are: ${names}.`
      return send(response, 400, signInPage({ username, problem }))
    }
    await provider.interactionFinished(request, response, { login: { accountId: person.subject, amr: ['pwd'] } })
  } catch (error) {
    if (!(error instanceof errors.SessionNotFound)) throw error
    const text = 'It took too long, or was begun in another window. Go back to the app and sign in again.'
    send(response, 400, messagePage('This sign-in has ended', text))
  }
}

/** Sends a page. */
export function send(response: ServerResponse, status: number, { html, contentSecurityPolicy }: Page): void {
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-security-policy': contentSecurityPolicy,
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
  response.end(html)
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  request.setEncoding('utf8')
  let text = ''
  for await (const chunk of request) {
    text += chunk
    if (text.length > FORM_MAX_BYTES) return new URLSearchParams()
  }
  return new URLSearchParams(text)
}
