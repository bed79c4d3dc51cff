/**
 * Asking whether the provider is there: rarely, once for all who wait, and again as soon as it has failed.
 */
import { describe, expect, it } from 'vitest'
import { createReachability } from '../../src/oidc/transport/http.ts'

const KEYS = 'https://idp.example/jwks'
const UNREACHABLE = { code: 'provider_unreachable' }

function scene() {
  let now = 1_000_000
  let calls = 0
  let isDown = false
  const clock = {
    now: () => now,
    aheadSeconds: 0,
    // Others get their turn, and no time passes: a hundred who wait together wait once.
    sleep: () => Promise.resolve(),
  }
  const reachability = createReachability(clock, 5)
  const send = reachability.noting(async () => {
    calls += 1
    await Promise.resolve()
    if (isDown) throw new TypeError('connection refused')
    return new Response()
  })
  return {
    ask: () => reachability.require(() => send(KEYS)),
    send,
    calls: () => calls,
    pass: (milliseconds: number) => {
      now += milliseconds
    },
    fail: (down: boolean) => {
      isDown = down
    },
  }
}

describe('a provider', () => {
  it('that has answered anything within two seconds is not asked', async () => {
    const { ask, send, calls, pass } = scene()
    await send('https://idp.example/token')
    pass(1999)
    await ask()
    expect(calls()).toBe(1)
  })

  it('that was not heard of for two seconds is asked', async () => {
    const { ask, send, calls, pass } = scene()
    await send('https://idp.example/token')
    pass(2000)
    await ask()
    expect(calls()).toBe(2)
  })

  it('that has just failed is asked at once, and believed when it is back', async () => {
    const { ask, send, fail, calls } = scene()
    await ask()
    fail(true)
    await send('https://idp.example/token').catch(() => null)
    await expect(ask()).rejects.toThrow('connection refused')
    fail(false)
    await ask()
    expect(calls()).toBe(4)
  })

  it('is asked once for a hundred who come together', async () => {
    const { ask, calls } = scene()
    await Promise.all(Array.from({ length: 100 }, ask))
    expect(calls()).toBe(1)
  })

  it('that fails is asked once for a hundred who come together, and all are told', async () => {
    const { ask, fail, calls } = scene()
    fail(true)
    const answers = await Promise.allSettled(Array.from({ length: 100 }, ask))
    expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(100)
    expect(answers.slice(1)).toContainEqual({ status: 'rejected', reason: expect.objectContaining(UNREACHABLE) })
    expect(calls()).toBe(1)
  })
})
