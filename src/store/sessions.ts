/**
 * Sessions and their users in D1, so that a session that ended has ended everywhere at once; tokens are only here as hashes.
 */
import type { D1Database } from '@cloudflare/workers-types'
import type { Admission, Outcome } from '../accounts/provision.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Authentication } from '../oidc/provider.ts'
import type { RenewalStore } from '../tokens/renewal.ts'
import { roundTrip } from './d1.ts'
import {
  ENDED_COLUMNS,
  type EndedSession,
  endedFromRows,
  type Matches,
  matchesFromRow,
  SESSION_COLUMNS,
  sessionFromRow,
  USER_COLUMNS,
} from './rows.ts'
import { countMatches, keyOf, meantSubject, updateUser, upsertUser } from './users.ts'

/** Somebody has signed in. */
export interface SignIn {
  /** The provider, by its id in the settings. */
  readonly providerId: string
  readonly admission: Admission
  readonly tokenHash: string
  /** SHA-256 of issuer and `sub`. */
  readonly subHash: string
  /** SHA-256 of issuer and `sid`; `null`: the provider sent none. */
  readonly sidHash: string | null
  readonly authentication: Authentication
  readonly sealedTokens: string
  readonly tokensExpireAt: number | null
  /** Of this browser's session until now, which ends. */
  readonly replacedTokenHash: string | null
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** The reference number of the request, which joins the audit row with the log. */
  readonly reference: string
}

export interface Sessions extends RenewalStore {
  /**
   * Finds out who it is, and writes user, session and audit row, in one batch: all or nothing.
   *
   * @returns who it was; nothing was written for whoever is `unknown` or `ambiguous`
   * @throws GatehouseError `store_unavailable`
   */
  begin(signIn: SignIn): Promise<Outcome>
  /** Notes that the session is in use. @throws GatehouseError `store_unavailable` */
  touch(tokenHash: string): Promise<void>
  /** Ends a session, and gives back what it was at its end; nothing, when it had ended already. @throws GatehouseError `store_unavailable` */
  end(tokenHash: string, reference: string): Promise<readonly EndedSession[]>
}

const FIND = `SELECT ${[...USER_COLUMNS, ...SESSION_COLUMNS].join(', ')}
  FROM sessions JOIN users ON users.id = sessions.user_id
  WHERE sessions.token_hash = ?1 AND sessions.expires_at > ?2`

/** For whoever is meant by ?1 to ?3. */
const insertSession = (meant: string) =>
  `INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at, expires_at, sub_hash, sid_hash, id_token_iat, auth_time, acr, amr, sealed_tokens, tokens_expire_at, provider, by_email)
  SELECT ?4, id, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, subject <> ?2 FROM users WHERE issuer = ?1 AND subject = ${meant}`

/** Before anything is written, while it can still be seen that the account has another subject. */
const auditMatch = (meant: string) =>
  `INSERT INTO audit (at, event, user_id, reference)
  SELECT ?4, 'email_match', id, ?5 FROM users WHERE issuer = ?1 AND subject = ${meant} AND subject <> ?2`

const AUDIT_SIGN_IN = `INSERT INTO audit (at, event, user_id, reference)
  SELECT ?1, 'sign_in', user_id, ?2 FROM sessions WHERE token_hash = ?3`

const AUDIT_SIGN_OUT = `INSERT INTO audit (at, event, user_id, reference)
  SELECT ?1, 'sign_out', user_id, ?2 FROM sessions WHERE token_hash = ?3`

/** Only when the new one has begun. */
const DELETE_REPLACED =
  'DELETE FROM sessions WHERE token_hash = ?1 AND EXISTS (SELECT 1 FROM sessions WHERE token_hash = ?2)'

const DELETE_SESSION = `DELETE FROM sessions WHERE token_hash = ?1 RETURNING ${ENDED_COLUMNS}`

/** Only of the version that was seen, so that one of many succeeds. */
const CLAIM_REFRESH = `UPDATE sessions SET refresh_version = refresh_version + 1, refresh_not_before = ?3, refresh_pending = 1
  WHERE token_hash = ?1 AND refresh_version = ?2 AND refresh_not_before <= ?4`

