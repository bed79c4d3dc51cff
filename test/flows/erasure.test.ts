/**
 * A person who is erased while they are signed in: what `npm run user:delete` writes, and what the Worker makes of it.
 */

import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { erasureOf } from '../../dev/person.ts'
import { PEOPLE } from '../../dev/provider/people.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'
import { Visitor } from '../support/visitor.ts'

let installation: Installation

beforeAll(async () => {
  installation = await startInstallation({ script: inject('workerScript') })
})
afterAll(() => installation?.stop())

/** Every value of every table, as text. */
async function everythingStored(): Promise<string> {
  const { gatehouse } = installation
  const tables = await gatehouse.query(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '_cf_%'",
  )
  expect(tables.length).toBeGreaterThan(5)
  const rows = await Promise.all(tables.map(({ name }) => gatehouse.query(`SELECT * FROM ${name}`)))
  return JSON.stringify(rows)
}

it('a person who is erased is signed out everywhere within seconds and leaves no trace, and others stay', async () => {
  const { gatehouse, appAuthorization } = installation
  const [alice, elsewhere, bob] = [new Visitor(installation), new Visitor(installation), new Visitor(installation)]
  await alice.signIn('alice')
  await elsewhere.signIn('alice')
  await bob.signIn('bob')
  const isActive = async () => {
    const body = new URLSearchParams({ token: elsewhere.sessionToken })
    const headers = { authorization: appAuthorization }
    const answer = await fetch(`${gatehouse.baseUrl}${PATHS.introspect}`, { method: 'POST', headers, body })
    return ((await answer.json()) as { active: boolean }).active // the answer is the test's subject
  }
  const id = String((await alice.whoAmI())?.id)
  const claims = Object.values(PEOPLE.find(({ username }) => username === 'alice')?.claims ?? {})
  const traces = [id, ...claims.filter((claim) => typeof claim === 'string' && /alice|archer/i.test(claim))].map(String)
  expect(await isActive()).toBe(true)
  await gatehouse.query("UPDATE users SET zoneinfo = 'Europe/Paris'")
  expect(await everythingStored()).toContain(id)

  const { database } = gatehouse
  await database.batch(erasureOf(id, 'reference', 1_700_000_000).map((sql) => database.prepare(sql)))

  expect(await alice.whoAmI()).toBeNull()
  expect(await elsewhere.whoAmI('second')).toBeNull()
  await expect.poll(isActive, { timeout: 7000, interval: 500 }).toBe(false)
  const stored = await everythingStored()
  expect(traces.filter((trace) => stored.includes(trace))).toEqual([])
  expect(stored).toContain('user_deleted')
  expect(await bob.whoAmI()).toMatchObject({ email: 'bob@example.org' })
  await alice.signIn('alice')
  expect((await alice.whoAmI())?.id).not.toBe(id)
})
