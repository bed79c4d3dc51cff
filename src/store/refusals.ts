/**
 * Refused sign-ins in D1, the newest only; what may be kept of one is decided in `diagnosis/refusals.ts`.
 */
import * as v from 'valibot'
import type { Refusal, RefusalLog } from '../diagnosis/refusals.ts'
import type { Log } from '../log.ts'
import { isReason } from '../reasons.ts'
import { logAudit, RETURNING_AUDIT } from './audit.ts'
import { type Database, roundTrip } from './d1.ts'

/** Enough to see a pattern. Anyone who makes refusals on purpose drives out others, and fills nothing. */
const KEPT_ROWS = 100

/** Among the newest sessions only, whose row ids are the highest: a provider may have none, and would make it read them all. */
const LAST_SIGN_IN = `SELECT created_at FROM (SELECT created_at, provider FROM sessions ORDER BY rowid DESC LIMIT 1000)
  WHERE provider = ?1 LIMIT 1`

/** Someone without an account is not named. */
const AUDIT_REFUSED = `INSERT INTO audit (at, event, user_id, reference, reason, provider, address)
  VALUES (?1, 'sign_in_refused', (SELECT id FROM users WHERE issuer = ?2 AND subject = ?3), ?4, ?5, ?6, ?7) ${RETURNING_AUDIT}`

/** A list as JSON; rows of earlier versions have none. */
const names = v.pipe(v.nullable(v.string(), '[]'), v.parseJson(), v.array(v.string()))

const refusalRow = v.pipe(
  v.object({
    at: v.number(),
    provider: v.string(),
    reference: v.string(),
    code: v.string(),
    reason: v.string(),
    reason_code: v.nullable(v.string()),
    missing: names,
    unreadable: names,
    place: v.nullable(v.string()),
    status: v.nullable(v.number()),
    error: v.nullable(v.string()),
    description: v.nullable(v.string()),
  }),
  v.transform(({ provider, reason: message, reason_code, ...refusal }) => ({
    ...refusal,
    providerId: provider,
    message,
    reason: reason_code !== null && isReason(reason_code) ? reason_code : null,
  })),
)

/** Refusals as they are in the table. @throws ValiError when the rows are of another table */
export function refusalsIn(rows: unknown): readonly Refusal[] {
  return v.parse(v.array(refusalRow), rows)
}

export function createRefusalLog(db: Database, log: Log): RefusalLog {
  return {
    async add(refusal, refused) {
      const { at, providerId, reference, code, reason, message, missing, unreadable } = refusal
      const { place, status, error, description } = refusal
      const lists = [missing, unreadable].map((list) => JSON.stringify(list))
      const [, , audited] = await roundTrip(() =>
        db.batch([
          db
            .prepare(
              'INSERT INTO refusals (at, provider, reference, code, reason, place, status, error, description, reason_code, missing, unreadable) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
            )
            .bind(at, providerId, reference, code, message, place, status, error, description, reason, ...lists),
          db.prepare(`DELETE FROM refusals WHERE id <= (SELECT MAX(id) FROM refusals) - ${KEPT_ROWS}`),
          ...(refused === null
            ? []
            : [
                db
                  .prepare(AUDIT_REFUSED)
                  .bind(at, refused.issuer, refused.subject, reference, reason ?? code, providerId, refused.address),
              ]),
        ]),
      )
      logAudit(log, audited?.results)
    },

    async last(count) {
      const { results } = await roundTrip(() =>
        db.prepare('SELECT * FROM refusals ORDER BY id DESC LIMIT ?').bind(count).all(),
      )
      return refusalsIn(results)
    },

    async withReferences(references) {
      const { results } = await roundTrip(() =>
        db
          .prepare('SELECT * FROM refusals WHERE reference IN (SELECT value FROM json_each(?))')
          .bind(JSON.stringify(references))
          .all(),
      )
      return refusalsIn(results)
    },

    async lastSignIn(providerId) {
      const row = await roundTrip(() => db.prepare(LAST_SIGN_IN).bind(providerId).first())
      return row === null ? null : v.parse(v.object({ created_at: v.number() }), row).created_at
    },
  }
}
