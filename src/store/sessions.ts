/**
 * Sessions and their users in D1, so that a session that ended has ended everywhere at once; tokens are only here as hashes.
 */
import type { AuditContext, Origin } from '../accounts/audit.ts'
import type { Admission, Outcome } from '../accounts/provision.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Log } from '../log.ts'
import type { Authentication } from '../oidc/flows/callback.ts'
import type { RenewalStore } from '../sessions/renewal.ts'
import type { EndedSession, SessionSnapshots } from '../sessions/session.ts'
import { contextValues, logAudit, RETURNING_AUDIT } from './audit.ts'
import {
  type Database,
  ENDED_COLUMNS,
  endedFromRow,
  endedFromRows,
  type Matches,
  matchesFromRow,
  prepared,
  roundTrip,
  SESSION_COLUMNS,
  sessionFromRow,
  USER_COLUMNS,
} from './d1.ts'
import { endedNamesOf, hasEnded, valuesOf } from './endings.ts'
import { snapshot } from './revocations.ts'
import { matching } from './scim/users.ts'
import { findMatches, keyOf, meantSubject, takeSubject, updateUser, upsertUser } from './users.ts'

/** Someone has signed in. */
export interface SignIn {
  /** The provider, by its id in the settings. */
  readonly providerId: string
  readonly admission: Admission
  /** Which pushed user it is; `null`: the provider pushes nothing. */
  readonly scimKey: string | null
  readonly tokenHash: string
  /** SHA-256 of issuer and `sub`. */
  readonly subHash: string
  /** SHA-256 of issuer and `sid`; `null`: the provider sent none. */
  readonly sidHash: string | null
  readonly authentication: Authentication
  /** When this browser began to sign in. Milliseconds since the epoch. */
  readonly startedAt: number
  readonly sealedTokens: string
  readonly tokensExpireAt: number | null
  /** Of this browser's session until now, which ends. */
  readonly replacedTokenHash: string | null
  /** Seconds since the epoch. */
  readonly expiresAt: number
  /** The reference number of the request, which joins the audit row with the log. */
  readonly reference: string
  readonly origin: Origin
}

export interface Sessions extends RenewalStore, SessionSnapshots {
  /**
   * Finds out who it is, and writes user, session and audit row, in one batch: all or nothing.
   *
   * @returns who it was; nothing was written for a person who is `unknown`, `ambiguous` or `disabled`, nor for a sign-in that has `ended`:
   * the provider ended it, by a logout token or in a frame, before its session began
   * @throws GatehouseError `store_unavailable`
   */
  begin(signIn: SignIn): Promise<Outcome>
  /** Notes that the session is in use. @throws GatehouseError `store_unavailable` */
  touch(tokenHash: string): Promise<void>
  /** Ends a session, and gives back what it was at its end; nothing, when it had ended already. @throws GatehouseError `store_unavailable` */
  end(tokenHash: string, context: AuditContext): Promise<readonly EndedSession[]>
}

const FIND = `SELECT ${[...USER_COLUMNS, ...SESSION_COLUMNS].join(', ')}
  FROM sessions JOIN users ON users.id = sessions.user_id
  WHERE sessions.token_hash = ?1 AND sessions.expires_at > ?2 AND users.disabled_at IS NULL`

/** Whether the provider has ended the sign-in in the meantime. */
const HAS_ENDED = `SELECT ${hasEnded(1, 6)} AS ended`

/** For the person who is meant by ?1 to ?3. The account still has the subject that it had before the sign-in. */
const insertSession = (meant: string) =>
  `INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at, expires_at, sub_hash, sid_hash, id_token_iat, auth_time, acr, amr, sealed_tokens, tokens_expire_at, provider, by_email, brought_subject, brought_groups, address, country, device, brought_roles)
  SELECT ?4, id, ?5, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, subject <> ?2, ?2, ?16, ?22, ?23, ?24, ?25 FROM users WHERE issuer = ?1 AND subject = ${meant} AND disabled_at IS NULL AND NOT ${hasEnded(17, 5)} RETURNING 1`

/** Before anything is written, while it can still be seen that the account has another subject. */
const auditMatch = (meant: string) =>
  `INSERT INTO audit (at, event, user_id, reference, provider, address)
  SELECT ?4, 'email_match', id, ?5, ?11, ?12 FROM users WHERE issuer = ?1 AND subject = ${meant} AND subject <> ?2 AND disabled_at IS NULL
    AND NOT ${hasEnded(6, 4)} ${RETURNING_AUDIT}`

const AUDIT_SIGN_IN = `INSERT INTO audit (at, event, user_id, reference, provider, address)
  SELECT ?1, 'sign_in', user_id, ?2, provider, address FROM sessions WHERE token_hash = ?3 ${RETURNING_AUDIT}`

const AUDIT_SIGN_OUT = `INSERT INTO audit (at, event, user_id, reference, address, actor_id, provider)
  SELECT ?1, 'sign_out', user_id, ?3, ?4, ?5, provider FROM sessions WHERE token_hash = ?2 ${RETURNING_AUDIT}`

