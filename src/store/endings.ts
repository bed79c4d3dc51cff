/**
 * Ends sessions that no one here asked to end, or many at once, in D1; the end of one session at its own sign-out is in `sessions.ts`.
 * Remembers what a provider has just ended, so that a sign-in that was under way at the time does not begin it again.
 */
import type { D1PreparedStatement } from '@cloudflare/workers-types'
import type { AuditContext, AuditEvent } from '../accounts/audit.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Log } from '../log.ts'
import { CUT_OFF_SECONDS, ofBoth, ofSid, ofSub } from '../sessions/cut-offs.ts'
import type { EndedSession } from '../sessions/session.ts'
import { contextValues, logAudit, RETURNING_AUDIT } from './audit.ts'
import { type Database, ENDED_COLUMNS, endedFromRows, roundTrip } from './d1.ts'

/** What a logout token ends. */
export interface LogoutTokenEnding {
  readonly issuer: string
  /** `null`: the person who has the session. */
  readonly subject: string | null
  /** SHA-256 of issuer and subject; `null`: as above. */
  readonly subHash: string | null
  /** SHA-256 of the `sid` in each scope in which it may be unique; empty: all sessions of the subject. */
  readonly sidHashes: readonly string[]
  /** Only sessions that had begun by then, by the provider's own clock. Seconds since the epoch. */
  readonly issuedAt: number
  /** SHA-256 of issuer and `jti`. */
  readonly jtiHash: string
  /** Until when the `jti` is remembered. Seconds since the epoch. */
  readonly usableUntil: number
  /** Until when sign-ins that were under way are refused if they are meant. Seconds since the epoch. */
  readonly rememberedUntil: number
  readonly reference: string
}

/** Each method is one batch, all or nothing, with one audit row for each session that ends. */
export interface Endings {
  /**
   * Ends what a logout token means and takes the token itself, both or neither: a token that could not be obeyed may come again.
   *
   * @returns how many sessions ended; `null`: the token was obeyed before, and nothing was done
   * @throws GatehouseError `store_unavailable`
   */
  endByLogoutToken(ending: LogoutTokenEnding): Promise<number | null>
  /**
   * Ends the sessions of a `sid`, and refuses sign-ins of it until `rememberedUntil`.
   *
   * @returns how many sessions ended
   * @throws GatehouseError `store_unavailable`
   */
  endBySid(sidHash: string, rememberedUntil: number, reference: string): Promise<number>
  /** Ends sessions of a person. @throws GatehouseError `store_unavailable` */
  endOf(which: SessionsOfUser, event: AuditEvent, context: AuditContext): Promise<readonly EndedSession[]>
}

/** Sessions of a person: all, or with one of the other members, only this one or all but this one, by their token hashes. */
export interface SessionsOfUser {
  readonly userId: string
  readonly only?: string
  readonly except?: string
}

