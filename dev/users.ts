/**
 * `npm run users`: shows who has signed in, with every claim; changes nothing.
 */
import { runCommand } from './complaint.ts'
import type { Database, Row } from './d1.ts'
import { readOptions } from './options.ts'
import { queryPeople } from './person.ts'
import { ROOT } from './settings.ts'
import { describeUsers, USER_COLUMNS, USERS_MAX } from './user-list.ts'

const USAGE = `Usage: npm run users -- [--remote] [--json]

Shows everybody who has signed in, the last first, ${USERS_MAX} at most.

  --remote  of the deployed database; without it, of the local one
  --json    for programs`

await runCommand(async () => {
  const { remote, json } = readOptions(
    { remote: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
    USAGE,
  )
  const rows = await readUsers({ root: ROOT, remote })
  console.log(json ? JSON.stringify(rows.slice(0, USERS_MAX), null, 2) : describeUsers(rows))
})

/** One more than are shown, to know whether there are more. */
async function readUsers(database: Database): Promise<readonly Row[]> {
  const sql = `SELECT ${USER_COLUMNS.join(', ')} FROM users ORDER BY last_login_at DESC, id LIMIT ${USERS_MAX + 1}`
  const [rows = []] = await queryPeople(database, sql)
  return rows
}
