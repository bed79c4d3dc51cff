/**
 * `npm run app:rotate-secret`: gives an app a new secret, shown once, while the one that it had is still good.
 */
import { endFormerSecret, rotateSecret } from './apps.ts'
import { Complaint, runCommand } from './complaint.ts'
import { readOptions } from './options.ts'
import { ROOT } from './settings.ts'

const USAGE = `Usage: npm run app:rotate-secret -- --name NAME [--end-former] [--remote]

Gives an app a new secret and shows it once. The secret that the app had stays good, so that the app can change over; one that is even
older ends.

  --name NAME           how the app is called
  --end-former          makes no new secret, and ends the one before the newest, within REVOCATION_LAG_SECONDS
  --remote              in the deployed database; without it, in the local one`

await runCommand(async () => {
  const options = readOptions(
    {
      name: { type: 'string' },
      'end-former': { type: 'boolean', default: false },
      remote: { type: 'boolean', default: false },
    },
    USAGE,
  )
  const { name, remote } = options
  if (name === undefined) throw new Complaint(USAGE)
  const database = { root: ROOT, remote }
  const place = remote ? '' : ' (in the local database; --remote for the deployed one)'
  if (options['end-former']) {
    await endFormerSecret(database, name)
    return console.log(`The former secret of "${name}" is over${place}. Only the newest is good.`)
  }
  const { clientId, secret } = await rotateSecret(database, name)
  console.log(`App "${name}" has a new secret${place}.

  client id  ${clientId}
  secret     ${secret}

The secret is stored as a hash only and cannot be shown again. The former one is still good. When the app uses the new one:
npm run app:rotate-secret -- --name '${name}' --end-former${remote ? ' --remote' : ''}`)
})
