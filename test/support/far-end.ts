/**
 * The far end of the network: answers by address, and a journal of what was asked. Everything between it and the test is real.
 */
import type { Fetch } from '../../src/oidc/transport/http.ts'

export type Answer = (url: URL, init: RequestInit | undefined) => Response | Promise<Response>

export interface FarEnd {
  readonly fetch: Fetch
  /** Every address that was asked, in order. */
  readonly journal: string[]
  /** Answers an address from now on; the address is compared without its query. */
  on(address: string, answer: Answer): void
  /** Whether someone has said how this address answers. */
  answers(address: string): boolean
}

export function createFarEnd(): FarEnd {
  const answers = new Map<string, Answer>()
  const journal: string[] = []
  return {
    journal,
    on(address, answer) {
      answers.set(address, answer)
    },
    answers: (address) => answers.has(address),
    async fetch(address, init) {
      const url = new URL(address)
      journal.push(url.href)
      const answer = answers.get(url.origin + url.pathname)
      if (!answer) return new Response('no such page', { status: 404, headers: { 'content-type': 'text/plain' } })
      return answer(url, init)
    },
  }
}

export function json(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
}
