/**
 * `npm run user:delete`: erases a person from the database, after asking.
 */
import { createInterface } from 'node:readline/promises'
import { randomReference } from '../src/crypto.ts'
import { Complaint, runCommand } from './complaint.ts'
import type { Row } from './d1.ts'
import { readOptions } from './options.ts'
import { erasePerson, findPerson, PERSON_OPTIONS, PERSON_USAGE } from './person.ts'
import { ROOT } from './settings.ts'
import { describeUser } from './user-list.ts'

const USAGE = `Usage: npm run user:delete -- (--id ID | --issuer URL --subject SUBJECT | --email ADDRESS) [--yes] [--remote]

Erases a person: the row with all claims, and every session: pages know it at once, apps that ask about a token within
REVOCATION_LAG_SECONDS. What happened stays in the audit without a name. It shows who it is, and asks first.

A person who still has an account at the provider can sign in again and gets a new account here, unless OIDC_CREATE_USER is false.

${PERSON_USAGE}
  --yes                 does not ask
  --remote              in the deployed database; without it, in the local one`

await runCommand(async () => {
  const { remote, yes, ...named } = readOptions(
    {
      ...PERSON_OPTIONS,
      yes: { type: 'boolean', default: false },
      remote: { type: 'boolean', default: false },
    },
    USAGE,
  )
  const database = { root: ROOT, remote }
  const person = await findPerson(database, named, USAGE)
  if (!yes) await requireConsent(person, remote)
  const reference = randomReference()
  const { sessions, auditRows } = await erasePerson(database, String(person.id), reference)
  console.log(`Deleted. Sessions that ended: ${sessions}. Audit rows that stay, without a name: ${auditRows}.
The audit has this as user_deleted, reference ${reference}.`)
})

/** @throws Complaint unless someone at a terminal types yes */
async function requireConsent(person: Row, remote: boolean): Promise<void> {
  console.log(`${describeUser(person)}\n`)
  if (!process.stdin.isTTY) throw new Complaint('Nothing was deleted. To delete without being asked, add --yes.')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  const answer = await terminal.question(
    `Delete this person from the ${remote ? 'deployed' : 'local'} database, for good? Type yes: `,
  )
  terminal.close()
  if (answer.trim().toLowerCase() !== 'yes') throw new Complaint('Nothing was deleted.')
}
