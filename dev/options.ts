/**
 * The options of the commands of this folder; what each means is up to the command.
 */
import { type ParseArgsConfig, parseArgs } from 'node:util'
import { Complaint } from './complaint.ts'

/**
 * Reads what stands behind the name of a command.
 *
 * @param usage shown beneath what is wrong
 * @throws Complaint for an option that there is not
 */
export function readOptions<const Options extends NonNullable<ParseArgsConfig['options']>>(
  options: Options,
  usage: string,
) {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    throw new Complaint(`${error instanceof Error ? error.message : error}\n${usage}`)
  }
}
