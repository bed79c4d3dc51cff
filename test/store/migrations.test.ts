/**
 * What migrations do to rows that are there already.
 */
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'

/** Executes again what a migration does to rows. */
async function apply(name: string): Promise<void> {
  const migration = env.MIGRATIONS.find((one) => one.name === name)
  const changes = migration?.queries.filter((query) => /^\s*(?:--.*\n\s*)*(?:UPDATE|INSERT)\b/.test(query)) ?? []
  if (changes.length === 0) throw new Error(`${name} changes no row`)
  for (const query of changes) await env.DB.prepare(query).run()
}

it('0003_names calls people what they were called before', async () => {
  const people = [
    ['both', 'Alice', 'Archer', 'Dr A.', 'Al', 'aa'],
    ['given', 'Alice', null, 'Dr A.', 'Al', 'aa'],
    ['family', null, 'Archer', 'Dr A.', 'Al', 'aa'],
    ['family-only', null, 'Archer', null, null, 'aa'],
    ['name', null, null, 'Dr A.', null, 'aa'],
    ['username', null, null, null, null, 'aa'],
    ['nobody', null, null, null, null, null],
  ]
  const insert = env.DB.prepare(
    `INSERT INTO users (id, issuer, subject, given_name, family_name, name, nickname, preferred_username, created_at, updated_at, last_login_at)
     VALUES (?1, 'i', ?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0)`,
  )
  for (const person of people) await insert.bind(...person).run()
  await apply('0003_names.sql')
  const { results } = await env.DB.prepare('SELECT id, full_name, short_name FROM users').all()
  expect(results).toEqual([
    { id: 'both', full_name: 'Alice Archer', short_name: 'Alice' },
    { id: 'given', full_name: 'Alice', short_name: 'Alice' },
    { id: 'family', full_name: 'Archer', short_name: 'Al' },
    { id: 'family-only', full_name: 'Archer', short_name: 'Archer' },
    { id: 'name', full_name: 'Dr A.', short_name: 'Dr A.' },
    { id: 'username', full_name: 'aa', short_name: 'aa' },
    { id: 'nobody', full_name: null, short_name: null },
  ])
})

it('0009_brought calls no one by an e-mail address any more', async () => {
  const people = [
    ['address', 'a@localhost', 'A@localhost', 'a@localhost'],
    ['other', null, 'b@corp.example', 'b@corp.example'],
    ['named', 'c@corp.example', 'Carol C.', 'c@corp.example'],
    ['at', 'd@corp.example', 'Dora @ corp.example', 'Dora'],
    ['nobody', null, null, null],
  ]
  const insert = env.DB.prepare(
    `INSERT INTO users (id, issuer, subject, email, full_name, short_name, created_at, updated_at, last_login_at)
     VALUES (?1, 'i', ?1, ?2, ?3, ?4, 0, 0, 0)`,
  )
  for (const person of people) await insert.bind(...person).run()
  await apply('0009_brought.sql')
  const { results } = await env.DB.prepare('SELECT id, full_name, short_name FROM users').all()
  expect(results).toEqual([
    { id: 'address', full_name: null, short_name: null },
    { id: 'other', full_name: null, short_name: null },
    { id: 'named', full_name: 'Carol C.', short_name: null },
    { id: 'at', full_name: 'Dora @ corp.example', short_name: 'Dora' },
    { id: 'nobody', full_name: null, short_name: null },
  ])
})

it('0016_search_beginnings finds people by what they are found by when they come later', async () => {
  const people = [
    ['a', 'anna meyer-landrut\nanna.meyer@corp.example'],
    ['b', "seán o'brien (guest)\n\n"],
    ['c', 'ann ann ann'],
    ['d', null],
    ['e', 'x'],
  ]
  const insert = env.DB.prepare(
    `INSERT INTO users (id, issuer, subject, search_text, created_at, updated_at, last_login_at) VALUES (?1, 'i', ?1, ?2, 0, 0, 0)`,
  )
  for (const person of people) await insert.bind(...person).run()
  const beginnings = async () =>
    (await env.DB.prepare('SELECT user_id, beginning FROM search_beginnings').all()).results
  const byTrigger = await beginnings()
  await env.DB.prepare('DELETE FROM search_beginnings').run()
  await apply('0016_search_beginnings.sql')
  expect(await beginnings()).toEqual(byTrigger)
  const ofOne = (id: string) => byTrigger.filter((row) => row.user_id === id).map(({ beginning }) => beginning)
  expect(ofOne('a')).toEqual([
    '\nanna meyer-landrut\nanna',
    '\nanna.meyer@corp.example',
    'corp.example',
    'example',
    'landrut\nanna.meyer@corp.',
    'meyer-landrut\nanna.meyer',
    'meyer@corp.example',
  ])
  expect(ofOne('c')).toEqual(['\nann ann ann', 'ann', 'ann ann'])
  expect([ofOne('d'), ofOne('e')]).toEqual([[], ['\nx']])
})
