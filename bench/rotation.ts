/**
 * `npm run bench:rotation`: people sign in and apps check tokens while the provider replaces its keys every few seconds; prints the outcome.
 *
 * Bounded in count and time. Exit status 0: every sign-in was good except those that the provider refused, no verdict was wrong, and no
 * live token was answered with 503.
 */
import { runCommand } from '../dev/complaint.ts'
import { readOptions, wholeNumber } from '../dev/options.ts'
import { withInstallation } from './installed.ts'
import { DEFAULTS, type Figures, runRotation } from './rotation-run.ts'

const USAGE = `Usage: npm run bench:rotation -- [--sign-ins ${DEFAULTS.signIns}] [--browsers ${DEFAULTS.browsers}] [--checks ${DEFAULTS.checks}] [--every ${DEFAULTS.everySeconds}] [--flood]

Signs people in and checks tokens with the built Worker and the embedded provider, whose keys are replaced every few seconds, and prints
what came of it. It takes some minutes.

  --every   seconds between two changes of the keys
  --flood   also checks tokens under made-up key ids; live tokens may be answered with 503 then, and do not count as failed`

await runCommand(async () => {
  const values = readOptions(
    {
      'sign-ins': { type: 'string' },
      browsers: { type: 'string' },
      checks: { type: 'string' },
      every: { type: 'string' },
      flood: { type: 'boolean' },
    },
    USAGE,
  )
  const options = {
    signIns: wholeNumber('--sign-ins', values['sign-ins'], DEFAULTS.signIns),
    browsers: wholeNumber('--browsers', values.browsers, DEFAULTS.browsers),
    checks: wholeNumber('--checks', values.checks, DEFAULTS.checks),
    everySeconds: wholeNumber('--every', values.every, DEFAULTS.everySeconds),
    withFlood: values.flood === true,
  }
  await withInstallation('src/index.ts', {}, async (installation) => {
    console.log('Signing in and checking tokens …')
    const figures = await runRotation(installation, options)
    console.log(JSON.stringify(figures, null, 2))
    if (!isGood(figures)) process.exitCode = 1
  })
})

function isGood({ signIns, checks, withFlood }: Figures): boolean {
  return signIns.failed.length === 0 && checks.wrong.length === 0 && (withFlood || checks.live.unavailable === 0)
}
