/**
 * Talks to the D1 database through wrangler, here or at Cloudflare; knows the way there and no table.
 */
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Statement } from '../src/store/d1.ts'
import { Complaint } from './complaint.ts'
import { startNode } from './processes.ts'
import { ROOT } from './settings.ts'

/** wrangler's own program, the version that package.json pins. */
export const WRANGLER = join(ROOT, 'node_modules', 'wrangler', 'bin', 'wrangler.js')

/** Which database: that of the project in `root` (the folder of wrangler.toml), on this machine or at Cloudflare. */
export interface Database {
  readonly root: string
  readonly remote: boolean
}

export type Row = Readonly<Record<string, string | number | null>>

/** The database refused, or could not be reached. */
export class DatabaseComplaint extends Complaint {
  /** True if the schema is not there yet. */
  get isMissingTable(): boolean {
    return this.message.includes('no such table')
  }
}

/** wrangler's environment: no statistics, no look-ups at Cloudflare for local work, logs inside the project. */
export function wranglerEnvironment(root: string): NodeJS.ProcessEnv {
  return {
    ...process.env,
    WRANGLER_SEND_METRICS: 'false',
    CLOUDFLARE_CF_FETCH_ENABLED: 'false',
    WRANGLER_LOG_PATH: join(root, '.wrangler', 'logs'),
  }
}

/**
 * Runs SQL statements.
 *
 * @returns the rows of each statement
 * @throws DatabaseComplaint with what the database said
 */
export async function queryD1(database: Database, sql: string): Promise<Row[][]> {
  const { code, stdout, stderr } = await runWrangler(database, ['execute', 'DB', '--json', '--yes', '--command', sql])
  const answer = parseAnswer(stdout)
  if (code === 0 && Array.isArray(answer)) return answer.map(({ results }) => results)
  const said = (Array.isArray(answer) ? '' : answer?.error?.text) || stderr.trim() || stdout.trim()
  // wrangler cannot ask for a sign-in from here, so it asks for an API token instead. Its text is all that it gives.
  if (database.remote && said.includes('CLOUDFLARE_API_TOKEN')) throw new DatabaseComplaint(NOT_SIGNED_IN)
  throw new DatabaseComplaint(`The database did not do it: ${said}`)
}

/**
 * Brings the tables up to date with the folder `migrations`.
 *
 * @throws DatabaseComplaint with all that wrangler printed
 */
export async function applyMigrations(database: Database): Promise<void> {
  const { code, stdout, stderr } = await runWrangler(database, ['migrations', 'apply', 'DB'])
  if (code !== 0) throw new DatabaseComplaint(`The migrations could not be applied.\n${stdout}${stderr}`)
}

/**
 * Text as an SQL literal.
 *
 * @throws Complaint for control characters, which no name needs and which end a statement early
 */
export function sqlText(value: string): string {
  if (hasControlCharacter(value))
    throw new Complaint('Control characters (line breaks, tabs and the like) are not allowed.')
  return `'${value.replaceAll("'", "''")}'`
}

/** A statement of the store as text, because the database takes no values beside it here. @throws Complaint as {@link sqlText} */
export function statementText({ sql, values }: Statement): string {
  return sql.replace(/\?(\d+)/g, (_, place) => sqlValue(values[Number(place) - 1] ?? null))
}

function sqlValue(value: string | number | null): string {
  if (value === null) return 'NULL'
  return typeof value === 'number' ? String(value) : sqlText(value)
}

/** True if some character is a control character of ASCII or Latin-1. */
export function hasControlCharacter(value: string): boolean {
  return /\p{Cc}/u.test(value)
}

const NOT_SIGNED_IN =
  'You are not signed in at Cloudflare. Sign in with: npx wrangler login (on a machine without a browser, set CLOUDFLARE_API_TOKEN)'

type Answer = { results: Row[] }[] | { error?: { text?: string } } | undefined

function parseAnswer(stdout: string): Answer {
  try {
    return JSON.parse(stdout)
  } catch {
    // wrangler says some things (no network, not signed in) in plain text even with --json.
    return undefined
  }
}

async function runWrangler({ root, remote }: Database, args: readonly string[]) {
  const { child, ended } = startNode([WRANGLER, 'd1', ...args, remote ? '--remote' : '--local'], {
    cwd: root,
    env: wranglerEnvironment(root),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const read = (stream: NodeJS.ReadableStream | null) => (stream === null ? '' : text(stream))
  const [stdout, stderr, { code }] = await Promise.all([read(child.stdout), read(child.stderr), ended])
  return { code, stdout, stderr }
}