/** Which rows of `sessions`, and the values for its question marks. */
interface Condition {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

type Meaning = Pick<LogoutTokenEnding, 'issuer' | 'subject' | 'subHash' | 'sidHashes' | 'issuedAt'>

export function createEndings(db: Database, clock: Clock, log: Log): Endings {
  /** The audit comes first, while the rows are still there to be named. */
  function statements(event: AuditEvent, context: AuditContext, { sql, values }: Condition) {
    const now = epochSeconds(clock)
    const alive = `${sql} AND expires_at > ?`
    return [
      db
        .prepare(
          `INSERT INTO audit (at, event, user_id, provider, reference, address, actor_id)
  SELECT ?, ?, user_id, provider, ?, ?, ? FROM sessions WHERE ${alive} ${RETURNING_AUDIT}`,
        )
        .bind(now, event, ...contextValues(context), ...values, now),
      db.prepare(`DELETE FROM sessions WHERE ${alive} RETURNING ${ENDED_COLUMNS}`).bind(...values, now),
    ]
  }

  return {
    async endByLogoutToken({ jtiHash, usableUntil, rememberedUntil, reference, ...ending }) {
      const { sql, values } = meantBy(ending)
      const unspent = `${sql} AND NOT EXISTS (SELECT 1 FROM spent_logout_tokens WHERE jti_hash = ?)`
      const now = epochSeconds(clock)
      const [audited, ended, , , spent] = await roundTrip(() =>
        db.batch([
          ...statements('backchannel_logout', { reference }, { sql: unspent, values: [...values, jtiHash] }),
          rememberEnding(db, ending, rememberedUntil, jtiHash, Math.floor(clock.now())),
          cutOffTokens(db, ending, now + CUT_OFF_SECONDS, jtiHash),
          db
            .prepare('INSERT INTO spent_logout_tokens (jti_hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING')
            .bind(jtiHash, usableUntil),
        ]),
      )
      logAudit(log, audited?.results)
      return spent?.meta.changes === 1 ? (ended?.results.length ?? 0) : null
    },

    async endBySid(sidHash, rememberedUntil, reference) {
      const condition = { sql: 'sid_hash = ?', values: [sidHash] }
      const [audited, ended] = await roundTrip(() =>
        db.batch([
          ...statements('frontchannel_logout', { reference }, condition),
          ...rememberSid(db, sidHash, rememberedUntil, Math.floor(clock.now())),
        ]),
      )
      logAudit(log, audited?.results)
      return ended?.results.length ?? 0
    },

    async endOf({ userId, only, except }, event, context) {
      const one = only === undefined ? null : { sql: ' AND token_hash = ?', value: only }
      const others = except === undefined ? null : { sql: ' AND token_hash <> ?', value: except }
      const narrowed = [one, others].filter((part) => part !== null)
      const sql = `user_id = ?${narrowed.map((part) => part.sql).join('')}`
      const condition = { sql, values: [userId, ...narrowed.map(({ value }) => value)] }
      const [audited, ended] = await roundTrip(() => db.batch(statements(event, context, condition)))
      logAudit(log, audited?.results)
      return endedFromRows(ended?.results)
    },
  }
}

/**
 * A `sid` is a session of one provider, but one whose person is named as well must also be that person's. A session whose ID token
 * came without a `sid` may be the one that is meant, so it ends when its person is named: rather one sign-out too many.
 *
 * @see OpenID Connect Back-Channel Logout 1.0 section 2.7
 */
function meantBy({ issuer, subject, subHash, sidHashes, issuedAt }: Meaning): Condition {
  const sids = JSON.stringify(sidHashes)
  if (subject === null || subHash === null) {
    return { sql: `${OF_SIDS} AND id_token_iat <= ?`, values: [sids, issuedAt] }
  }
  const person = { sql: PERSON, values: [subHash, issuer, subject] }
  if (sidHashes.length === 0)
    return { sql: `${person.sql} AND id_token_iat <= ?`, values: [...person.values, issuedAt] }
  return {
    sql: `${person.sql} AND (${OF_SIDS} OR sid_hash IS NULL) AND id_token_iat <= ?`,
    values: [...person.values, sids, issuedAt],
  }
}

const OF_SIDS = 'sid_hash IN (SELECT value FROM json_each(?))'

/** A session that began before there was a `sub_hash` is found by its user, whose subject was always the `sub`. */
const PERSON =
  '(sub_hash = ? OR (sub_hash IS NULL AND user_id = (SELECT id FROM users WHERE issuer = ? AND subject = ?)))'

/** A browser that asks for a front-channel logout proves nothing, so what it can add is limited. Logout tokens are signed, so they are not. */
const BY_BROWSER_MAX = 1000

/** The names that the provider has for a session: SHA-256 of issuer and `sub`, and of issuer and `sid`. */
interface SessionNames {
  readonly subHash: string
  /** `null`: the provider gave the session no `sid`. */
  readonly sidHash: string | null
}

/** What one logout token ends. @see OpenID Connect Back-Channel Logout 1.0 section 2.4 */
export interface Ending {
  /** `null`: the token names no person. */
  readonly subHash: string | null
  /** The `sid`, hashed in each scope in which the provider's sessions may have it; empty: the token names no session. */
  readonly sidHashes: readonly string[]
  /** When the token was issued, by the provider's clock. Seconds since the epoch. */
  readonly issuedAt: number
}

/** A row: a name, and the `iat` before which it applies; `null`: it always applies, because a session that has ended stays ended. */
type Row = readonly [name: string, issuedAt: number | null]

type Names = readonly [string, string, string]

/** What is known of a sign-in whose session is about to begin. */
export interface BeginningSignIn {
  /** The names of `endedNamesOf`. */
  readonly names: Names
  /** `iat` of its ID token, by the provider's clock. */
  readonly issuedAt: number
  /** When this browser began it, by ours. Milliseconds since the epoch. */
  readonly startedAt: number
}

/** The values for the five parameters in a row that `hasEnded` expects. */
export const valuesOf = ({ names, issuedAt, startedAt }: BeginningSignIn) => [...names, issuedAt, startedAt] as const

/** A fourth kind of name: where a `sid` stands beside a `sub`, a session without a `sid` may be the one that is meant. */
const ofSubWithoutSid = (subHash: string) => `sub ${subHash} without sid`

function rowsOf({ subHash, sidHashes, issuedAt }: Ending): readonly Row[] {
  const rows = tokenRowsOf({ subHash, sidHashes, issuedAt })
  if (subHash === null || sidHashes.length === 0) return rows
  return [...rows, [ofSubWithoutSid(subHash), issuedAt]]
}

/** Access tokens without a `sid` outlive the sign-out of one device: they may be another's. */
function tokenRowsOf({ subHash, sidHashes, issuedAt }: Ending): readonly Row[] {
  if (subHash === null) return sidHashes.map((sidHash) => [ofSid(sidHash), null])
  if (sidHashes.length === 0) return [[ofSub(subHash), issuedAt]]
  return sidHashes.map((sidHash): Row => [ofBoth(subHash, sidHash), null])
}

/** The names under which a sign-in may have been ended; the last two may be the same. */
export function endedNamesOf({ subHash, sidHash }: SessionNames): Names {
  if (sidHash === null) return [ofSub(subHash), ofSubWithoutSid(subHash), ofSubWithoutSid(subHash)]
  return [ofSub(subHash), ofSid(sidHash), ofBoth(subHash, sidHash)]
}

/**
 * An SQL condition: the provider has ended a sign-in before its session began. What a browser brought counts only for sign-ins that
 * were under way at that time, because anyone can bring it. The same holds for ID tokens issued in the same second as the logout token,
 * which may have been issued before or after it.
 *
 * @param first the number of the parameter that has the first of `valuesOf`
 * @param now the number of the parameter that has the time
 */
export function hasEnded(first: number, now: number): string {
  const names = [first, first + 1, first + 2].map((place) => `?${place}`).join(', ')
  return `EXISTS (SELECT 1 FROM recent_endings WHERE name IN (${names}) AND expires_at > ?${now}
    AND CASE WHEN by_browser = 1 OR issued_at = ?${first + 3} THEN arrived_at >= ?${first + 4}
      ELSE issued_at IS NULL OR issued_at > ?${first + 3} END)`
}

/** Remembers what a logout token ends, unless the token has already been carried out. @param arrivedAt in milliseconds, as in `BeginningSignIn` */
export function rememberEnding(
  db: Database,
  ending: Ending,
  expiresAt: number,
  jtiHash: string,
  arrivedAt: number,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO recent_endings (name, issued_at, expires_at, arrived_at)
  SELECT value ->> 0, value ->> 1, ?2, ?4 FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM spent_logout_tokens WHERE jti_hash = ?3)`,
    )
    .bind(JSON.stringify(rowsOf(ending)), expiresAt, jtiHash, arrivedAt)
}

/** Cuts off the access tokens that a logout token ends, unless it has already been carried out. */
function cutOffTokens(db: Database, ending: Ending, expiresAt: number, jtiHash: string): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO cut_offs (name, issued_at, expires_at)
  SELECT value ->> 0, value ->> 1, ?2 FROM json_each(?1) WHERE NOT EXISTS (SELECT 1 FROM spent_logout_tokens WHERE jti_hash = ?3)
  ON CONFLICT (name) DO UPDATE SET issued_at = MAX(issued_at, excluded.issued_at), expires_at = excluded.expires_at`,
    )
    .bind(JSON.stringify(tokenRowsOf(ending)), expiresAt, jtiHash)
}

/** Remembers a `sid` that a browser brought, and drops all but the newest of them. @param arrivedAt as above */
export function rememberSid(
  db: Database,
  sidHash: string,
  expiresAt: number,
  arrivedAt: number,
): D1PreparedStatement[] {
  return [
    db
      .prepare(
        `INSERT INTO recent_endings (name, expires_at, arrived_at, by_browser)
  SELECT ?1, ?2, ?3, 1 WHERE NOT EXISTS (SELECT 1 FROM recent_endings WHERE name = ?1 AND by_browser = 1 AND arrived_at >= ?3)`,
      )
      .bind(ofSid(sidHash), expiresAt, arrivedAt),
    db.prepare(
      `DELETE FROM recent_endings WHERE by_browser = 1
  AND id <= (SELECT MAX(id) FROM recent_endings WHERE by_browser = 1) - ${BY_BROWSER_MAX}`,
    ),
  ]
}
