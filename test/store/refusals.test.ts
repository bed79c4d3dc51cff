/**
 * The last refused sign-ins in D1: the newest come first, the oldest go, and the time of the last sign-in is beside them.
 */
import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import type { Refusal } from '../../src/diagnosis/refusals.ts'
import { createRefusalLog } from '../../src/store/refusals.ts'
import { createSessions } from '../../src/store/sessions.ts'
import { NOW, noLog, signIn, stillClock } from './signing-in.ts'

const refusal = (at: number): Refusal => ({
  at,
  providerId: 'default',
  reference: 'abc',
  code: 'provider_error',
  reason: 'refused_by_provider',
  message: 'no',
  missing: ['email'],
  unreadable: ['email is a list and must be a text'],
  place: 'token',
  status: 401,
  error: 'invalid_client',
  description: null,
})

describe('refusals', () => {
  it('come back as they were, the newest first', async () => {
    const log = createRefusalLog(env.DB, noLog)
    await log.add(refusal(1), null)
    await log.add(refusal(2), null)
    expect(await log.last(5)).toEqual([refusal(2), refusal(1)])
    expect(await log.last(1)).toEqual([refusal(2)])
  })

  it('of an earlier version come back without a reason and without claims', async () => {
    await env.DB.prepare(
      "INSERT INTO refusals (at, provider, reference, code, reason, place, status, error, description) VALUES (3, 'default', 'abc', 'provider_error', 'no', 'token', 401, 'invalid_client', NULL)",
    ).run()
    expect(await createRefusalLog(env.DB, noLog).last(1)).toEqual([
      { ...refusal(3), reason: null, missing: [], unreadable: [] },
    ])
  })

  it('of a later version, with a reason that is not known here, come back without one', async () => {
    await createRefusalLog(env.DB, noLog).add(refusal(4), null)
    await env.DB.prepare("UPDATE refusals SET reason_code = 'of_tomorrow'").run()
    expect(await createRefusalLog(env.DB, noLog).last(1)).toEqual([{ ...refusal(4), reason: null }])
  })

  it('are a hundred at most', async () => {
    const log = createRefusalLog(env.DB, noLog)
    for (let at = 1; at <= 103; at += 1) await log.add(refusal(at), null)
    const kept = await log.last(1000)
    expect(kept).toHaveLength(100)
    expect([kept[0]?.at, kept.at(-1)?.at]).toEqual([103, 4])
  })
})

describe('the last sign-in', () => {
  it('is that of the same provider', async () => {
    const log = createRefusalLog(env.DB, noLog)
    expect(await log.lastSignIn('default')).toBeNull()
    const clock = stillClock()
    const sessions = createSessions(env.DB, clock, noLog)
    await sessions.begin(signIn({ tokenHash: 'first', providerId: 'default', expiresAt: NOW + 600 }))
    clock.advance(30)
    await sessions.begin(signIn({ tokenHash: 'second', providerId: 'other', expiresAt: NOW + 630 }))
    expect(await log.lastSignIn('default')).toBe(NOW)
    expect(await log.lastSignIn('other')).toBe(NOW + 30)
  })
})
