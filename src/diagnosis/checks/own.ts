/**
 * Gatehouse's own part: settings, its address, who its administrators are, and its storage.
 */

import { ConfigurationError, describeProblem, loadConfig, type Problem } from '../../config/load.ts'
import type { Config } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { isSecretName } from '../../config/secrets.ts'
import { isLoopback } from '../../config/values/urls.ts'
import { GatehouseError } from '../../errors.ts'
import { cannotTell, type Finding, fail, pass } from '../check.ts'

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

/** A secret has no place in wrangler.toml, which everybody may read who has the repository. */
function whereToSet(name: string): string {
  const isSecret = isSecretName(name)
  return isSecret
    ? `Store ${name} with: npx wrangler secret put ${name}. On your own machine it is in .dev.vars.`
    : `Set ${name} under [vars] in wrangler.toml; on your own machine in .dev.vars.`
}

/** The checks `settings`, one row for each problem and each warning; `pass` when there is none. */
export function settingsFindings({ problems, warnings }: ReadSettings): readonly Finding[] {
  const rows = [
    ...problems.map((problem) =>
      fail('settings', describeProblem(problem), `${whereToSet(problem.name)} docs/settings.md describes it.`),
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
 * @param seenAt the origin under which someone asks just now; `null`: no one asks, this is the command
 */
export function baseUrlFinding({ baseUrl }: Config, seenAt: string | null): Finding {
  const { hostname, protocol } = new URL(baseUrl)
  const fix = `Set ${nameOf('baseUrl')} to the public https address of Gatehouse, scheme and host only.`
  if (seenAt !== null && isLoopback(hostname) && !isLoopback(new URL(seenAt).hostname)) {
    return fail(
      'base-url',
      `${nameOf('baseUrl')} is ${baseUrl}, which is this machine, and Gatehouse is reached at ${seenAt}.`,
      fix,
    )
  }
  if (isLoopback(hostname)) return pass('base-url', `${baseUrl}, which is for this machine alone.`)
  if (protocol !== 'https:') return fail('base-url', `${nameOf('baseUrl')} is ${baseUrl}, without https.`, fix)
  if (!hostname.includes('.') || INNER.test(hostname)) {
    return cannotTell(
      'base-url',
      `${baseUrl} is a name of an inner network: people and provider must be able to reach it.`,
      fix,
    )
  }
  if (seenAt !== null && seenAt !== baseUrl) {
    return cannotTell(
      'base-url',
      `${nameOf('baseUrl')} is ${baseUrl}, and this page was asked for at ${seenAt}.`,
      `If nothing stands between the browser and the Worker that changes the host, set ${nameOf('baseUrl')} to the address in the browser.`,
    )
  }
  return pass('base-url', baseUrl)
}

/** The check `administrators`: an entry that names no provider makes no one an administrator. */
export function administratorsFinding({
  administrators,
  administratorGroups,
  administratorRoles,
  providers,
}: Config): Finding {
  const entries = [...administrators, ...administratorGroups, ...administratorRoles]
  const ids = providers.map(({ id }) => id)
  if (entries.length === 0) {
    return cannotTell(
      'administrators',
      `${nameOf('administrators')} and ${nameOf('administratorGroups')} are empty, so no one can open /admin/diagnosis/.`,
      `If someone should: sign in, open that page, and put what it says into ${nameOf('administrators')}.`,
    )
  }
  const strays = entries.filter((entry) => !ids.includes(entry.slice(0, entry.indexOf(':'))))
  if (strays.length === 0) return pass('administrators', `${entries.length} named.`)
  return fail(
    'administrators',
    `Named with a provider that is not configured: ${strays.join(', ')}.`,
    `Write the id of a provider before the colon in ${nameOf('administrators')} and ${nameOf('administratorGroups')}: ${ids.join(', ')}.`,
  )
}

/** Something of the database that this version needs and that is not there. */
export interface MissingPart {
  /** A table, or a column as `table.column`. */
  readonly name: string
  /** The migration that makes it, by the name of its file. */
  readonly migration: string
  /** Whether the database's own list says that this migration was applied. Then applying the migrations does nothing. */
  readonly isListed: boolean
}

/** What the diagnosis asks of the storage; made in `store/`. All of them throw when the answer cannot be had. */
export interface StorageProbe {
  /** Every table and column that is missing, in the order of the migrations. */
  missing(): Promise<readonly MissingPart[]>
  /** Writes a row that no one needs, and removes it. */
  writeDatabase(): Promise<void>
  /** Writes an entry and reads it again; whether it was there. */
  writeCache(): Promise<boolean>
}

/** The checks `database`, `database-write` and `cache`. */
export async function storageFindings(storage: StorageProbe): Promise<readonly Finding[]> {
  const [missing, write, cache] = await Promise.all([
    settled(() => storage.missing()),
    settled(() => storage.writeDatabase()),
    settled(() => storage.writeCache()),
  ])
  const binding = 'Check the binding DB in wrangler.toml, and look at the status of D1.'
  return [
    missing instanceof Error
      ? fail('database', `The database does not answer: ${missing.message}.`, binding)
      : schemaFinding(missing),
    write instanceof Error
      ? fail(
          'database-write',
          `A row could not be written: ${write.message}.`,
          `If the check database passes: ${binding} Else do first what it says.`,
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

const APPLY = 'Run npx wrangler d1 migrations apply DB --remote; on your own machine, npm run dev does it.'

/** Migrations make what was never there. They do not bring back what was removed, because the list says that they have been applied. */
function schemaFinding(missing: readonly MissingPart[]): Finding {
  if (missing.length === 0) return pass('database', 'Every table and column that this version needs is there.')
  const gone = missing.filter(({ isListed }) => isListed)
  const seen = `Missing: ${namesOf(missing)}, made by ${migrationsOf(missing)}.`
  if (gone.length === 0) return fail('database', seen, APPLY)
  const repair = `The database's own list says that ${migrationsOf(gone)} was applied, so wrangler d1 migrations apply does not bring back ${namesOf(gone)}: someone has removed or renamed it. Undo that, or go back to a time before it (docs/operations.md, "Backup and restore"); on your own machine, remove .wrangler/state and run npm run dev.`
  const rest = missing.filter(({ isListed }) => !isListed)
  return fail('database', seen, rest.length === 0 ? repair : `${repair} Then, for ${migrationsOf(rest)}: ${APPLY}`)
}

function namesOf(parts: readonly MissingPart[]): string {
  return distinct(parts.map(({ name }) => name))
}

function migrationsOf(parts: readonly MissingPart[]): string {
  return distinct(parts.map(({ migration }) => migration))
}

function distinct(names: readonly string[]): string {
  return [...new Set(names)].join(', ')
}

async function settled<T>(work: () => Promise<T>): Promise<T | Error> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof GatehouseError && error.cause instanceof Error) return error.cause
    return error instanceof Error ? error : new Error('unknown failure')
  }
}
