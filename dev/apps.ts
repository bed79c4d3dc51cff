/**
 * Makes app credentials and writes them to the table `apps`; a secret itself is stored nowhere but in the hands of its owner.
 */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Credential, faultOfApp, type NewApp, newCredential } from '../src/accounts/app-registry.ts'
import { CLAIM_SETS, type ClaimSet, SIGNING_ALGORITHMS, type SigningAlgorithm } from '../src/accounts/apps.ts'
import type { AuditEvent } from '../src/accounts/audit.ts'
import { randomReference, sha256 } from '../src/crypto.ts'
import { addition } from '../src/store/app-registry.ts'
import { Complaint } from './complaint.ts'
import { type Database, DatabaseComplaint, queryD1, type Row, sqlText, statementText } from './d1.ts'
import { readIfPresent } from './settings.ts'

/** What may be changed of an app; what is `undefined` stays. */
export interface AppChange {
  readonly hasSessions: boolean | undefined
  readonly claims: readonly ClaimSet[] | undefined
  readonly signedResponseAlg: SigningAlgorithm | undefined
}

/**
 * Registers a new app.
 *
 * @returns its credential, which cannot be had again
 * @throws Complaint if the name is not usable or taken
 */
export async function createApp(database: Database, app: NewApp): Promise<Credential> {
  checkApp(app)
  const credential = app.jwks === null ? newCredential() : { ...newCredential(), secret: '' }
  try {
    const statements = [await insertion(app, credential), auditOf('app_created', app.name)]
    await orTellToMigrate(database, () => queryD1(database, statements.join('; ')))
  } catch (error) {
    const isTaken = error instanceof DatabaseComplaint && error.message.includes('UNIQUE constraint failed: apps.name')
    if (!isTaken) throw error
    throw new Complaint(
      `There is already an app named "${app.name}" (letter case does not count). Choose another name.`,
    )
  }
  return credential
}

/** @throws Complaint that says how the table comes to be, if it is not there yet */
async function orTellToMigrate<T>(database: Database, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof DatabaseComplaint) || !error.isMissingTable) throw error
    throw new Complaint(`The database has no table of apps yet. ${howToMigrate(database)}`)
  }
}

/**
 * Changes what an app may ask and what it is told. Every isolate knows it within REVOCATION_LAG_SECONDS.
 *
 * @param name in whatever letters
 * @throws Complaint if there is no app of this name
 */
export async function updateApp(database: Database, name: string, change: AppChange): Promise<void> {
  const { hasSessions, claims, signedResponseAlg } = change
  const values = [
    ...(hasSessions === undefined ? [] : [`sessions = ${Number(hasSessions)}`]),
    ...(claims === undefined ? [] : [`claims = ${sqlText(JSON.stringify(claims))}`]),
    ...(signedResponseAlg === undefined ? [] : [`introspection_signed_response_alg = ${sqlText(signedResponseAlg)}`]),
  ]
  const row = await changeRow(database, name, 'app_changed', values)
  if (row === undefined) throw new Complaint(`There is no app named "${name}".`)
}

/**
 * Gives an app a new secret. The one that it had stays good until {@link endFormerSecret}, so that the app can change over meanwhile.
 *
 * @throws Complaint if there is no app of this name, or one that has no secret
 */
export async function rotateSecret(database: Database, name: string): Promise<Credential> {
  const { secret } = newCredential()
  const change = ['former_secret_hash = secret_hash', `secret_hash = ${sqlText(await sha256(secret))}`]
  return { clientId: await changeSecret(database, name, 'secret_rotated', change), secret }
}

/** Ends the secret that an app had before its newest one. @throws Complaint as {@link rotateSecret} */
export async function endFormerSecret(database: Database, name: string): Promise<void> {
  await changeSecret(database, name, 'former_secret_ended', ['former_secret_hash = NULL'])
}

/** @returns the client id of the app */
async function changeSecret(
  database: Database,
  name: string,
  event: AuditEvent,
  change: readonly string[],
): Promise<string> {
  const row = await changeRow(database, name, event, change, 'AND jwks IS NULL')
  if (row === undefined) throw new Complaint(`There is no app named "${name}" that has a secret.`)
  return String(row.client_id)
}

/** @returns `undefined`: there is no app of this name, or not of this kind */
async function changeRow(
  database: Database,
  name: string,
  event: AuditEvent,
  change: readonly string[],
  kind = '',
): Promise<Row | undefined> {
  const update = `UPDATE apps SET ${change.join(', ')} WHERE name = ${sqlText(name)} ${kind} RETURNING client_id`
  const statements = [update, auditOf(event, name, kind)]
  const [rows = []] = await orTellToMigrate(database, () => queryD1(database, statements.join('; ')))
  return rows[0]
}

