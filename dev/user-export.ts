/**
 * `npm run user:export`: prints all that the database has about a person, as JSON; changes nothing.
 */
import { runCommand } from './complaint.ts'
import { exportPerson, PERSON_USAGE, readPerson } from './person.ts'

const USAGE = `Usage: npm run -s user:export -- (--id ID | --issuer URL --subject SUBJECT | --email ADDRESS) [--remote]

Prints all that the database has about a person, as JSON. Keys are left out: the provider's tokens, which are sealed, and the hash of
the session's own.

${PERSON_USAGE}
  --remote              of the deployed database; without it, of the local one`

await runCommand(async () => {
  const { database, person } = await readPerson(USAGE)
  console.log(JSON.stringify(await exportPerson(database, person), null, 2))
})
