/**
 * Backup and restore as docs/operations.md describes them, with the local database: what was exported and imported goes on working.
 */
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { queryD1, WRANGLER, wranglerEnvironment } from '../../dev/d1.ts'
import { startNode, stop } from '../../dev/processes.ts'
import { DevVisitor, makeCheckout, type RunningDev, startDev } from '../support/dev-checkout.ts'
import { freePort } from '../support/gatehouse.ts'

const START_MS = 180_000

let root: string
let dev: RunningDev | undefined

beforeAll(async () => {
  root = await makeCheckout()
}, START_MS)

afterAll(async () => {
  if (dev) await stop(dev.started)
  await rm(root, { recursive: true, force: true })
})

async function d1(...args: string[]): Promise<void> {
  const { ended } = startNode([WRANGLER, 'd1', ...args, '--local'], {
    cwd: root,
    env: wranglerEnvironment(root),
    stdio: 'ignore',
  })
  expect((await ended).code).toBe(0)
}

/** What acts on rows by itself, and the index by which people are found. */
async function triggersAndIndex() {
  const sql = `SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name;
    SELECT * FROM search_beginnings ORDER BY beginning, user_id`
  return queryD1({ root, remote: false }, sql)
}

it('a new database that is filled from an export has every session and trigger, and knows people who sign in', {
  timeout: START_MS,
}, async () => {
  const ports = { port: await freePort(), idpPort: await freePort() }
  dev = await startDev(root, ports)
  const alice = new DevVisitor(dev.baseUrl)
  await alice.signIn('alice')
  const id = await alice.id()
  expect(id).not.toBeNull()
  await stop(dev.started)

  const before = await triggersAndIndex()
  expect(before.map((rows) => rows.length > 3)).toEqual([true, true])
  const backup = join(root, 'backup.sql')
  await d1('export', 'DB', '--output', backup)
  await rm(join(root, '.wrangler', 'state'), { recursive: true })
  await d1('execute', 'DB', '--yes', '--file', backup)
  expect(await triggersAndIndex()).toEqual(before)

  dev = await startDev(root, ports)
  expect(await alice.id()).toBe(id)
  const again = new DevVisitor(dev.baseUrl)
  await again.signIn('alice')
  expect(await again.id()).toBe(id)
  const [rows] = await queryD1({ root, remote: false }, 'SELECT COUNT(*) AS count FROM sessions')
  expect(rows).toEqual([{ count: 2 }])
})
