/**
 * `npm run bench:endurance`: token checks without a pause while the database, the provider and its keys fail in turns; prints what came of it.
 *
 * Exit status 0: no verdict was wrong beyond the lag, no one was signed out, and nothing was answered with 500.
 */
import { runCommand } from '../dev/complaint.ts'
import { readOptions, wholeNumber } from '../dev/options.ts'
import { endure } from './endure.ts'

const MINUTES = 10
const USAGE = `Usage: npm run bench:endurance -- [--minutes ${MINUTES}]

Checks tokens on 17 connections while, in each minute, the database fails for a quarter of it, the provider for another quarter, and its keys
are replaced. Sessions, people and JWTs end all the while. Every answer is judged, and the outcome printed.`

await runCommand(async () => {
  const values = readOptions({ minutes: { type: 'string' } }, USAGE)
  await endure(wholeNumber('--minutes', values.minutes, MINUTES), async () => {})
})
