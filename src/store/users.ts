/**
 * The rows of people: which of them a sign-in means, how it is written, by statements for a batch
 * that others make, and who is found by a search. Which of those are shown, and in which order, is decided in `accounts/directory.ts`.
 */
import type { D1PreparedStatement } from '@cloudflare/workers-types'
import type { Circle, UserStore } from '../accounts/directory.ts'
import { searchTextOf } from '../accounts/identity.ts'
import { type Identity, TEXT_MEMBERS } from '../accounts/person.ts'
import type { Admission } from '../accounts/provision.ts'
import type { User } from '../accounts/users.ts'
import { type Database, roundTrip, USER_COLUMNS, userFromRow } from './d1.ts'
import { type BeginningSignIn, hasEnded, valuesOf } from './endings.ts'

const PERSON_COLUMNS = [...TEXT_MEMBERS, 'search_text'] as const

/** The values of ?1 to ?3 in every statement that asks which row is meant. */
export type Key = readonly [issuer: string, subject: string, email: string | null]

export function keyOf({ issuer, subject, byEmail }: Admission): Key {
  return [issuer, subject, byEmail?.email ?? null]
}

const KNOWN = 'SELECT 1 FROM users WHERE issuer = ?1 AND subject = ?2'

/** Accounts that the provider once called those of the address, not only those that someone claims it for. */
function candidates({ byEmail }: Admission): string {
  const isVerified = byEmail?.trustsAbsent ? 'email_verified IS NOT 0' : 'email_verified = 1'
  return `users WHERE issuer = ?1 AND email = ?3 AND ${isVerified}`
}

/**
 * The subject of the row that a sign-in means, as an expression of SQL; NULL: it means none that may be written. It is asked in the
 * same batch that writes, so that no one comes in between.
 */
export function meantSubject(admission: Admission): string {
  const { mayCreate, byEmail } = admission
  if (mayCreate && byEmail === null) return '?2'
  const whenNotFound = mayCreate ? 'WHEN 0 THEN ?2 ' : ''
  const otherwise = `(SELECT CASE COUNT(*) WHEN 1 THEN MIN(subject) ${whenNotFound}END FROM ${candidates(admission)})`
  return `CASE WHEN EXISTS (${KNOWN}) THEN ?2 ${byEmail === null ? '' : `ELSE ${otherwise} `}END`
}

/** Whether the person is known, how many accounts the address fits, and whether the account that is meant is disabled. */
export function findMatches(db: Database, admission: Admission): D1PreparedStatement {
  const matches = admission.byEmail === null ? '0' : `(SELECT COUNT(*) FROM ${candidates(admission)})`
  return db
    .prepare(
      `SELECT EXISTS (${KNOWN}) AS known, ${matches} AS matches,
  EXISTS (SELECT 1 FROM users WHERE issuer = ?1 AND subject = ${meantSubject(admission)} AND disabled_at IS NOT NULL) AS disabled`,
    )
    .bind(...keyOf(admission).slice(0, admission.byEmail === null ? 2 : 3))
}

/** Where the values about the sign-in itself are in `upsertUser`, after those of the person. */
const SIGN_IN = PERSON_COLUMNS.length + 9

/**
 * Whether the address of a row is verified after the provider has spoken, as an expression of SQL. Silence about the address that is
 * known does not take back a no, but it does take back a yes.
 */
function verifiedAfter(email: string, verified: string): string {
  return `CASE WHEN ${email} IS NULL THEN users.email_verified
      WHEN ${verified} IS NULL AND users.email_verified = 0 AND ${email} = users.email THEN 0
      ELSE ${verified} END`
}

/**
 * Makes or renews the row of a person. A claim that does not come this time does not erase what is known; groups are what the
 * provider says now.
 *
 * @param signIn nothing is written if the provider has ended it in the meantime. Where the provider pushes nothing by SCIM, the account is
 * no longer that of a pushed user
 */
