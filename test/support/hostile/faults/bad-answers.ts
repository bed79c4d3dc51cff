/**
 * Answers that are no answer: each may come from any endpoint, as the fault `<endpoint>-<name>`.
 */

const HUGE_CHARACTERS = 2 * 1024 * 1024

/** `hangs` never settles and `unreachable` rejects, as `fetch` does then. */
const badAnswers = {
  400: () => Response.json({ error: 'invalid_request' }, { status: 400 }),
  401: () => new Response(null, { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } }),
  404: () => new Response('not found', { status: 404 }),
  429: () => new Response('slow down', { status: 429, headers: { 'retry-after': '1' } }),
  500: () => new Response('internal error', { status: 500 }),
  503: () => new Response('<h1>upstream connect error</h1>', { status: 503, headers: { 'content-type': 'text/html' } }),
  redirect: () => new Response(null, { status: 302, headers: { location: 'https://elsewhere.example/' } }),
  html: () => new Response('<h1>Welcome</h1>', { headers: { 'content-type': 'text/html' } }),
  'html-as-json': () => new Response('<h1>Welcome</h1>', { headers: { 'content-type': 'application/json' } }),
  huge: () => Response.json({ sub: 'alice', padding: 'x'.repeat(HUGE_CHARACTERS) }),
  empty: () => Response.json({}),
  array: () => Response.json(['admin']),
  text: () => Response.json('x'),
  null: () => Response.json(null),
  /** Begins an answer and never ends it. */
  stalls: () =>
    new Response(new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode('{')) }), {
      headers: { 'content-type': 'application/json' },
    }),
  hangs: () => new Promise<Response>(() => {}),
  unreachable: () => Promise.reject(new TypeError('network connection lost')),
} satisfies Record<string, () => Response | Promise<Response>>

/** The endpoints that the relying party calls itself. */
type BackChannel = 'discovery' | 'token' | 'userinfo' | 'jwks'

export type BadAnswer = `${BackChannel}-${keyof typeof badAnswers}`

const PATHS: Readonly<Record<BackChannel, string>> = {
  discovery: '/.well-known/openid-configuration',
  token: '/token',
  userinfo: '/userinfo',
  jwks: '/jwks',
}

/** The answer that a fault puts in the place of the one at this path; `null`: the fault is elsewhere, or of another kind. */
export function badAnswerAt(path: string, fault: string | null): Response | Promise<Response> | null {
  for (const [endpoint, itsPath] of Object.entries(PATHS)) {
    if (path !== itsPath) continue
    for (const [name, answer] of Object.entries(badAnswers)) if (fault === `${endpoint}-${name}`) return answer()
  }
  return null
}
