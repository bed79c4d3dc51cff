/**
 * `npm run user:enable`: lets a person in again who was disabled; signs no one in.
 */
import { randomReference } from '../src/crypto.ts'
import { runCommand } from './complaint.ts'
import { enablePerson, PERSON_USAGE, readPerson } from './person.ts'
import { describeUser } from './user-list.ts'

const USAGE = `Usage: npm run user:enable -- (--id ID | --issuer URL --subject SUBJECT | --email ADDRESS) [--remote]

Lets a person in again who was disabled. Sessions that ended then stay ended; access tokens of the provider that have not expired are good again.

${PERSON_USAGE}
  --remote              in the deployed database; without it, in the local one`

await runCommand(async () => {
  const { database, person } = await readPerson(USAGE)
  const reference = randomReference()
  await enablePerson(database, String(person.id), reference)
  console.log(`${describeUser(person)}\n
Enabled. The audit has this as user_enabled, reference ${reference}.`)
})
