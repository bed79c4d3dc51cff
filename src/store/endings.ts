/**
 * Ends sessions that no one here asked to end, or many at once, in D1; the end of one session at its own sign-out is in `sessions.ts`.
 */
import type { D1Database } from '@cloudflare/workers-types'
import { type Clock, epochSeconds } from '../clock.ts'
import { roundTrip } from './d1.ts'
import { rememberEnding, rememberSid } from './recent-endings.ts'
import { ENDED_COLUMNS, type EndedSession, endedFromRows } from './rows.ts'

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
  /** Ends all sessions of a person. @throws GatehouseError `store_unavailable` */
  endAllOf(userId: string, reference: string): Promise<readonly EndedSession[]>
}

/** Which rows of `sessions`, and the values for its question marks. */
interface Condition {
  readonly sql: string
  readonly values: readonly (string | number)[]
}

type Meaning = Pick<LogoutTokenEnding, 'issuer' | 'subject' | 'subHash' | 'sidHashes' | 'issuedAt'>

type Event = 'backchannel_logout' | 'frontchannel_logout' | 'sign_out_everywhere'

export function createEndings(db: D1Database, clock: Clock): Endings {
  /** The audit comes first, while the rows are still there to be named. */
  function statements(event: Event, reference: string, { sql, values }: Condition) {
    const now = epochSeconds(clock)
    const alive = `${sql} AND expires_at > ?`
    return [
      db
        .prepare(
          `INSERT INTO audit (at, event, user_id, reference) SELECT ?, ?, user_id, ? FROM sessions WHERE ${alive}`,
        )
        .bind(now, event, reference, ...values, now),
      db.prepare(`DELETE FROM sessions WHERE ${alive} RETURNING ${ENDED_COLUMNS}`).bind(...values, now),
    ]
  }

  return {
    async endByLogoutToken({ jtiHash, usableUntil, rememberedUntil, reference, ...ending }) {
      const { sql, values } = meantBy(ending)
      const unspent = `${sql} AND NOT EXISTS (SELECT 1 FROM spent_logout_tokens WHERE jti_hash = ?)`
      const [, ended, , spent] = await roundTrip(() =>
        db.batch([
          ...statements('backchannel_logout', reference, { sql: unspent, values: [...values, jtiHash] }),
          rememberEnding(db, ending, rememberedUntil, jtiHash, Math.floor(clock.now())),
          db
            .prepare('INSERT INTO spent_logout_tokens (jti_hash, expires_at) VALUES (?, ?) ON CONFLICT DO NOTHING')
            .bind(jtiHash, usableUntil),
        ]),
      )
      return spent?.meta.changes === 1 ? (ended?.results.length ?? 0) : null
    },

    async endBySid(sidHash, rememberedUntil, reference) {
      const condition = { sql: 'sid_hash = ?', values: [sidHash] }
      const [, ended] = await roundTrip(() =>
        db.batch([
          ...statements('frontchannel_logout', reference, condition),
          ...rememberSid(db, sidHash, rememberedUntil, Math.floor(clock.now())),
        ]),
      )
      return ended?.results.length ?? 0
    },

    async endAllOf(userId, reference) {
      const condition = { sql: 'user_id = ?', values: [userId] }
      const [, ended] = await roundTrip(() => db.batch(statements('sign_out_everywhere', reference, condition)))
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
