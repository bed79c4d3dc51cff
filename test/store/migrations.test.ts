/**
 * What migrations do to rows that are there already.
 */
import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'

async function apply(name: string): Promise<void> {
  const migration = env.MIGRATIONS.find((one) => one.name === name)
  const updates = migration?.queries.filter((query) => /^\s*(?:--.*\n\s*)*UPDATE\b/.test(query)) ?? []
  if (updates.length === 0) throw new Error(`${name} updates nothing`)
  for (const query of updates) await env.DB.prepare(query).run()
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
