/**
 * Calls to the provider: one deadline for all of an operation, no redirects, no endless bodies (A52, A67).
 */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { beginOperation, type Fetch } from '../../src/oidc/transport/http.ts'
import { json } from '../support/far-end.ts'
import { begin, farProvider, ISSUER } from '../support/far-provider.ts'
import { refusalOf } from '../support/refusal.ts'

const ADDRESS = 'https://idp.example:8443/token'
const MEBIBYTE = 1_048_576
const PLENTY_SECONDS = 600

/** As the real one: refuses when its signal says so, and otherwise never answers. */
const silent: Fetch = (_, init) =>
  new Promise((_resolve, reject) => {
    const signal = init?.signal
    if (signal?.aborted) reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason))
  })

/** A body that comes in pieces, and what became of it. */
function pieces(bytes: number, pieceBytes = 65_536) {
  const state = { sent: 0, cancelled: false }
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    pull(controller) {
      if (state.sent >= bytes) return controller.close()
      const size = Math.min(pieceBytes, bytes - state.sent)
      state.sent += size
      controller.enqueue(new Uint8Array(size))
    },
    cancel() {
      state.cancelled = true
    },
  })
  return { body, state }
}

describe('an answer', () => {
  it('has the status, the headers and the body of the provider', async () => {
    const send = beginOperation(async () => json({ a: 1 }, 418), PLENTY_SECONDS)
    const response = await send(ADDRESS)
    expect([response.status, response.headers.get('content-type'), await response.json()]).toEqual([
      418,
      'application/json',
      { a: 1 },
    ])
  })

  it.each([204, 304])('of status %i has no body', async (status) => {
    const send = beginOperation(async () => new Response(null, { status }), PLENTY_SECONDS)
    expect(await (await send(ADDRESS)).text()).toBe('')
  })

  it.each([200, 400, 401, 404, 429, 500, 501])('of status %i is given back for others to judge', async (status) => {
    const send = beginOperation(async () => new Response('x', { status }), PLENTY_SECONDS)
    expect((await send(ADDRESS)).status).toBe(status)
  })

  it.each([502, 503, 504])('of status %i comes from a gateway: the provider cannot be reached', async (status) => {
    const send = beginOperation(async () => new Response('x', { status }), PLENTY_SECONDS)
    expect(await refusalOf(send(ADDRESS))).toMatchObject({
      code: 'provider_unreachable',
      detail: { host: 'idp.example:8443' },
      provider: { status },
    })
  })
})

describe('a request', () => {
  it('is sent as it is asked for', async () => {
    const asked: unknown[] = []
    const send = beginOperation(async (url, init) => {
      asked.push([url, init?.method, init?.body])
      return json({})
    }, PLENTY_SECONDS)
    await send(ADDRESS, { method: 'POST', body: 'a=b' })
    expect(asked).toEqual([[ADDRESS, 'POST', 'a=b']])
  })

  it('never follows a redirect, whatever the caller wishes (A67)', async () => {
    const modes: unknown[] = []
    const send = beginOperation(async (_, init) => {
      modes.push(init?.redirect)
      return new Response(null, { status: 302, headers: { location: 'https://evil.example/' } })
    }, PLENTY_SECONDS)
    expect((await send(ADDRESS, { redirect: 'follow' })).status).toBe(302)
    expect(modes).toEqual(['manual'])
  })
})