export function upsertUser(
  db: Database,
  admission: Admission,
  now: number,
  signIn: BeginningSignIn & { readonly scimKey: string | null },
): D1PreparedStatement {
  const { verified, groups, roles, person } = columnsOf(admission.identity)
  return db
    .prepare(
      `INSERT INTO users (id, issuer, subject, email_verified, x_grp, created_at, updated_at, last_login_at, ${PERSON_COLUMNS.join(', ')}, roles)
  SELECT ?4, ?1, meant.subject, ?5, ?6, ?7, ?7, ?7, ${PERSON_COLUMNS.map((_, index) => `?${index + 8}`).join(', ')}, ?${SIGN_IN - 1}
    FROM (SELECT ${meantSubject(admission)} AS subject) AS meant WHERE meant.subject IS NOT NULL AND NOT ${hasEnded(SIGN_IN, 7)}
  ON CONFLICT (issuer, subject) DO UPDATE SET
    email_verified = ${verifiedAfter('excluded.email', 'excluded.email_verified')},
    x_grp = excluded.x_grp,
    roles = excluded.roles,${signIn.scimKey === null ? ' scim_key = NULL,' : ''}
    ${PERSON_COLUMNS.map((column) => `${column} = COALESCE(excluded.${column}, users.${column})`).join(', ')},
    updated_at = excluded.updated_at,
    last_login_at = excluded.last_login_at
  WHERE users.disabled_at IS NULL`,
    )
    .bind(...keyOf(admission), crypto.randomUUID(), verified, groups, now, ...person, roles, ...valuesOf(signIn))
}

/**
 * Gives the account that a new session was matched to the subject of that session, where the settings say so. It must come last: whether
 * the session was matched is seen by the subject that the account had before.
 */
export function takeSubject(db: Database, admission: Admission, tokenHash: string): readonly D1PreparedStatement[] {
  if (admission.byEmail === null || admission.byEmail.keepsSubject) return []
  const sql =
    'UPDATE users SET subject = ?1 WHERE subject <> ?1 AND id = (SELECT user_id FROM sessions WHERE token_hash = ?2)'
  return [db.prepare(sql).bind(admission.subject, tokenHash)]
}

/** What each column becomes. */
const REFRESHED: readonly (readonly [column: string, value: string])[] = [
  ['email_verified', verifiedAfter('?4', '?2')],
  ['x_grp', '?3'],
  ...PERSON_COLUMNS.map((column, index) => [column, `COALESCE(?${index + 4}, ${column})`] as const),
  ['roles', `?${PERSON_COLUMNS.length + 4}`],
]

/** Most refreshes bring nothing new, and a row that is not written costs nothing: it would be half of all rows that are. */
const UPDATE_USER = `UPDATE users SET ${REFRESHED.map(([column, value]) => `${column} = ${value}`).join(', ')}
  WHERE id = ?1 AND (${REFRESHED.map(([column, value]) => `${column} IS NOT ${value}`).join(' OR ')})
    AND EXISTS (SELECT 1 FROM sessions WHERE token_hash = ?${PERSON_COLUMNS.length + 5} AND refresh_version = ?${PERSON_COLUMNS.length + 6})`

/** Writes what a refresh said of a person, unless it is nothing new or the session has gone on without it. */
export function updateUser(
  db: Database,
  userId: string,
  identity: Identity,
  session: { readonly tokenHash: string; readonly refreshVersion: number },
): D1PreparedStatement {
  const { verified, groups, roles, person } = columnsOf(identity)
  return db
    .prepare(UPDATE_USER)
    .bind(userId, verified, groups, ...person, roles, session.tokenHash, session.refreshVersion)
}

/** An identity as the columns of `users` hold it. */
function columnsOf(identity: Identity) {
  return {
    verified: identity.email_verified === null ? null : Number(identity.email_verified),
    groups: JSON.stringify(identity.x_grp),
    roles: JSON.stringify(identity.roles),
    person: PERSON_COLUMNS.map((column) => (column === 'search_text' ? searchTextOf(identity) : identity[column])),
  }
}

/** As many people of one kind are candidates; more are not looked at, because a text that so many have says nothing. */
const LITERAL_MAX = 50
const NEAR_MAX = 25
/** With so many who have the text, no one is looked for who has something like it. */
const ENOUGH = 20
/** How many rows of the index one statement reads to find those within the circle. */
const BEGINNINGS_READ_MAX = 10_000
/** How many people, the newest, are looked through for the text in the middle of a word, which no index finds. */
const LOOKED_THROUGH_MAX = 5000
/** How many letters at the beginning of a name must be right before the rest may be nearly so. */
const SURE_CHARACTERS = 2
/** Of the index, in migration 0016. */
const BEGINNING_CHARACTERS = 24
/** Comes after every other character. */
const LAST_CHARACTER = '\u{10FFFF}'

