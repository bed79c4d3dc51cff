/**
 * How the database is asked, and its rows as typed values: every failure becomes `store_unavailable`, and what D1 gives back is parsed like
 * any other outside data; the statements are in the files beside this one.
 */

import type { D1Database, D1PreparedStatement } from '@cloudflare/workers-types'
import * as v from 'valibot'
import { personSchema } from '../accounts/person.ts'
import { allGroups } from '../accounts/scim/standing.ts'
import type { User } from '../accounts/users.ts'
import { GatehouseError, toGatehouseError } from '../errors.ts'
import { describeFailure, type Log } from '../log.ts'
import type { EndedSession, Session } from '../sessions/session.ts'
import { USES_EVERYTHING } from './schema.ts'

/** What the stores need of D1, which a session of it (for reading from a replica) has as well. */
export type Database = Pick<D1Database, 'prepare' | 'batch'>

/** SQL, and the values for ?1, ?2 and so on in it. */
export interface Statement {
  readonly sql: string
  readonly values: readonly (string | number | null)[]
}

/** A statement with its values, for a round trip. */
export function prepared(db: Database, { sql, values }: Statement): D1PreparedStatement {
  return db.prepare(sql).bind(...values)
}

/** Runs one round trip to D1. @throws GatehouseError `store_unavailable`, which is never an answer about the data */
export async function roundTrip<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new GatehouseError('store_unavailable', 'database_failed', 'the database (D1) did not answer', {
      cause: error,
    })
  }
}

/**
 * Whether the database answers and has every table and column that this version needs; one statement, which reads no row. The log says
 * what is wrong, because without a working database no one may be able to sign in and look at the diagnosis.
 */
export async function isDatabaseReady(db: Database, log: Log): Promise<boolean> {
  try {
    await roundTrip(() => db.prepare(USES_EVERYTHING).all())
    return true
  } catch (thrown) {
    log({ level: 'error', event: 'not_ready', detail: describeFailure(toGatehouseError(thrown)) })
    return false
  }
}

/** A JSON list of texts in a column. */
export const textList = v.pipe(v.string(), v.parseJson(), v.array(v.string()), v.readonly())

/** A text that may not be known. */
export const nullableText = v.nullable(v.string())

/** `null` in JSON: groups or roles are not known. */
const groupList = v.pipe(v.string(), v.parseJson(), v.nullable(v.array(v.string())), v.readonly())

const userRow = v.object({
  id: v.string(),
  issuer: v.string(),
  subject: v.string(),
  ...personSchema.entries,
  email_verified: v.pipe(
    v.nullable(v.number()),
    v.transform((value) => (value === null ? null : value === 1)),
  ),
  x_grp: groupList,
  roles: groupList,
  scim_groups: textList,
})

/** A row of `users`. */
export function userFromRow(row: unknown): User {
  const { scim_groups: pushed, ...user } = v.parse(userRow, row)
  return { ...user, x_grp: allGroups(user.x_grp, pushed) }
}

/** The columns of `users` that make a User, by their plain names. */
export const USER_COLUMN_NAMES: readonly string[] = Object.keys(userRow.entries)

/** The same for a statement, which may join other tables. */
export const USER_COLUMNS: readonly string[] = USER_COLUMN_NAMES.map((column) => `users.${column}`)

const sessionRow = v.object({
  token_hash: v.string(),
  provider: v.string(),
  session_created_at: v.number(),
  expires_at: v.number(),
  last_seen_at: v.number(),
  auth_time: v.nullable(v.number()),
  acr: nullableText,
  amr: textList,
  sealed_tokens: v.string(),
  tokens_expire_at: v.nullable(v.number()),
  refreshed_at: v.nullable(v.number()),
  refresh_version: v.number(),
  refresh_not_before: v.number(),
  refresh_pending: v.number(),
  by_email: v.number(),
  brought_subject: nullableText,
  brought_groups: v.nullable(groupList),
  brought_roles: v.nullable(groupList),
})

/** The columns of `sessions` that make a Session, for a statement that joins `users`. */
export const SESSION_COLUMNS: readonly string[] = Object.keys(sessionRow.entries)
  .filter((column) => column !== 'session_created_at')
  .map((column) => `sessions.${column}`)
  .concat('sessions.created_at AS session_created_at')

/** A row of `sessions` joined with its row of `users`. */
export function sessionFromRow(row: unknown): Session {
  const session = v.parse(sessionRow, row)
  const user = userFromRow(row)
  return {
    tokenHash: session.token_hash,
    user,
    providerId: session.provider,
    createdAt: session.session_created_at,
    expiresAt: session.expires_at,
    lastSeenAt: session.last_seen_at,
    authTime: session.auth_time,
    acr: session.acr,
    amr: session.amr,
    sealedTokens: session.sealed_tokens,
    tokensExpireAt: session.tokens_expire_at,
    refreshedAt: session.refreshed_at,
    refreshVersion: session.refresh_version,
    refreshNotBefore: session.refresh_not_before,
    isRefreshPending: session.refresh_pending === 1,
    isByEmail: session.by_email === 1,
    brought:
      session.brought_subject === null
        ? null
        : { subject: session.brought_subject, groups: session.brought_groups, roles: session.brought_roles },
  }
}

const endedRow = v.object({ token_hash: v.string(), provider: v.string(), sealed_tokens: v.string() })

/** The columns that make an EndedSession. */
export const ENDED_COLUMNS = Object.keys(endedRow.entries).join(', ')

/** What `DELETE … RETURNING` the ENDED_COLUMNS gives back. */
export function endedFromRows(rows: unknown): readonly EndedSession[] {
  return v
    .parse(v.array(endedRow), rows)
    .map((row) => ({ tokenHash: row.token_hash, providerId: row.provider, sealedTokens: row.sealed_tokens }))
}

/** Whether a sign-in has ended before it began. */
export function endedFromRow(row: unknown): boolean {
  return v.parse(v.object({ ended: v.number() }), row).ended === 1
}

/** What is known of a person before they are let in. */
export interface Matches {
  /** By the subject. */
  readonly isKnown: boolean
  /** How many accounts the address fits. */
  readonly matches: number
  /** The account that is meant. */
  readonly isDisabled: boolean
}

const matchesRow = v.object({ known: v.number(), matches: v.number(), disabled: v.number() })

export function matchesFromRow(row: unknown): Matches {
  const { known, matches, disabled } = v.parse(matchesRow, row)
  return { isKnown: known === 1, matches, isDisabled: disabled === 1 }
}