describe('a provider that cannot be reached', () => {
  it('is a refusal with its host and its cause', async () => {
    const cause = new TypeError('fetch failed')
    const send = beginOperation(() => Promise.reject(cause), PLENTY_SECONDS)
    expect(await refusalOf(send(ADDRESS))).toMatchObject({
      code: 'provider_unreachable',
      cause,
      detail: { host: 'idp.example:8443' },
    })
  })

  it('and one that breaks off in the middle of an answer are the same', async () => {
    const body = new ReadableStream({
      pull(controller) {
        controller.error(new TypeError('terminated'))
      },
    })
    const send = beginOperation(async () => new Response(body), PLENTY_SECONDS)
    expect((await refusalOf(send(ADDRESS))).code).toBe('provider_unreachable')
  })

  it('is never named with its path and query, which may hold a secret (A72)', async () => {
    const send = beginOperation(() => Promise.reject(new TypeError('x')), PLENTY_SECONDS)
    const refusal = await refusalOf(send('https://idp.example/MARKER?token=MARKER'))
    expect(JSON.stringify([refusal.message, refusal.detail])).not.toContain('MARKER')
  })
})

describe('the deadline', () => {
  it('ends waiting for an answer', async () => {
    const send = beginOperation(silent, 0.01)
    expect(await refusalOf(send(ADDRESS))).toMatchObject({
      code: 'provider_unreachable',
      message: 'the provider did not answer within 0.01 s',
    })
  })

  it('ends waiting for the rest of a body (A67)', async () => {
    const slow: Fetch = async (_, init) =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.enqueue(Uint8Array.of(123))
            init?.signal?.addEventListener('abort', () => controller.error(init.signal?.reason))
          },
        }),
      )
    expect((await refusalOf(beginOperation(slow, 0.01)(ADDRESS))).code).toBe('provider_unreachable')
  })

  it('is one for all calls of an operation: after it, the next call ends at once', async () => {
    const send = beginOperation(silent, 0.01)
    await refusalOf(send(ADDRESS))
    expect((await refusalOf(send(ADDRESS))).message).toBe('the provider did not answer within 0.01 s')
  })

  it('that is over before a call, when all before were answered, is not laid at the door of the provider', async () => {
    const send = beginOperation(async () => new Response('ok'), 0.01)
    await send(ADDRESS)
    await new Promise((resolve) => setTimeout(resolve, 30))
    const { code, message } = await refusalOf(send(ADDRESS))
    expect([code, message]).toEqual([
      'temporarily_unavailable',
      'the 0.01 s of OIDC_TIMEOUT were over before this call',
    ])
  })

  it('is the same signal in each call of an operation', async () => {
    const signals = new Set<unknown>()
    const send = beginOperation(async (_, init) => {
      signals.add(init?.signal)
      return json({})
    }, PLENTY_SECONDS)
    await send(ADDRESS)
    await send(ADDRESS)
    expect([...signals]).toEqual([expect.any(AbortSignal)])
  })

  it('of one operation does not end another', async () => {
    await refusalOf(beginOperation(silent, 0.01)(ADDRESS))
    expect((await beginOperation(async () => json({}), PLENTY_SECONDS)(ADDRESS)).status).toBe(200)
  })
})

describe('the size of an answer (A52)', () => {
  it.each([0, 1, MEBIBYTE - 1, MEBIBYTE])('may be %i bytes', async (bytes) => {
    const send = beginOperation(async () => new Response(pieces(bytes).body), PLENTY_SECONDS)
    expect((await (await send(ADDRESS)).arrayBuffer()).byteLength).toBe(bytes)
  })

  it('may not be a byte more than 1 MiB', async () => {
    const send = beginOperation(async () => new Response(pieces(MEBIBYTE + 1).body), PLENTY_SECONDS)
    expect(await refusalOf(send(ADDRESS))).toMatchObject({
      code: 'provider_error',
      message: 'the provider sent more than 1048576 bytes',
    })
  })

  it('is counted, not believed: a false content-length changes nothing', async () => {
    const headers = { 'content-length': '5' }
    const send = beginOperation(async () => new Response(pieces(MEBIBYTE + 1).body, { headers }), PLENTY_SECONDS)
    expect((await refusalOf(send(ADDRESS))).code).toBe('provider_error')
  })

  it('ends the reading at the limit: the rest of a huge body is not fetched', async () => {
    const { body, state } = pieces(64 * MEBIBYTE)
    await refusalOf(beginOperation(async () => new Response(body), PLENTY_SECONDS)(ADDRESS))
    expect(state.cancelled).toBe(true)
    expect(state.sent).toBeLessThan(2 * MEBIBYTE)
  })
})