const OF_TENANT = '(?2 IS NULL OR users.tenant_id = ?2)'

function isFound({ hasDisabled }: Circle): string {
  return `(?1 IS NULL OR users.issuer = ?1) AND ${OF_TENANT}${hasDisabled ? '' : ' AND users.disabled_at IS NULL'}`
}

/** `instr` takes every character for itself. */
const HAS_TEXT = 'instr(users.search_text, ?3) > 0'

/** People one of whose beginnings lies from ?4 on and before ?5, in this order: CROSS JOIN keeps it, and reads no further than the limit. */
function beginningIn(order: 'ASC' | 'DESC', limit: number, condition: string): string {
  return `SELECT ${USER_COLUMNS.join(', ')} FROM
    (SELECT user_id FROM search_beginnings WHERE beginning >= ?4 AND beginning < ?5 ORDER BY beginning ${order} LIMIT ${BEGINNINGS_READ_MAX})
    AS found CROSS JOIN users ON users.id = found.user_id WHERE ${condition} LIMIT ${limit}`
}

/** What a search asks, for this circle. */
function searchesOf(circle: Circle) {
  const isOfCircle = isFound(circle)
  return {
    literal: beginningIn('ASC', LITERAL_MAX, `${isOfCircle} AND ${HAS_TEXT}`),
    nextBefore: beginningIn('DESC', NEAR_MAX, isOfCircle),
    nextAfter: beginningIn('ASC', NEAR_MAX, isOfCircle),
    inTheMiddle: `SELECT ${USER_COLUMNS.join(', ')} FROM users NOT INDEXED
  WHERE users.rowid > (SELECT MAX(rowid) FROM users) - ${LOOKED_THROUGH_MAX} AND ${isOfCircle} AND ${HAS_TEXT} LIMIT ${LITERAL_MAX}`,
  }
}

const WITH_ID = `SELECT ${USER_COLUMNS.join(', ')} FROM users WHERE users.id = ?1`

const WITH_SUBJECTS = `SELECT ${USER_COLUMNS.join(', ')}, users.disabled_at IS NOT NULL AS disabled FROM users
  WHERE users.issuer = ?1 AND ${OF_TENANT} AND users.subject IN (SELECT value FROM json_each(?3))`

export function createUserDirectory(db: Database): UserStore {
  const asked = (sql: string, { issuer, tenant }: Circle, ...values: readonly string[]) =>
    db.prepare(sql).bind(issuer, tenant, ...values)
  const rows = async (statements: readonly D1PreparedStatement[]) => {
    const answers = await roundTrip(() => db.batch([...statements]))
    return answers.flatMap(({ results }) => results.map(userFromRow))
  }
  return {
    async withId(id) {
      const row = await roundTrip(() => db.prepare(WITH_ID).bind(id).first())
      return row && userFromRow(row)
    },
    async candidates(wanted, circle) {
      const { literal: whole, nextBefore, nextAfter, inTheMiddle } = searchesOf(circle)
      const begin = first(wanted, BEGINNING_CHARACTERS)
      const sure = first(wanted, SURE_CHARACTERS)
      const between = (sql: string, from: string, to: string) => asked(sql, circle, wanted, from, to)
      // A line that begins so comes before a word that does.
      const marks = ['\n', '']
      const meant = marks.map((mark) => between(whole, mark + begin, mark + begin + LAST_CHARACTER))
      const literal = distinct(await rows(meant))
      if (literal.length >= ENOUGH) return literal
      const others = await rows([
        asked(inTheMiddle, circle, wanted),
        ...marks.flatMap((mark) => [
          between(nextBefore, mark + sure, mark + begin),
          between(nextAfter, mark + begin + LAST_CHARACTER, mark + sure + LAST_CHARACTER),
        ]),
      ])
      return distinct([...literal, ...others])
    },
    async withSubjects(subjects, circle) {
      const { results } = await roundTrip(() => asked(WITH_SUBJECTS, circle, JSON.stringify(subjects)).all())
      return results.map((row) => ({ user: userFromRow(row), isDisabled: row.disabled === 1 }))
    },
  }
}

function first(text: string, count: number): string {
  return [...text].slice(0, count).join('')
}

/** A person has several beginnings. */
function distinct(users: readonly User[]): readonly User[] {
  return [...new Map(users.map((user) => [user.id, user])).values()]
}
