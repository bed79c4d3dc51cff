/**
 * How the commands of this folder fail: one sentence for what the developer can fix, a stack trace for what only a programmer can.
 */

/** Something is not as it must be, and the message says what to do about it. */
export class Complaint extends Error {
  override readonly name = 'Complaint'
}

/** The command was called with `--help`; the message is its usage. */
export class HelpAsked extends Error {
  override readonly name = 'HelpAsked'
}

/** Runs a command to its end; on failure says why on stderr and ends with status 1. Help is no failure. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command()
  } catch (error) {
    if (error instanceof HelpAsked) return console.log(error.message)
    console.error(error instanceof Complaint ? error.message : error)
    process.exit(1)
  }
}
