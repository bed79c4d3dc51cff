/**
 * How the commands of this folder fail: one sentence for what the developer can mend, a stack trace for what only a programmer can.
 */

/** Something is not as it must be, and the message says what to do about it. */
export class Complaint extends Error {
  override readonly name = 'Complaint'
}

/** Runs a command to its end; on failure says why on stderr and ends with status 1. */
export async function runCommand(command: () => Promise<void>): Promise<void> {
  try {
    await command()
  } catch (error) {
    console.error(error instanceof Complaint ? error.message : error)
    process.exit(1)
  }
}
