/**
 * An upgrade from the very first migration to the last, with people, sessions and apps in the database: today's Worker goes on with them.
 */

import { createHash, randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { PEOPLE } from '../../dev/provider/people.ts'
import { dropStatements } from '../support/drops.ts'
import { readMigrations } from '../support/gatehouse.ts'
import { type Installation, startInstallation } from '../support/installation.ts'
import { PATHS } from '../support/paths.ts'
import { Visitor } from '../support/visitor.ts'

const SESSION = '__Host-gatehouse-session'
const token = `gths_${randomBytes(32).toString('base64url')}`
const app = { clientId: 'app_first', secret: 'a-secret-of-the-first-version' }
const hashOf = (text: string) => createHash('sha256').update(text).digest('base64url')

let installation: Installation

beforeAll(async () => {
  installation = await startInstallation({ script: inject('workerScript') })
  const { gatehouse, provider } = installation
  const drops = await dropStatements(gatehouse.database)
  const [first, ...later] = await readMigrations()
  const data = dataOfTheFirstVersion(provider.issuer)
  const statements = [...(first?.statements ?? []), ...data, ...later.flatMap((migration) => migration.statements)]
  await gatehouse.database.batch([...drops, ...statements].map((sql) => gatehouse.database.prepare(sql)))
})
afterAll(() => installation?.stop())

/** What it wrote when alice signed in and an app was made, with the columns that it had. */
function dataOfTheFirstVersion(issuer: string): string[] {
  const subject = PEOPLE.find(({ username }) => username === 'alice')?.subject
  const now = Math.floor(Date.now() / 1000)
  return [
    `INSERT INTO users (id, issuer, subject, email, given_name, family_name, x_grp, created_at, updated_at, last_login_at)
     VALUES ('kept', '${issuer}', '${subject}', 'alice@example.org', 'Alice', 'Archer', '["staff"]', ${now}, ${now}, ${now})`,
    `INSERT INTO sessions (token_hash, user_id, created_at, expires_at, last_seen_at, id_token_iat, sealed_tokens)
     VALUES ('${hashOf(token)}', 'kept', ${now}, ${now + 43_200}, ${now}, ${now}, 'sealed by the first version')`,
    `INSERT INTO apps (client_id, name, secret_hash, created_at) VALUES ('${app.clientId}', 'Old app', '${hashOf(app.secret)}', ${now})`,
    `INSERT INTO audit (at, event, user_id, reference) VALUES (${now}, 'sign_in', 'kept', 'ref')`,
  ]
}

it('a session of the first version goes on, and its person is named', async () => {
  const alice = new Visitor(installation)
  alice.cookies.set(SESSION, token)
  expect(await alice.whoAmI()).toMatchObject({ id: 'kept', email: 'alice@example.org', full_name: 'Alice Archer' })
})

it('an app of the first version is answered', async () => {
  const answer = await fetch(`${installation.gatehouse.baseUrl}${PATHS.introspect}`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${app.clientId}:${app.secret}`)}` },
    body: new URLSearchParams({ token }),
  })
  expect(await answer.json()).toMatchObject({ active: true, principal: 'user' })
})

it('a person of the first version signs in again and keeps the account, and signs out', async () => {
  const alice = new Visitor(installation)
  await alice.signIn('alice')
  expect(await alice.whoAmI()).toMatchObject({ id: 'kept', full_name: 'Alice Archer' })
  expect((await alice.signOut()).status).toBeLessThan(400)
  expect(await alice.whoAmI()).toBeNull()
  expect(await installation.gatehouse.query("SELECT COUNT(*) AS count FROM audit WHERE user_id = 'kept'")).toEqual([
    { count: 3 },
  ])
})
