/**
 * Sign-in attempts in D1: each answer of the provider is taken once.
 */
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { createSpentLogins } from '../../src/store/logins.ts'
import { refusalOf } from '../support/refusal.ts'

const EXPIRES_AT = 2_000_000_000

it('one of 50 parallel answers is let through, whichever isolate takes it (A59)', async () => {
  const isolates = [createSpentLogins(env.DB), createSpentLogins(env.DB)]
  const answers = Array.from({ length: 25 }).flatMap(() =>
    isolates.map((isolate) => isolate.spend('state', EXPIRES_AT)),
  )
  expect((await Promise.all(answers)).filter(Boolean)).toEqual([true])
})

it('attempts of different states do not disturb each other', async () => {
  const spent = createSpentLogins(env.DB)
  const states = ['a', 'A', 'a ', '']
  expect(await Promise.all(states.map((state) => spent.spend(state, EXPIRES_AT)))).toEqual([true, true, true, true])
})

it('an attempt stays spent, whatever end it is given later', async () => {
  const spent = createSpentLogins(env.DB)
  await spent.spend('state', EXPIRES_AT)
  expect(await spent.spend('state', 1)).toBe(false)
  expect(await spent.spend('state', EXPIRES_AT + 1)).toBe(false)
})

it('a database that does not answer lets nobody through', async () => {
  await env.DB.exec('DROP TABLE spent_logins')
  expect((await refusalOf(createSpentLogins(env.DB).spend('state', EXPIRES_AT))).code).toBe('store_unavailable')
})
