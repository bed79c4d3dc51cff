/**
 * A real Keycloak on this machine: fetched and built once, then started as often as wanted, each time empty; realms come from `realm.ts`.
 */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, rename, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../support/gatehouse.ts'
import { cachedFolder } from './cache.ts'
import { run } from './programs.ts'
import { type Server, startServer } from './server.ts'

const KEYCLOAK_VERSION = '26.7.3'
const UNPACK = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:unpack'
/** The database lives in memory, so that instances share nothing and a start needs no clean-up. */
const BUILD_OPTIONS = ['--db=dev-mem']
/** What a start only reads, and all instances share. */
const READ_ONLY = ['bin', 'conf', 'lib', 'providers', 'themes', 'version.txt']

/** The path in front of everything; `/auth` was the default up to Keycloak 16. */
export type KeycloakPath = '' | '/auth'

/** How to reach a Keycloak that runs; plain data. */
export interface KeycloakAddress {
  /** With the path, without a final slash. */
  readonly baseUrl: string
  readonly administrator: { readonly username: string; readonly password: string }
}

export interface Keycloak extends KeycloakAddress, Server {}

/** Starts a Keycloak on a free port, with nothing in it but the realm `master`. */
export async function startKeycloak({
  path,
  options = [],
}: {
  path: KeycloakPath
  options?: readonly string[]
}): Promise<Keycloak> {
  const distribution = await distributionFor(path)
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-keycloak-'))
  await mkdir(join(folder, 'data'))
  for (const name of READ_ONLY) await symlink(join(distribution, name), join(folder, name))
  const port = await freePort()
  const baseUrl = `http://127.0.0.1:${port}${path}`
  const administrator = { username: 'admin', password: 'admin' }
  const server = await startServer({
    program: join(distribution, 'bin', 'kc.sh'),
    args: [
      'start',
      '--optimized',
      '--http-enabled=true',
      '--http-host=127.0.0.1',
      `--http-port=${port}`,
      `--hostname=${baseUrl}`,
      '--cache=local',
      ...options,
      // Last, for kc.sh sets it too: data and temporary files of this run alone.
      `-Dkc.home.dir=${folder}`,
    ],
    env: {
      KC_BOOTSTRAP_ADMIN_USERNAME: administrator.username,
      KC_BOOTSTRAP_ADMIN_PASSWORD: administrator.password,
    },
    folder,
    readyUrl: `${baseUrl}/realms/master`,
  })
  return { baseUrl, administrator, ...server }
}

/** Fetches, unpacks and builds Keycloak for a path, which is decided when it is built; gives back its folder. */
async function distributionFor(path: KeycloakPath): Promise<string> {
  const options = [...BUILD_OPTIONS, `--http-relative-path=${path || '/'}`]
  const mark = createHash('sha256').update(options.join(' ')).digest('hex').slice(0, 8)
  return cachedFolder(join('keycloak', `${KEYCLOAK_VERSION}-${mark}`), async (draft) => {
    const artifact = `org.keycloak:keycloak-quarkus-dist:${KEYCLOAK_VERSION}:zip`
    await run('mvn', ['-B', '-q', UNPACK, `-Dartifact=${artifact}`, `-DoutputDirectory=${draft}`], { cwd: draft })
    const unpacked = join(draft, `keycloak-${KEYCLOAK_VERSION}`)
    await run(join(unpacked, 'bin', 'kc.sh'), ['build', ...options])
    for (const name of READ_ONLY) await rename(join(unpacked, name), join(draft, name))
    await rm(unpacked, { recursive: true })
  })
}