describe('a connection that breaks', () => {
  /** Fails so many times, and then answers. */
  function breaking(times: number) {
    const seen: string[] = []
    const transport: Fetch = async (_, init) => {
      seen.push(init?.method ?? 'GET')
      if (seen.length <= times) throw new TypeError('network connection lost')
      return json({})
    }
    return { seen, send: beginOperation(transport, PLENTY_SECONDS) }
  }

  it('is made once more for what only reads', async () => {
    const { seen, send } = breaking(1)
    expect((await send(ADDRESS)).status).toBe(200)
    expect(seen).toEqual(['GET', 'GET'])
  })

  it('is not made a third time', async () => {
    const { seen, send } = breaking(2)
    expect((await refusalOf(send(ADDRESS))).code).toBe('provider_unreachable')
    expect(seen).toEqual(['GET', 'GET'])
  })

  it('is not made again for what is spent by being sent, such as a code', async () => {
    const { seen, send } = breaking(1)
    expect((await refusalOf(send(ADDRESS, { method: 'POST' }))).code).toBe('provider_unreachable')
    expect(seen).toEqual(['POST'])
  })
})

describe('the name that a provider sees', () => {
  const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'))
  const NAME = `Gatehouse/${version}`

  it.each([{}, { 'user-agent': 'oauth4webapi/v3' }, new Headers({ 'User-Agent': 'another' }), [['User-Agent', 'x']]])(
    'is ours and the version of the package, whatever a caller says: %j',
    async (headers) => {
      const seen: (string | null)[] = []
      const send = beginOperation(async (_, init) => {
        seen.push(new Headers(init?.headers).get('user-agent'))
        return json({})
      }, PLENTY_SECONDS)
      await send(ADDRESS, { headers: headers as HeadersInit }) // the last is a list of pairs, which the type of the table widens
      await send(ADDRESS)
      expect(seen).toEqual([NAME, NAME])
    },
  )

  it('leaves the other headers as they are', async () => {
    let seen = new Headers()
    const send = beginOperation(async (_, init) => {
      seen = new Headers(init?.headers)
      return json({})
    }, PLENTY_SECONDS)
    await send(ADDRESS, { headers: { accept: 'application/json', authorization: 'Bearer x' } })
    expect([seen.get('accept'), seen.get('authorization')]).toEqual(['application/json', 'Bearer x'])
  })

  it('is in every request of a sign-in, of questions about tokens, of sign-outs and of a diagnosis', async () => {
    const endpoints = ['introspection', 'revocation', 'pushed_authorization_request']
    const metadata = Object.fromEntries(endpoints.map((name) => [`${name}_endpoint`, `${ISSUER}/${name}`]))
    const far = await farProvider(
      {
        metadata,
        tokenAnswer: { refresh_token: 'r' },
        answer({ path }) {
          if (path === '/introspection') return json({ active: false })
          if (path === '/pushed_authorization_request') return json({ request_uri: 'urn:x', expires_in: 60 }, 201)
          return path === '/revocation' ? new Response(null) : undefined
        },
      },
      { OIDC_USE_PAR: 'true' },
    )
    await begin(far)
    const { tokens } = await far.finish()
    await far.gatehouse.refresh(tokens)
    await far.gatehouse.introspect('a-token-that-says-nothing-by-itself')
    await far.gatehouse.revokeTokens([tokens])
    expect(new Set(far.calls.map(({ path }) => path))).toEqual(
      new Set([
        '/.well-known/openid-configuration',
        '/jwks',
        '/pushed_authorization_request',
        '/token',
        '/userinfo',
        '/introspection',
        '/revocation',
      ]),
    )
    expect(new Set(far.calls.map(({ headers }) => headers.get('user-agent')))).toEqual(new Set([NAME]))
  })
})
