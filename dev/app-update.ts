/**
 * `npm run app:update`: changes what an app may ask about, and what it is told of a person.
 */
import { claimSetsIn, updateApp } from './apps.ts'
import { Complaint, runCommand } from './complaint.ts'
import { readOptions } from './options.ts'
import { ROOT } from './settings.ts'

const USAGE = `Usage: npm run app:update -- --name NAME [--sessions | --no-sessions] [--claims LIST] [--remote]

Changes what an app may ask about and what it is told. What is not named stays as it is. It counts within REVOCATION_LAG_SECONDS.

  --name NAME           how the app is called
  --sessions            the app may ask about session tokens of Gatehouse; --no-sessions: it may not
  --claims LIST         what the app is told of a person: email, profile, groups, tenant, or several with commas; none: only whose token it is
  --remote              in the deployed database; without it, in the local one`

await runCommand(async () => {
  const options = readOptions(
    {
      name: { type: 'string' },
      sessions: { type: 'boolean' },
      'no-sessions': { type: 'boolean' },
      claims: { type: 'string' },
      remote: { type: 'boolean', default: false },
    },
    USAGE,
  )
  const { name, claims, remote } = options
  const isBoth = options.sessions === true && options['no-sessions'] === true
  const hasSessions = options['no-sessions'] === true ? false : options.sessions
  if (name === undefined || isBoth || (hasSessions === undefined && claims === undefined)) throw new Complaint(USAGE)
  const change = { hasSessions, claims: claims === undefined ? undefined : claimSetsIn(claims) }
  await updateApp({ root: ROOT, remote }, name, change)
  console.log(`App "${name}" is changed${remote ? '' : ' (in the local database; --remote for the deployed one)'}.`)
})
