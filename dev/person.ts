/**
 * Finds the person that a command means, and all that the database has about them; asks no questions and prints nothing.
 */
import type { ParseArgsConfig } from 'node:util'
import { foldedAddress } from '../src/claims/verified-address.ts'
import { disabling, enabling, erasing, type PersonChange, withId } from '../src/store/people/changes.ts'
import { howToMigrate } from './apps.ts'
import { Complaint } from './complaint.ts'
import { type Database, DatabaseComplaint, queryD1, type Row, sqlText, statementText } from './d1.ts'
import { readOptions } from './options.ts'
import { ROOT } from './settings.ts'

/** The options with which a command names a person. */
export const PERSON_OPTIONS = {
  id: { type: 'string' },
  issuer: { type: 'string' },
  subject: { type: 'string' },
  email: { type: 'string' },
} as const satisfies NonNullable<ParseArgsConfig['options']>

export const PERSON_USAGE = `  --id ID               the id that npm run users shows
  --issuer URL --subject SUBJECT
                        what the provider calls itself, and what it knows the person by
  --email ADDRESS       if exactly one person has this address`

/** Reads the options of a command that names a person, and finds them. @throws Complaint as `findPerson` */
export async function readPerson(usage: string): Promise<{ readonly database: Database; readonly person: Row }> {
  const { remote, ...named } = readOptions({ ...PERSON_OPTIONS, remote: { type: 'boolean', default: false } }, usage)
  const database = { root: ROOT, remote }
  return { database, person: await findPerson(database, named, usage) }
}

export interface Named {
  readonly id?: string | undefined
  readonly issuer?: string | undefined
  readonly subject?: string | undefined
  readonly email?: string | undefined
}

/** The provider's tokens, which are sealed, and the hash of the session's own: keys rather than facts about a person. */
const NOT_EXPORTED = ['token_hash', 'sealed_tokens']
const LISTS = ['x_grp', 'roles', 'scim_groups', 'amr', 'brought_groups', 'brought_roles', 'resource']
const TIMES = /(?:^at$|_at$|^auth_time$|^id_token_iat$)/

/**
 * The row of the one person that the options name.
 *
 * @throws Complaint when they are not named in exactly one way, or when there is not exactly one such person
 */
export async function findPerson(database: Database, named: Named, usage: string): Promise<Row> {
  const rows = await queryPeople(
    database,
    `SELECT * FROM users WHERE ${conditionOf(named, usage)} ORDER BY id LIMIT 11`,
  )
  const [person, ...others] = rows[0] ?? []
  if (person === undefined) throw new Complaint(`There is no such person${placeOf(database)}.`)
  if (others.length === 0) return person
  const lines = [person, ...others].map(({ id, issuer, subject }) => `  --id ${id}   (${subject} at ${issuer})`)
  throw new Complaint(`More than one person has this address. Choose one by its id:\n${lines.join('\n')}`)
}

/** Everything about a person, readable by people and programs: their row, what was pushed of them, their sessions, and what happened to them. */
export async function exportPerson(database: Database, person: Row) {
  const id = sqlText(String(person.id))
  const [sessions = [], audit = [], pushed = []] = await queryPeople(
    database,
    `SELECT * FROM sessions WHERE user_id = ${id} ORDER BY created_at; SELECT at, event, provider, app, CASE WHEN actor_id IS NULL THEN address END AS address, reason, reference FROM audit WHERE user_id = ${id} ORDER BY id; SELECT * FROM scim_users WHERE scim_key = (SELECT scim_key FROM users WHERE id = ${id})`,
  )
  return {
    user: readable(person),
    pushed: pushed.map(readable),
    sessions: sessions.map(readable),
    audit: audit.map(readable),
  }
}

/**
 * The statements that erase a person, as text. For one batch, all or nothing.
 *
 * @param id of the person
 * @param reference under which the audit notes the erasure
 * @param now seconds since the epoch
 */
export function erasureOf(id: string, reference: string, now: number): readonly string[] {
  return inlined(erasing(id, { reference }, now))
}

/**
 * Erases a person.
 *
 * @returns how many sessions ended, and how many audit rows lost their name
 * @throws Complaint when they were gone already
 */
export async function erasePerson(database: Database, id: string, reference: string) {
  const [, sessions = [], users = [], audit = []] = await change(database, erasing(id, { reference }, seconds()))
  if (users.length === 0) throw new Complaint('There is no such person any more. Nothing was deleted.')
  return { sessions: sessions.length, auditRows: audit.length }
}

/**
 * Lets a person in no more, and ends every session, in one batch.
 *
 * @returns how many sessions ended
 * @throws Complaint when the person is disabled already, or gone
 */
export async function disablePerson(database: Database, id: string, reference: string): Promise<number> {
  const [, sessions = [], users = []] = await change(database, disabling(withId(id), { reference }, seconds()))
  if (users.length === 0) throw new Complaint('This person is disabled already. Nothing was changed.')
  return sessions.length
}

/** @throws Complaint when the person is not disabled, or gone */
export async function enablePerson(database: Database, id: string, reference: string): Promise<void> {
  const [, , users = []] = await change(database, enabling(withId(id), { reference }, seconds()))
  if (users.length === 0) throw new Complaint('This person is not disabled. Nothing was changed.')
}

function change(database: Database, changes: PersonChange): Promise<Row[][]> {
  return queryPeople(database, inlined(changes).join('; '))
}

function inlined({ audit, sessions, change: changing, rest }: PersonChange): readonly string[] {
  return [audit, sessions, changing, ...rest].map(statementText)
}

function seconds(): number {
  return Math.floor(Date.now() / 1000)
}

/** Where a command has looked, so that its user notices when that is the wrong place. */
export function placeOf({ remote }: Database): string {
  return remote ? ' in the deployed database' : ' in the local database (--remote for the deployed one)'
}

function conditionOf({ id, issuer, subject, email }: Named, usage: string): string {
  const ways = [
    id === undefined ? [] : [`id = ${sqlText(id)}`],
    issuer === undefined || subject === undefined
      ? []
      : [`issuer = ${sqlText(issuer)} AND subject = ${sqlText(subject)}`],
    email === undefined ? [] : [`email = ${sqlText(foldedAddress(email))}`],
  ].flat()
  const [condition] = ways
  const isHalf = (issuer === undefined) !== (subject === undefined)
  if (condition === undefined || ways.length > 1 || isHalf)
    throw new Complaint(`Name the person in one way: --id, --issuer with --subject, or --email.\n${usage}`)
  return condition
}

function readable(row: Row): Readonly<Record<string, unknown>> {
  const shown = Object.entries(row).filter(([column]) => !NOT_EXPORTED.includes(column))
  return Object.fromEntries(shown.map(([column, value]) => [column, readableValue(column, value)]))
}

function readableValue(column: string, value: string | number | null): unknown {
  if (typeof value === 'number' && TIMES.test(column)) return new Date(value * 1000).toISOString()
  if (typeof value === 'string' && LISTS.includes(column)) return parsed(value)
  return value
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // Not written by Gatehouse: shown as it is.
    return json
  }
}

/** Asks about people. @throws Complaint that says how the table comes to be, if it is not there yet */
export async function queryPeople(database: Database, sql: string): Promise<Row[][]> {
  try {
    return await queryD1(database, sql)
  } catch (error) {
    if (!(error instanceof DatabaseComplaint) || !error.isMissingTable) throw error
    throw new Complaint(`The database has no table of users yet. ${howToMigrate(database)}`)
  }
}
