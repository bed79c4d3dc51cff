/**
 * Which sessions a logout token ends: those of the provider's own name for the person, whatever the person is known by here.
 */
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { createEndings } from '../../src/store/endings.ts'
import { createSessions } from '../../src/store/sessions.ts'
import { ISSUER, NOW, noLog, signIn, stillClock } from './signing-in.ts'

const clock = stillClock()
const sessions = () => createSessions(env.DB, clock, noLog)

const end = (subject: string, subHash: string, sidHash: string | null = null) =>
  createEndings(env.DB, clock, noLog).endByLogoutToken({
    issuer: ISSUER,
    subject,
    subHash,
    sidHashes: sidHash === null ? [] : [sidHash],
    issuedAt: NOW,
    jtiHash: crypto.randomUUID(),
    usableUntil: NOW + 600,
    rememberedUntil: NOW + 600,
    reference: 'reference',
  })

const alive = async () =>
  (await env.DB.prepare('SELECT token_hash FROM sessions ORDER BY token_hash').all()).results.map(
    ({ token_hash }) => token_hash,
  )

it('the sessions of the sub end, although the account is known by another claim', async () => {
  await sessions().begin(signIn({ tokenHash: 'a', subject: 'oid-of-alice', subHash: 'sub of alice' }))
  await sessions().begin(signIn({ tokenHash: 'b', subject: 'oid-of-bob', subHash: 'sub of bob' }))
  expect(await end('alice', 'sub of alice')).toBe(1)
  expect(await alive()).toEqual(['b'])
})

it('someone whose account is called like the sub of someone else stays', async () => {
  await sessions().begin(signIn({ tokenHash: 'a', subject: 'alice', subHash: 'another sub' }))
  expect(await end('alice', 'sub of alice')).toBe(0)
})

it('of an account with two subs, the sessions of the one that is meant end', async () => {
  await sessions().begin(signIn({ tokenHash: 'old', subHash: 'old sub' }))
  await sessions().begin(signIn({ tokenHash: 'new', subHash: 'new sub' }))
  expect(await end('whoever', 'new sub')).toBe(1)
  expect(await alive()).toEqual(['old'])
})

it('with a sid, the session of that sid ends, and those without one', async () => {
  await sessions().begin(signIn({ tokenHash: 'meant', sidHash: 'sid' }))
  await sessions().begin(signIn({ tokenHash: 'without' }))
  await sessions().begin(signIn({ tokenHash: 'other', sidHash: 'other sid' }))
  expect(await end('alice', 'sub hash', 'sid')).toBe(2)
  expect(await alive()).toEqual(['other'])
})

it('a session from before there was a hash of the sub is found by its account', async () => {
  await sessions().begin(signIn({ tokenHash: 'alice', subject: 'alice' }))
  await sessions().begin(signIn({ tokenHash: 'bob', subject: 'bob' }))
  await env.DB.exec('UPDATE sessions SET sub_hash = NULL')
  expect(await end('alice', 'sub of alice')).toBe(1)
  expect(await alive()).toEqual(['bob'])
})

it.each<[string, string | null]>([
  ['a person', null],
  ['a session', 'sid'],
])('of a logout token that names %s and a sign-in at the same time, none outlives the other', async (_, sidHash) => {
  const pairs = Array.from({ length: 20 }, (_, index) => index)
  await Promise.all(
    pairs.flatMap((index) => {
      const begin = () => sessions().begin(signIn({ tokenHash: `${index}`, subHash: `sub ${index}`, sidHash }))
      const finish = () => end('alice', `sub ${index}`, sidHash)
      return index % 2 === 0 ? [begin(), finish()] : [finish(), begin()]
    }),
  )
  expect(await alive()).toEqual([])
})
