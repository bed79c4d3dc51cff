/**
 * Gatehouse's own part: settings, its address, who its administrators are, and its storage.
 */
import type { Config } from '../config/env.ts'
import { ConfigurationError, describeProblem, loadConfig, type Problem } from '../config/load.ts'
import { isLoopback } from '../config/urls.ts'
import { GatehouseError } from '../errors.ts'
import { cannotTell, type Finding, fail, pass } from './check.ts'

/** Settings as they were read: either they can be used, or these are the problems. */
export interface ReadSettings {
  readonly config: Config | null
  readonly problems: readonly Problem[]
  readonly warnings: readonly string[]
}

/** Reads settings for the diagnosis, which must go on where everything else refuses. */
export function settingsForDiagnosis(env: Readonly<Record<string, unknown>>): ReadSettings {
  try {
    return { ...loadConfig(env), problems: [] }
  } catch (error) {
    if (error instanceof ConfigurationError) return { config: null, problems: error.problems, warnings: [] }
    throw error
  }
}

/** The checks `settings`, one row for each problem and each warning; `pass` when there is none. */
export function settingsFindings({ problems, warnings }: ReadSettings): readonly Finding[] {
  const rows = [
    ...problems.map((problem) =>
      fail(
        'settings',
        describeProblem(problem),
        `Set ${problem.name} under [vars] in wrangler.toml, or with npx wrangler secret put if it is a secret; on your own machine in .dev.vars. docs/settings.md describes it.`,
      ),
    ),
    ...warnings.map((warning) => cannotTell('settings', warning, 'Correct it, unless it is meant.')),
  ]
  return rows.length > 0 ? rows : [pass('settings', 'All settings could be read, and go together.')]
}

/** Names that only an inner network knows. */
const INNER =
  /\.(?:local|internal|intranet|lan|home|corp|localdomain)$|^(?:10|192\.168|172\.(?:1[6-9]|2\d|3[01])|169\.254)(?:\.\d+)+$|^\[f[cde]/

/**
 * The check `base-url`.
 *
 * @param seenAt the origin under which somebody asks just now; `null`: nobody asks, this is the command
 */
export function baseUrlFinding({ BASE_URL }: Config, seenAt: string | null): Finding {
  const { hostname, protocol } = new URL(BASE_URL)
  const fix = 'Set BASE_URL to the public https address of Gatehouse, scheme and host only.'
  if (seenAt !== null && isLoopback(hostname) && !isLoopback(new URL(seenAt).hostname)) {
    return fail(
      'base-url',
      `BASE_URL is ${BASE_URL}, which is this machine, and Gatehouse is reached at ${seenAt}.`,
      fix,
    )
  }
  if (isLoopback(hostname)) return pass('base-url', `${BASE_URL}, which is for this machine alone.`)
  if (protocol !== 'https:') return fail('base-url', `BASE_URL is ${BASE_URL}, without https.`, fix)
  if (!hostname.includes('.') || INNER.test(hostname)) {
    return cannotTell(
      'base-url',
      `${BASE_URL} is a name of an inner network: people and provider must be able to reach it.`,
      fix,
    )
  }
  if (seenAt !== null && seenAt !== BASE_URL) {
    return cannotTell(
      'base-url',
      `BASE_URL is ${BASE_URL}, and this page was asked for at ${seenAt}.`,
      'If nothing stands between the browser and the Worker that changes the host, set BASE_URL to the address in the browser.',
    )
  }
  return pass('base-url', BASE_URL)
}

/** The check `administrators`: an entry that names no provider makes nobody an administrator. */
export function administratorsFinding({ GATEHOUSE_ADMINS, GATEHOUSE_ADMIN_GROUPS, providers }: Config): Finding {
  const entries = [...GATEHOUSE_ADMINS, ...GATEHOUSE_ADMIN_GROUPS]
  const ids = providers.map(({ id }) => id)
  if (entries.length === 0) {
    return cannotTell(
      'administrators',
      'GATEHOUSE_ADMINS and GATEHOUSE_ADMIN_GROUPS are empty, so nobody can open /admin/diagnosis/.',
      'If somebody should: sign in, open that page, and put what it says into GATEHOUSE_ADMINS.',
    )
  }
  const strays = entries.filter((entry) => !ids.includes(entry.slice(0, entry.indexOf(':'))))
  if (strays.length === 0) return pass('administrators', `${entries.length} named.`)
  return fail(
    'administrators',
    `Named with a provider that is not configured: ${strays.join(', ')}.`,
    `Write the id of a provider before the colon in GATEHOUSE_ADMINS and GATEHOUSE_ADMIN_GROUPS: ${ids.join(', ')}.`,
  )
}

/** What the diagnosis asks of the storage; made in `store/`. All of them throw when the answer cannot be had. */
export interface StorageProbe {
  /** The migrations whose work is not there, by their file names. */
  missingMigrations(): Promise<readonly string[]>
  /** Writes a row that nobody needs, and removes it. */
  writeDatabase(): Promise<void>
  /** Writes an entry and reads it again; whether it was there. */
  writeCache(): Promise<boolean>
}

/** The checks `database`, `database-write` and `cache`. */
export async function storageFindings(storage: StorageProbe): Promise<readonly Finding[]> {
  const [migrations, write, cache] = await Promise.all([
    settled(() => storage.missingMigrations()),
    settled(() => storage.writeDatabase()),
    settled(() => storage.writeCache()),
  ])
  const binding = 'Check the binding DB in wrangler.toml, and look at the status of D1.'
  const apply = 'Run npx wrangler d1 migrations apply DB --remote; on your own machine, npm run dev does it.'
  return [
    migrations instanceof Error
      ? fail('database', `The database does not answer: ${migrations.message}.`, binding)
      : migrations.length > 0
        ? fail('database', `Not applied: ${migrations.join(', ')}.`, apply)
        : pass('database', 'All migrations are applied.'),
    write instanceof Error
      ? fail(
          'database-write',
          `A row could not be written: ${write.message}.`,
          `${apply} If they are applied: ${binding}`,
        )
      : pass('database-write', 'A row was written and removed.'),
    cache instanceof Error
      ? fail(
          'cache',
          `The cache does not answer: ${cache.message}.`,
          'Check the binding KV in wrangler.toml, and look at the status of KV.',
        )
      : cache
        ? pass('cache', 'An entry was written and read.')
        : cannotTell(
            'cache',
            'An entry was written, and is not there yet. KV takes up to a minute.',
            'Look again in a minute.',
          ),
  ]
}

async function settled<T>(work: () => Promise<T>): Promise<T | Error> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof GatehouseError && error.cause instanceof Error) return error.cause
    return error instanceof Error ? error : new Error('unknown failure')
  }
}
