/**
 * Sessions and their users in D1, so that a session that ended has ended everywhere at once; tokens are only here as hashes.
 */
import type { D1Database } from '@cloudflare/workers-types'
import type { Identity } from '../accounts/identity.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Authentication } from '../oidc/provider.ts'
import type { RenewalStore } from '../tokens/renewal.ts'
import { roundTrip } from './d1.ts'
import {
  ENDED_COLUMNS,
  type EndedSession,
  endedFromRows,
  SESSION_COLUMNS,
  sessionFromRow,
  USER_COLUMNS,
} from './rows.ts'

/** Somebody has signed in. */
export interface SignIn {
  /** The provider, by its id in the settings. */
  readonly providerId: string
  readonly issuer: string
  readonly subject: string
  readonly identity: Identity
  readonly tokenHash: string
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
  /** Writes user, session and audit row in one batch: all or nothing. @throws GatehouseError `store_unavailable` */
  begin(signIn: SignIn): Promise<void>
  /** Notes that the session is in use. @throws GatehouseError `store_unavailable` */
  touch(tokenHash: string): Promise<void>
  /** Ends a session, and gives back what it was at its end; nothing, when it had ended already. @throws GatehouseError `store_unavailable` */
  end(tokenHash: string, reference: string): Promise<readonly EndedSession[]>
}

const PERSON_COLUMNS = [
  'email',
  'given_name',
  'family_name',
  'name',
  'preferred_username',
  'nickname',
  'phone_number',
  'tenant_id',
  'tariff_id',
  'tariff_status',
  'picture',
  'locale',
  'zoneinfo',
  'full_name',
  'short_name',
  'siret',
  'idp_id',
] as const

const FIND = `SELECT ${[...USER_COLUMNS, ...SESSION_COLUMNS].join(', ')}
  FROM sessions JOIN users ON users.id = sessions.user_id
  WHERE sessions.token_hash = ?1 AND sessions.expires_at > ?2`

/** A claim that does not come this time does not erase what is known; groups are what the provider says now. */
const UPSERT_USER = `INSERT INTO users (id, issuer, subject, email_verified, x_grp, created_at, updated_at, last_login_at, ${PERSON_COLUMNS.join(', ')})
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?6, ${PERSON_COLUMNS.map((_, index) => `?${index + 7}`).join(', ')})
  ON CONFLICT (issuer, subject) DO UPDATE SET
    email_verified = CASE WHEN excluded.email IS NULL THEN users.email_verified ELSE excluded.email_verified END,
    x_grp = excluded.x_grp,
    ${PERSON_COLUMNS.map((column) => `${column} = COALESCE(excluded.${column}, users.${column})`).join(', ')},
    updated_at = excluded.updated_at,
    last_login_at = excluded.last_login_at`

const INSERT_SESSION = `INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at, expires_at, sid_hash, id_token_iat, auth_time, acr, amr, sealed_tokens, tokens_expire_at, provider)
  SELECT ?1, id, ?2, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 FROM users WHERE issuer = ?12 AND subject = ?13`

const AUDIT_SIGN_IN = `INSERT INTO audit (at, event, user_id, reference)
  SELECT ?1, 'sign_in', user_id, ?2 FROM sessions WHERE token_hash = ?3`

const AUDIT_SIGN_OUT = `INSERT INTO audit (at, event, user_id, reference)
  SELECT ?1, 'sign_out', user_id, ?2 FROM sessions WHERE token_hash = ?3`

const DELETE_SESSION = `DELETE FROM sessions WHERE token_hash = ?1 RETURNING ${ENDED_COLUMNS}`

/** Only of the version that was seen, so that one of many succeeds. */
const CLAIM_REFRESH = `UPDATE sessions SET refresh_version = refresh_version + 1, refresh_not_before = ?3, refresh_pending = 1
  WHERE token_hash = ?1 AND refresh_version = ?2 AND refresh_not_before <= ?4`

const COMPLETE_REFRESH = `UPDATE sessions SET sealed_tokens = ?3, tokens_expire_at = ?4, refreshed_at = ?5, refresh_not_before = 0, refresh_pending = 0
  WHERE token_hash = ?1 AND refresh_version = ?2`

const ABANDON_REFRESH =
  'UPDATE sessions SET refresh_not_before = ?3, refresh_pending = 0 WHERE token_hash = ?1 AND refresh_version = ?2'

const UPDATE_USER = `UPDATE users SET
    email_verified = CASE WHEN ?4 IS NULL THEN email_verified ELSE ?2 END,
    x_grp = ?3,
    ${PERSON_COLUMNS.map((column, index) => `${column} = COALESCE(?${index + 4}, ${column})`).join(', ')}
  WHERE id = ?1 AND EXISTS (SELECT 1 FROM sessions WHERE token_hash = ?${PERSON_COLUMNS.length + 4} AND refresh_version = ?${PERSON_COLUMNS.length + 5})`

export function createSessions(db: D1Database, clock: Clock): Sessions {
  return {
    async find(tokenHash) {
      const row = await roundTrip(() => db.prepare(FIND).bind(tokenHash, epochSeconds(clock)).first())
      return row ? sessionFromRow(row) : null
    },

    async begin(signIn) {
      const { issuer, subject, identity, tokenHash, sidHash, authentication, reference } = signIn
      const now = epochSeconds(clock)
      const { verified, groups, person } = columnsOf(identity)
      const { issuedAt, authTime, acr, amr } = authentication
      const statements = [
        db.prepare(UPSERT_USER).bind(crypto.randomUUID(), issuer, subject, verified, groups, now, ...person),
        db
          .prepare(INSERT_SESSION)
          .bind(
            tokenHash,
            now,
            signIn.expiresAt,
            sidHash,
            issuedAt,
            authTime,
            acr,
            JSON.stringify(amr),
            signIn.sealedTokens,
            signIn.tokensExpireAt,
            signIn.providerId,
            issuer,
            subject,
          ),
        db.prepare(AUDIT_SIGN_IN).bind(now, reference, tokenHash),
      ]
      if (signIn.replacedTokenHash !== null) statements.push(db.prepare(DELETE_SESSION).bind(signIn.replacedTokenHash))
      await roundTrip(() => db.batch(statements))
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
      if (identity !== null) {
        const { verified, groups, person } = columnsOf(identity)
        statements.push(db.prepare(UPDATE_USER).bind(user.id, verified, groups, ...person, tokenHash, refreshVersion))
      }
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

/** An identity as the columns of `users` hold it. */
function columnsOf(identity: Identity) {
  return {
    verified: identity.email_verified === null ? null : Number(identity.email_verified),
    groups: JSON.stringify(identity.x_grp),
    person: PERSON_COLUMNS.map((column) => identity[column]),
  }
}