const COMPLETE_REFRESH = `UPDATE sessions SET sealed_tokens = ?3, tokens_expire_at = ?4, refreshed_at = ?5, refresh_not_before = 0, refresh_pending = 0
  WHERE token_hash = ?1 AND refresh_version = ?2`

const ABANDON_REFRESH =
  'UPDATE sessions SET refresh_not_before = ?3, refresh_pending = 0 WHERE token_hash = ?1 AND refresh_version = ?2'

export function createSessions(db: D1Database, clock: Clock): Sessions {
  return {
    async find(tokenHash) {
      const row = await roundTrip(() => db.prepare(FIND).bind(tokenHash, epochSeconds(clock)).first())
      return row ? sessionFromRow(row) : null
    },

    async begin(signIn) {
      const { admission, tokenHash, authentication, reference } = signIn
      const now = epochSeconds(clock)
      const key = keyOf(admission)
      const meant = meantSubject(admission)
      const begun = db
        .prepare(insertSession(meant))
        .bind(
          ...key,
          tokenHash,
          now,
          signIn.expiresAt,
          signIn.subHash,
          signIn.sidHash,
          authentication.issuedAt,
          authentication.authTime,
          authentication.acr,
          JSON.stringify(authentication.amr),
          signIn.sealedTokens,
          signIn.tokensExpireAt,
          signIn.providerId,
        )
      const matching =
        admission.byEmail === null
          ? []
          : [countMatches(db, admission), db.prepare(auditMatch(meant)).bind(...key, now, reference)]
      const statements = [
        begun,
        db.prepare(AUDIT_SIGN_IN).bind(now, reference, tokenHash),
        ...(signIn.replacedTokenHash === null
          ? []
          : [db.prepare(DELETE_REPLACED).bind(signIn.replacedTokenHash, tokenHash)]),
      ]
      const results = await roundTrip(() => db.batch([...matching, upsertUser(db, admission, now), ...statements]))
      const isAdmitted = results[matching.length + 1]?.meta.changes === 1
      return outcomeOf(isAdmitted, matching.length > 0 ? matchesFromRow(results[0]?.results[0]) : null)
    },

    async touch(tokenHash) {
      await roundTrip(() =>
        db
          .prepare('UPDATE sessions SET last_seen_at = ?2 WHERE token_hash = ?1')
          .bind(tokenHash, epochSeconds(clock))
          .run(),
      )
    },

    async claimRefresh({ tokenHash, refreshVersion }, notBefore) {
      const result = await roundTrip(() =>
        db.prepare(CLAIM_REFRESH).bind(tokenHash, refreshVersion, notBefore, epochSeconds(clock)).run(),
      )
      return result.meta.changes === 1
    },

    async completeRefresh({ tokenHash, refreshVersion, user }, { sealedTokens, tokensExpireAt, identity }) {
      const now = epochSeconds(clock)
      const statements = [
        db.prepare(COMPLETE_REFRESH).bind(tokenHash, refreshVersion, sealedTokens, tokensExpireAt, now),
      ]
      if (identity !== null) statements.push(updateUser(db, user.id, identity, { tokenHash, refreshVersion }))
      const [session] = await roundTrip(() => db.batch(statements))
      return session?.meta.changes === 1
    },

    async abandonRefresh({ tokenHash, refreshVersion }, notBefore) {
      await roundTrip(() => db.prepare(ABANDON_REFRESH).bind(tokenHash, refreshVersion, notBefore).run())
    },

    async end(tokenHash, reference) {
      const [, ended] = await roundTrip(() =>
        db.batch([
          db.prepare(AUDIT_SIGN_OUT).bind(epochSeconds(clock), reference, tokenHash),
          db.prepare(DELETE_SESSION).bind(tokenHash),
        ]),
      )
      return endedFromRows(ended?.results)
    },
  }
}

function outcomeOf(isAdmitted: boolean, found: Matches | null): Outcome {
  if (found === null || found.isKnown || found.matches === 0) return isAdmitted ? 'admitted' : 'unknown'
  return isAdmitted ? 'matched' : 'ambiguous'
}
