/**
 * Sign-in attempts in D1: each answer of the provider is taken once.
 */
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { createSpentLogins } from '../../src/store/logins.ts'
import { refusalOf } from '../support/refusal.ts'
import { NOW, stillClock } from './signing-in.ts'

const EXPIRES_AT = 2_000_000_000

it('one of 50 parallel answers is let through, whichever isolate takes it (A59)', async () => {
  const isolates = [createSpentLogins(env.DB, stillClock()), createSpentLogins(env.DB, stillClock())]
  const answers = Array.from({ length: 25 }).flatMap(() =>
    isolates.map((isolate) => isolate.spend('state', EXPIRES_AT)),
  )
  expect((await Promise.all(answers)).filter(Boolean)).toEqual([true])
})

it('attempts of different states do not disturb each other', async () => {
  const spent = createSpentLogins(env.DB, stillClock())
  const states = ['a', 'A', 'a ', '']
  expect(await Promise.all(states.map((state) => spent.spend(state, EXPIRES_AT)))).toEqual([true, true, true, true])
})

it('an attempt stays spent, whatever end it is given later', async () => {
  const spent = createSpentLogins(env.DB, stillClock())
  await spent.spend('state', EXPIRES_AT)
  expect(await spent.spend('state', 1)).toBe(false)
  expect(await spent.spend('state', EXPIRES_AT + 1)).toBe(false)
})

it('a database that does not answer lets no one through', async () => {
  await env.DB.exec('DROP TABLE spent_logins')
  expect((await refusalOf(createSpentLogins(env.DB, stillClock()).spend('state', EXPIRES_AT))).code).toBe(
    'store_unavailable',
  )
})

it('the table has no more rows than were spent within the life of an attempt, however many come and although nothing is purged', async () => {
  const clock = stillClock()
  const spent = createSpentLogins(env.DB, clock)
  const count = () => env.DB.prepare('SELECT COUNT(*) AS count FROM spent_logins').first<number>('count')
  const most: (number | null)[] = []
  // 10 attempts a second, each of which lives 10 seconds.
  for (let second = 0; second < 40; second += 1) {
    const states = Array.from({ length: 10 }, (_, index) => `${second} ${index}`)
    await Promise.all(states.map((state) => spent.spend(state, NOW + second + 10)))
    most.push(await count())
    clock.advance(1)
  }
  expect(Math.max(...most.map(Number))).toBe(100)
})

it('what has piled up is gone after half as many more', async () => {
  await env.DB.exec(
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60) INSERT INTO spent_logins SELECT i, i FROM n',
  )
  const spent = createSpentLogins(env.DB, stillClock())
  for (let index = 0; index < 30; index += 1) await spent.spend(`new ${index}`, EXPIRES_AT)
  const { results } = await env.DB.prepare('SELECT state_hash FROM spent_logins').all()
  expect(results).toHaveLength(30)
})
