/**
 * Checks the settings as the Worker will, before anything is started, so that what is wrong is said at once; the rules are the Worker's own.
 */
import { join } from 'node:path'
import { unstable_readConfig } from 'wrangler'
import { Complaint } from './complaint.ts'

/** What `[vars]` of wrangler.toml says. */
export function publishedVars(root: string): Readonly<Record<string, unknown>> {
  return unstable_readConfig({ config: join(root, 'wrangler.toml') }, { hideWarnings: true }).vars
}

/**
 * Checks all settings together.
 *
 * @returns sentences about what works but is probably not meant
 * @throws Complaint with the same list of problems that the Worker logs
 */
export async function checkConfiguration(settings: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const { ConfigurationError, describeProblems, loadConfig } = await import('../src/config/load.ts')
  try {
    return loadConfig(settings).warnings
  } catch (error) {
    if (error instanceof ConfigurationError) throw new Complaint(describeProblems(error.problems))
    throw error
  }
}
