/**
 * A real Dex on this machine: built once from a module of ours that names its version, then started as often as wanted.
 */
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../support/gatehouse.ts'
import { cachedFolder } from './cache.ts'
import { run } from './programs.ts'
import { GATEHOUSE_CLIENT } from './realm.ts'
import { type Server, startServer } from './server.ts'

const MODULE = join(import.meta.dirname, '..', 'dex')
const COMMAND = 'github.com/dexidp/dex/cmd/dex'
export const DEX_PASSWORD = 'dex-password'
/** Of {@link DEX_PASSWORD}, by bcrypt; the configuration takes nothing else. */
const PASSWORD_HASH = '$2b$10$gatehousetests1234567uMDbQFVSQd.64cbZkm4VshmSKgU2Rs.O'

export interface Dex {
  readonly issuer: string
  /** Everything that it has printed since it was last started. */
  log(): Promise<string>
  /** Starts it anew at the same address, with other keys and no sessions: its storage is its memory. */
  restart(configuration?: Readonly<Record<string, unknown>>): Promise<void>
  stop(): Promise<void>
}

/**
 * Starts a Dex on a free port, with the path `/dex`.
 *
 * @param redirectUri of the one client, {@link GATEHOUSE_CLIENT}
 * @param configuration members that replace those of the usual one
 */
export async function startDex(
  redirectUri: string,
  configuration: Readonly<Record<string, unknown>> = {},
): Promise<Dex> {
  const program = join(await builtDex(), 'dex')
  const port = await freePort()
  const issuer = `http://127.0.0.1:${port}/dex`
  const start = async (more: Readonly<Record<string, unknown>>) => {
    const folder = await mkdtemp(join(tmpdir(), 'gatehouse-dex-'))
    const file = join(folder, 'config.json')
    await writeFile(file, JSON.stringify({ ...usualConfiguration(issuer, port, redirectUri), ...more }))
    // JSON is YAML too.
    return startServer({ program, args: ['serve', file], folder, readyUrl: `${issuer}/healthz` })
  }
  let server: Server = await start(configuration)
  return {
    issuer,
    log: () => server.log(),
    async restart(more = configuration) {
      await server.stop()
      server = await start(more)
    },
    stop: () => server.stop(),
  }
}

/** Another version, or another module that it needs, is another build. */
async function builtDex(): Promise<string> {
  const sums = await readFile(join(MODULE, 'go.sum'))
  const mark = createHash('sha256').update(sums).digest('hex').slice(0, 8)
  return cachedFolder(join('dex', mark), (draft) =>
    run('go', ['build', '-trimpath', '-o', join(draft, 'dex'), COMMAND], {
      cwd: MODULE,
      env: { CGO_ENABLED: '0', GOTOOLCHAIN: 'auto' },
    }),
  )
}

function usualConfiguration(issuer: string, port: number, redirectUri: string) {
  const person = (username: string, name: string, more: Readonly<Record<string, unknown>>) => ({
    email: `${username}@example.org`,
    hash: PASSWORD_HASH,
    username,
    name,
    preferredUsername: username,
    userID: `dex-${username}`,
    ...more,
  })
  return {
    issuer,
    storage: { type: 'memory' },
    web: { http: `127.0.0.1:${port}` },
    oauth2: { skipApprovalScreen: true },
    enablePasswordDB: true,
    staticPasswords: [
      person('alice', 'Alice Archer', { groups: ['staff', 'administrators'] }),
      person('bob', 'Bob Baker', { emailVerified: false }),
    ],
    connectors: [{ type: 'mockCallback', id: 'mock', name: 'Example' }],
    staticClients: [
      {
        id: GATEHOUSE_CLIENT.clientId,
        name: 'Gatehouse',
        secret: GATEHOUSE_CLIENT.clientSecret,
        redirectURIs: [redirectUri],
      },
    ],
  }
}
