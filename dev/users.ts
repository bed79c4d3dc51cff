/**
 * `npm run users`: shows who has signed in, with every claim; changes nothing.
 */
import { howToMigrate } from './apps.ts'
import { Complaint, runCommand } from './complaint.ts'
import { type Database, DatabaseComplaint, queryD1, type Row } from './d1.ts'
import { readOptions } from './options.ts'
import { ROOT } from './settings.ts'
import { describeUsers, USER_COLUMNS, USERS_MAX } from './user-list.ts'

const USAGE = 'Usage: npm run users [-- [--remote] [--json]]'

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
  try {
    return (await queryD1(database, sql))[0] ?? []
  } catch (error) {
    if (!(error instanceof DatabaseComplaint) || !error.isMissingTable) throw error
    throw new Complaint(`The database has no table of users yet. ${howToMigrate(database)}`)
  }
}