/** A command has no address and no account: the audit has what was done, and when. */
function auditOf(event: AuditEvent, name: string, kind = ''): string {
  const values = [Math.floor(Date.now() / 1000), sqlText(event), 'name', sqlText(randomReference())]
  return `INSERT INTO audit (at, event, app, reference) SELECT ${values.join(', ')} FROM apps WHERE name = ${sqlText(name)} ${kind}`
}

/** Reads a list of claim sets, such as `email,groups`. @throws Complaint for one that does not exist */
export function claimSetsIn(list: string): readonly ClaimSet[] {
  const words = list === 'none' ? [] : list.split(',').map((word) => word.trim())
  return [...new Set(words)].map((word) => {
    const known = CLAIM_SETS.find((set) => set === word)
    if (known !== undefined) return known
    throw new Complaint(`There are no claims "${word}". Choose from ${CLAIM_SETS.join(', ')}, or write none.`)
  })
}

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']

/** Reads the public keys of an app. @throws Complaint for what is no JWK set, and for one with private keys */
export function publicKeysIn(text: string): object {
  const sets = `Its public keys are a JWK set, such as {"keys":[{"kty":"EC","crv":"P-256","x":"…","y":"…","kid":"…"}]}.`
  try {
    const { keys }: { keys?: unknown } = JSON.parse(text)
    const isSet = Array.isArray(keys) && keys.length > 0 && keys.every((key) => typeof key?.kty === 'string')
    if (!isSet) throw new Complaint(sets)
    const isPrivate = keys.some((key) => PRIVATE_MEMBERS.some((member) => member in key))
    if (isPrivate)
      throw new Complaint('These keys are private ones. The app keeps them; give Gatehouse the public halves.')
    return { keys }
  } catch (error) {
    if (error instanceof Complaint) throw error
    throw new Complaint(sets)
  }
}

/** Reads the algorithm of signed answers. @throws Complaint for another one */
export function signingAlgorithmIn(word: string): SigningAlgorithm {
  const known = SIGNING_ALGORITHMS.find((algorithm) => algorithm === word)
  if (known !== undefined) return known
  throw new Complaint(`Answers are signed with ${SIGNING_ALGORITHMS.join(' or ')}, not with "${word}".`)
}

/** The credential of the app `demo`, always the same on one machine: made at the first call, kept in `.wrangler/dev-app.json`. */
export async function ensureDemoApp(database: Database): Promise<Credential> {
  const path = join(database.root, '.wrangler', 'dev-app.json')
  const kept = parseCredential(await readIfPresent(path))
  const credential = kept ?? newCredential()
  const app = {
    name: 'demo',
    audiences: [],
    clients: [],
    hasSessions: true,
    claims: CLAIM_SETS,
    signedResponseAlg: 'RS256',
    jwks: null,
  } as const
  // The database may be older or newer than the file: the file wins.
  const takeOver =
    'ON CONFLICT DO UPDATE SET client_id = excluded.client_id, secret_hash = excluded.secret_hash, sessions = excluded.sessions, claims = excluded.claims'
  await queryD1(database, `${await insertion(app, credential)} ${takeOver}`)
  if (kept === undefined) {
    await mkdir(join(database.root, '.wrangler'), { recursive: true })
    await writeFile(path, `${JSON.stringify(credential, null, 2)}\n`, { mode: 0o600 })
  }
  return credential
}

/** How the tables of this database come to be. */
export function howToMigrate({ remote }: Database): string {
  return remote ? 'Make it with: npx wrangler d1 migrations apply DB --remote' : 'It is made by: npm run dev'
}

function checkApp(app: NewApp): void {
  const fault = faultOfApp(app)
  if (fault !== null) throw new Complaint(fault)
}

async function insertion(app: NewApp, credential: Credential): Promise<string> {
  return statementText(await addition(app, credential, Math.floor(Date.now() / 1000)))
}

function parseCredential(text: string | undefined): Credential | undefined {
  if (text === undefined) return undefined
  try {
    const { clientId, secret }: { clientId?: unknown; secret?: unknown } = JSON.parse(text)
    if (typeof clientId === 'string' && typeof secret === 'string') return { clientId, secret }
  } catch {
    // Damaged: a new credential takes its place.
  }
  return undefined
}
