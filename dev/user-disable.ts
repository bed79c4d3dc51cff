/**
 * `npm run user:disable`: lets a person in no more, whatever the provider says; erases nothing.
 */
import { randomReference } from '../src/crypto.ts'
import { runCommand } from './complaint.ts'
import { disablePerson, PERSON_USAGE, readPerson } from './person.ts'
import { describeUser } from './user-list.ts'

const USAGE = `Usage: npm run user:disable -- (--id ID | --issuer URL --subject SUBJECT | --email ADDRESS) [--remote]

Lets a person in no more: a sign-in is refused with a page that says so, every session ends at once, and no access token of the person is
good any more; apps that ask about a token know it within REVOCATION_LAG_SECONDS. No search finds the person. All that is known stays here,
and npm run user:enable lets the person in again.

${PERSON_USAGE}
  --remote              in the deployed database; without it, in the local one`

await runCommand(async () => {
  const { database, person } = await readPerson(USAGE)
  const reference = randomReference()
  const sessions = await disablePerson(database, String(person.id), reference)
  console.log(`${describeUser(person)}\n
Disabled. Sessions that ended: ${sessions}.
The audit has this as user_disabled, reference ${reference}.`)
})