/** Only when the new one has begun. */
const DELETE_REPLACED =
  'DELETE FROM sessions WHERE token_hash = ?1 AND EXISTS (SELECT 1 FROM sessions WHERE token_hash = ?2)'

/** How many sessions a person may have before the oldest go: one account must not be able to fill the table. */
const SESSIONS_MAX = 1000

const DELETE_SURPLUS = `DELETE FROM sessions WHERE rowid IN (
  SELECT rowid FROM sessions WHERE user_id = (SELECT user_id FROM sessions WHERE token_hash = ?1)
  ORDER BY rowid DESC LIMIT -1 OFFSET ${SESSIONS_MAX})`

const DELETE_SESSION = `DELETE FROM sessions WHERE token_hash = ?1 RETURNING ${ENDED_COLUMNS}`

/** Only of the version that was seen, so that one of many succeeds. */
const CLAIM_REFRESH = `UPDATE sessions SET refresh_version = refresh_version + 1, refresh_not_before = ?3, refresh_pending = 1
  WHERE token_hash = ?1 AND refresh_version = ?2 AND refresh_not_before <= ?4`

/** A session that began before this was recorded does not get it from a refresh: whether it was matched by e-mail is not known. */
const COMPLETE_REFRESH = `UPDATE sessions SET sealed_tokens = ?3, tokens_expire_at = ?4, refreshed_at = ?5, refresh_not_before = 0, refresh_pending = 0, doubts = 0, doubted_at = NULL,
    brought_groups = CASE WHEN brought_subject IS NULL THEN NULL ELSE COALESCE(?7, brought_groups) END,
    brought_roles = CASE WHEN brought_subject IS NULL THEN NULL ELSE COALESCE(?8, brought_roles) END,
    brought_subject = CASE WHEN brought_subject IS NULL THEN NULL ELSE COALESCE(?6, brought_subject) END
  WHERE token_hash = ?1 AND refresh_version = ?2`

/** An outage is not a refusal, so refusals before and after it are not in a row. */
const ABANDON_REFRESH = `UPDATE sessions SET refresh_not_before = ?3, refresh_pending = 0, doubts = 0, doubted_at = NULL
  WHERE token_hash = ?1 AND refresh_version = ?2`

/** So many refusals in a row are not a mistake, if the provider has confirmed another session since the first. */
const DOUBTS_MAX = 3

/** Another session of the same provider that was confirmed at a time or later. A plus before a column lets SQLite find it in the index. */
const confirmedSince = (
  time: string,
) => `EXISTS (SELECT 1 FROM sessions AS other WHERE other.provider = sessions.provider
      AND COALESCE(other.refreshed_at, other.created_at) >= ${time} AND other.token_hash <> sessions.token_hash)`

/** Times are whole seconds. A session confirmed earlier in this second was confirmed before the first refusal, which then counts from the next. */
const DOUBT = `UPDATE sessions SET refresh_not_before = ?3, refresh_pending = 0, doubts = doubts + 1,
    doubted_at = COALESCE(doubted_at, ?4 + ${confirmedSince('?4')})
  WHERE token_hash = ?1 AND refresh_version = ?2`

/** Whether the provider works is seen by other sessions that it has confirmed. */
const IS_DOUBTED = `token_hash = ?1 AND refresh_version = ?2 AND doubts >= ${DOUBTS_MAX}
    AND ${confirmedSince('+sessions.doubted_at')}`

const AUDIT_DOUBTED = `INSERT INTO audit (at, event, user_id, reference, provider)
  SELECT ?3, 'sign_out', user_id, ?4, provider FROM sessions WHERE ${IS_DOUBTED} ${RETURNING_AUDIT}`

const DELETE_DOUBTED = `DELETE FROM sessions WHERE ${IS_DOUBTED} RETURNING token_hash`

/** No other session was confirmed in the meantime, so it was an outage, and this refusal is the first of the next three. */
const DOUBT_ANEW = `UPDATE sessions SET doubts = 1, doubted_at = ?3
  WHERE token_hash = ?1 AND refresh_version = ?2 AND doubts >= ${DOUBTS_MAX}`

