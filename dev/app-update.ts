/**
 * `npm run app:update`: changes what an app may ask about, and what it is told of a person.
 */
import { claimSetsIn, signingAlgorithmIn, updateApp } from './apps.ts'
import { Complaint, runCommand } from './complaint.ts'
import { readOptions } from './options.ts'
import { ROOT } from './settings.ts'

const USAGE = `Usage: npm run app:update -- --name NAME [--sessions | --no-sessions] [--claims LIST]
       [--signed-response-alg ALG] [--remote]

Changes what an app may ask about and what it is told. What is not named stays as it is. It counts within REVOCATION_LAG_SECONDS.

  --name NAME           how the app is called
  --sessions            the app may ask about session tokens of Gatehouse; --no-sessions: it may not
  --claims LIST         what the app is told of a person: email, profile, groups, tenant, or several with commas; none: only whose token it is
  --signed-response-alg ALG
                        how answers are signed when the app asks for signed ones (RFC 9701): RS256 or ES256
  --remote              in the deployed database; without it, in the local one`

await runCommand(async () => {
  const options = readOptions(
    {
      name: { type: 'string' },
      sessions: { type: 'boolean' },
      'no-sessions': { type: 'boolean' },
      claims: { type: 'string' },
      'signed-response-alg': { type: 'string' },
      remote: { type: 'boolean', default: false },
    },
    USAGE,
  )
  const { name, claims, remote } = options
  const isBoth = options.sessions === true && options['no-sessions'] === true
  const hasSessions = options['no-sessions'] === true ? false : options.sessions
  const alg = options['signed-response-alg']
  const isNothing = hasSessions === undefined && claims === undefined && alg === undefined
  if (name === undefined || isBoth || isNothing) throw new Complaint(USAGE)
  const change = {
    hasSessions,
    claims: claims === undefined ? undefined : claimSetsIn(claims),
    signedResponseAlg: alg === undefined ? undefined : signingAlgorithmIn(alg),
  }
  await updateApp({ root: ROOT, remote }, name, change)
  console.log(`App "${name}" is changed${remote ? '' : ' (in the local database; --remote for the deployed one)'}.`)
})
