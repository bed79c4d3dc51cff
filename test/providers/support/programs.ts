/**
 * Finds the programs of this machine that real providers need, and runs them; knows no provider.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const JAVA_VERSION_MIN = 17
/** The first that fetches the version that a module asks for by itself. */
const GO_MINOR_MIN = 21
/** Enough for a first download over a slow line. */
const PATIENCE_MS = 15 * 60_000

/** The Java that `kc.sh` takes as well. */
const JAVA = process.env.JAVA_HOME ? `${process.env.JAVA_HOME}/bin/java` : 'java'

/** Why Keycloak cannot run here; `null`: it can. */
export async function missingForKeycloak(): Promise<string | null> {
  const version = await outputOf(JAVA, ['-version'])
  if (version === null) return `Keycloak needs Java ${JAVA_VERSION_MIN} or newer, and there is no ${JAVA}`
  const [, major = '0'] = /version "(\d+)/.exec(version) ?? []
  if (Number(major) < JAVA_VERSION_MIN)
    return `Keycloak needs Java ${JAVA_VERSION_MIN} or newer, and ${JAVA} is ${major}`
  return (await outputOf('mvn', ['--version'])) === null ? 'Keycloak is fetched with Maven, and there is no mvn' : null
}

/** Why Dex cannot run here; `null`: it can. */
export async function missingForDex(): Promise<string | null> {
  const version = await outputOf('go', ['version'])
  if (version === null) return 'Dex is built with Go, and there is no go'
  const [, minor = '0'] = / go1\.(\d+)/.exec(version) ?? []
  const isOld = Number(minor) < GO_MINOR_MIN
  return isOld ? `Dex is built with Go 1.${GO_MINOR_MIN} or newer, and this is 1.${minor}` : null
}

/**
 * Runs a program to its end.
 *
 * @throws Error with what it printed, when its status is not 0
 */
export async function run(
  program: string,
  args: readonly string[],
  more: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
) {
  const options = { ...more, env: { ...process.env, ...more.env }, timeout: PATIENCE_MS }
  try {
    await promisify(execFile)(program, args, options)
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string } // as execFile documents
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error })
  }
}

/** Everything that it printed; `null`: it cannot be run. */
async function outputOf(program: string, args: readonly string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, args)
    return stdout + stderr
  } catch {
    return null
  }
}
