/**
 * The far end of the network: answers by address, and a journal of what was asked. Everything between it and the test is real.
 */
import type { Fetch } from '../../src/oidc/transport/http.ts'

/** A call as the far end sees it. */
export interface SeenCall {
  readonly path: string
  readonly headers: Headers
  readonly form: URLSearchParams
}

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

/** @param init the status, or all that a response has */
export function json(body: unknown, init: number | ResponseInit = {}): Response {
  const { headers, ...rest } = typeof init === 'number' ? { status: init } : init
  return new Response(JSON.stringify(body), { headers: { 'content-type': 'application/json', ...headers }, ...rest })
}

/** A JWT in the place of JSON. */
export function jwt(body: string, type = 'application/jwt'): Response {
  return new Response(body, { headers: { 'content-type': type } })
}

export function seen({ pathname: path }: URL, init: RequestInit | undefined): SeenCall {
  const form = new URLSearchParams(init?.body instanceof URLSearchParams ? init.body : '')
  return { path, headers: new Headers(init?.headers), form }
}