export function createSessions(db: Database, clock: Clock, log: Log): Sessions {
  return {
    async find(tokenHash) {
      const row = await roundTrip(() => db.prepare(FIND).bind(tokenHash, epochSeconds(clock)).first())
      return row ? sessionFromRow(row) : null
    },

    async findWithFeed(tokenHash, after) {
      const asking = db.prepare(FIND).bind(tokenHash, epochSeconds(clock))
      const { found, revocations } = await snapshot(db, after, asking)
      const [row] = found[0] ?? []
      return { found: row === undefined ? null : sessionFromRow(row), revocations }
    },

    async begin(signIn) {
      const { admission, scimKey, tokenHash, authentication, reference, origin } = signIn
      const now = epochSeconds(clock)
      const key = keyOf(admission)
      const meant = meantSubject(admission)
      const { issuedAt } = authentication
      const beginning = { names: endedNamesOf(signIn), issuedAt, startedAt: signIn.startedAt }
      const begun = db
        .prepare(insertSession(meant))
        .bind(
          ...key,
          tokenHash,
          now,
          signIn.expiresAt,
          signIn.subHash,
          signIn.sidHash,
          issuedAt,
          authentication.authTime,
          authentication.acr,
          JSON.stringify(authentication.amr),
          signIn.sealedTokens,
          signIn.tokensExpireAt,
          signIn.providerId,
          JSON.stringify(admission.identity.x_grp),
          ...valuesOf(beginning),
          origin.address,
          origin.country,
          origin.device,
          JSON.stringify(admission.identity.roles),
        )
      const auditedMatch =
        admission.byEmail === null
          ? []
          : [
              db
                .prepare(auditMatch(meant))
                .bind(...key, now, reference, ...valuesOf(beginning), signIn.providerId, origin.address),
            ]
      const statements = [
        begun,
        db.prepare(AUDIT_SIGN_IN).bind(now, reference, tokenHash),
        ...(signIn.replacedTokenHash === null
          ? []
          : [db.prepare(DELETE_REPLACED).bind(signIn.replacedTokenHash, tokenHash)]),
        db.prepare(DELETE_SURPLUS).bind(tokenHash),
        ...takeSubject(db, admission, tokenHash),
      ]
      const pushed = scimKey === null ? [] : matching(scimKey, tokenHash, { reference, address: origin.address }, now)
      const ended = db.prepare(HAS_ENDED).bind(...valuesOf(beginning), now)
      const upsert = upsertUser(db, admission, now, { ...beginning, scimKey })
      const known = findMatches(db, admission)
      const [asked, found, ...results] = await roundTrip(() =>
        db.batch([
          ended,
          known,
          ...auditedMatch,
          upsert,
          ...statements,
          ...pushed.map((statement) => prepared(db, statement)),
        ]),
      )
      if (endedFromRow(asked?.results[0])) return 'ended'
      const [matched, [, admitted, signedIn]] = [
        results.slice(0, auditedMatch.length),
        results.slice(auditedMatch.length),
      ]
      const [, shutOut] = pushed.length === 0 ? [] : results.slice(-pushed.length)
      for (const audited of [...matched, signedIn, shutOut]) logAudit(log, audited?.results)
      if (shutOut !== undefined && shutOut.results.length > 0) return 'disabled'
      const isAdmitted = admitted?.results.length === 1
      return outcomeOf(isAdmitted, matchesFromRow(found?.results[0]))
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

    async completeRefresh({ tokenHash, refreshVersion, user }, refreshed) {
      const { askedAt, sealedTokens, tokensExpireAt, identity, brought } = refreshed
      const statements = [
        db
          .prepare(COMPLETE_REFRESH)
          .bind(
            tokenHash,
            refreshVersion,
            sealedTokens,
            tokensExpireAt,
            askedAt,
            brought?.subject ?? null,
            brought === null ? null : JSON.stringify(brought.groups),
            brought === null ? null : JSON.stringify(brought.roles),
          ),
      ]
      if (identity !== null) statements.push(updateUser(db, user.id, identity, { tokenHash, refreshVersion }))
      statements.push(db.prepare(FIND).bind(tokenHash, epochSeconds(clock)))
      const results = await roundTrip(() => db.batch(statements))
      const row = results.at(-1)?.results[0]
      return results[0]?.meta.changes === 1 && row ? sessionFromRow(row) : null
    },

    async abandonRefresh({ tokenHash, refreshVersion }, notBefore) {
      await roundTrip(() => db.prepare(ABANDON_REFRESH).bind(tokenHash, refreshVersion, notBefore).run())
    },

    async doubt({ tokenHash, refreshVersion }, notBefore, reference) {
      const now = epochSeconds(clock)
      const [, audited, ended] = await roundTrip(() =>
        db.batch([
          db.prepare(DOUBT).bind(tokenHash, refreshVersion, notBefore, now),
          db.prepare(AUDIT_DOUBTED).bind(tokenHash, refreshVersion, now, reference),
          db.prepare(DELETE_DOUBTED).bind(tokenHash, refreshVersion),
          db.prepare(DOUBT_ANEW).bind(tokenHash, refreshVersion, now),
        ]),
      )
      logAudit(log, audited?.results)
      return ended?.results.length === 1
    },

    async end(tokenHash, context) {
      const [audited, ended] = await roundTrip(() =>
        db.batch([
          db.prepare(AUDIT_SIGN_OUT).bind(epochSeconds(clock), tokenHash, ...contextValues(context)),
          db.prepare(DELETE_SESSION).bind(tokenHash),
        ]),
      )
      logAudit(log, audited?.results)
      return endedFromRows(ended?.results)
    },
  }
}

function outcomeOf(isAdmitted: boolean, { isKnown, matches, isDisabled }: Matches): Outcome {
  if (isDisabled) return 'disabled'
  if (isKnown || matches === 0) return isAdmitted ? 'admitted' : 'unknown'
  return isAdmitted ? 'matched' : 'ambiguous'
}
