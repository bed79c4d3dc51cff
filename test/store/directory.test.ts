/**
 * Looking for people in D1: by what they are found, how literally, and within which circle.
 */
import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import type { Circle } from '../../src/accounts/directory.ts'
import { createSessions } from '../../src/store/sessions.ts'
import { createUserDirectory } from '../../src/store/users.ts'
import { ISSUER, identity, noLog, signIn, stillClock } from './signing-in.ts'

const CIRCLE = { issuer: ISSUER, tenant: null, hasDisabled: false }

const sessions = createSessions(env.DB, stillClock(), noLog)
const directory = createUserDirectory(env.DB)

async function add(subject: string, known: Parameters<typeof identity>[0], issuer = ISSUER) {
  await sessions.begin(signIn({ subject, issuer, tokenHash: crypto.randomUUID(), identity: identity(known) }))
}

async function found(wanted: string, circle: Parameters<typeof directory.candidates>[1] = CIRCLE) {
  return (await directory.candidates(wanted, circle)).map(({ subject }) => subject)
}

/** Of those who have equal beginnings, any may come first. */
async function foundInAnyOrder(wanted: string) {
  return (await found(wanted)).sort()
}

beforeEach(async () => {
  await add('anais', { full_name: 'Anaïs Größe', email: 'a.grosse@corp.example', tenant_id: 't-1' })
  await add('bob', { full_name: 'Bob 100%', nickname: 'b_b', email: 'bob@corp.example', tenant_id: 't-2' })
  await add('other', { full_name: 'Anais Elsewhere' }, 'https://other.example')
})

describe('someone is found', () => {
  it('by any part of a name or an address, whatever its case and accents', async () => {
    expect(await found('anais')).toEqual(['anais'])
    expect(await found('große')).toEqual(['anais'])
    expect(await foundInAnyOrder('corp.example')).toEqual(['anais', 'bob'])
    expect(await found('b_b')).toEqual(['bob'])
    expect([await found('rösse'), await found('osse@'), await found('ob 1')]).toEqual([[], ['anais'], ['bob']])
  })

  it('by several words, and by more of them than the index keeps', async () => {
    const full_name = 'Marie-Christine Élisabeth von Hohenstein'
    await add('marie', { full_name })
    await add('other-marie', { full_name: `${full_name}-Berg` })
    expect(await foundInAnyOrder('marie-christine eli')).toEqual(['marie', 'other-marie'])
    expect(await foundInAnyOrder('christine elisabeth von hohenstein')).toEqual(['marie', 'other-marie'])
    expect((await found('elisabeth von hohenstein-berg'))[0]).toBe('other-marie')
  })

  it('by a word that begins alike, for it may be nearly the one that is meant', async () => {
    expect(await found('anayis')).toEqual(['anais'])
    expect([await found('grüse'), await found('grossa')]).toEqual([['anais'], ['anais']])
  })

  it('beside many who are found by name and address alike, who count once', async () => {
    await Promise.all(
      Array.from({ length: 12 }, (_, index) =>
        add(`t-${index}`, { full_name: 'Tom', email: `tom${index}@corp.example` }),
      ),
    )
    await add('custom', { full_name: 'Ann Custom' })
    expect(await found('tom')).toContain('custom')
  })

  it('by a word that begins alike, among many that do', async () => {
    await Promise.all(Array.from({ length: 60 }, (_, index) => add(`m-${index}`, { full_name: `Mabel N${index}` })))
    await add('maria', { full_name: 'Maria Ek' })
    await Promise.all(Array.from({ length: 60 }, (_, index) => add(`z-${index}`, { full_name: `Maxim N${index}` })))
    expect([await found('mariah'), await found('marai')].every((names) => names.includes('maria'))).toBe(true)
  })

  it('by any word, however many came later; by the middle of a word, if they are among the newest', async () => {
    await env.DB.prepare(
      `INSERT INTO users (id, issuer, subject, search_text, created_at, updated_at, last_login_at)
       WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 5000)
       SELECT 'later-' || n, '${ISSUER}', 'later-' || n, 'later ' || n, 0, 0, 0 FROM numbers`,
    ).run()
    expect([await found('grosse'), await found('rosse')]).toEqual([['anais'], []])
    expect(await found('ater 4321')).toEqual(['later-4321'])
  })

  it('and no longer after they were erased', async () => {
    await env.DB.prepare("DELETE FROM users WHERE subject = 'anais'").run()
    const { results } = await env.DB.prepare(
      'SELECT COUNT(*) AS count FROM search_beginnings WHERE user_id NOT IN (SELECT id FROM users)',
    ).all()
    expect([await found('anais'), results]).toEqual([[], [{ count: 0 }]])
  })

  it('after they were called otherwise, by the new name', async () => {
    await add('bob', { full_name: 'Robert' })
    expect([await found('robert'), await found('100%')]).toEqual([['bob'], []])
  })

  it('those who are closest first, for there may be too many', async () => {
    await add('bobby', { full_name: 'Bobby' })
    await add('jim', { full_name: 'Jim Bob' })
    await add('bob2', { full_name: 'Bob' })
    expect((await found('bob')).slice(0, 1)).toEqual(['bob2'])
    expect((await found('bob')).at(-1)).toBe('jim')
  })
})

describe('no one is found', () => {
  it('whose account is disabled; by the subject it is still known, as disabled', async () => {
    await env.DB.prepare("UPDATE users SET disabled_at = 1 WHERE subject = 'anais'").run()
    expect([await found('anais'), await found('rösse'), await found('osse@')]).toEqual([[], [], []])
    const known = await directory.withSubjects(['anais', 'bob'], CIRCLE)
    expect(known.map(({ user, isDisabled }) => [user.subject, isDisabled]).sort()).toEqual([
      ['anais', true],
      ['bob', false],
    ])
  })

  it('by what stands for anything in SQL', async () => {
    expect([await found('%%%'), await found('___'), await found("' OR 1")]).toEqual([[], [], []])
  })

  it('of another provider or another tenant', async () => {
    expect(await found('anais', { issuer: ISSUER, tenant: 't-2', hasDisabled: false })).toEqual([])
    expect(await found('anais', { issuer: ISSUER, tenant: 't-1', hasDisabled: false })).toEqual(['anais'])
    expect(await found('anais', { issuer: ISSUER, tenant: '', hasDisabled: false })).toEqual([])
  })
})

it('people are found by their subjects, within the circle', async () => {
  const subjects = async (circle: Circle) =>
    (await directory.withSubjects(['anais', 'bob', 'other', 'nobody'], circle)).map(({ user }) => user.subject).sort()
  expect(await subjects(CIRCLE)).toEqual(['anais', 'bob'])
  expect(await subjects({ issuer: ISSUER, tenant: 't-2', hasDisabled: false })).toEqual(['bob'])
})
