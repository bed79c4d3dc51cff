/**
 * Fills the local database with people and a session for each, by their numbers; signs no one in.
 */
import { createHash } from 'node:crypto'
import type { Installation } from '../test/support/installation.ts'

/** Of the statement that fills, so that a batch stays below what D1 takes. */
const ROWS_PER_STATEMENT = 5000

/** The session token of a person. Made of the number, so that a million of them need not be kept. */
export function tokenOf(number: number): string {
  return `gths_${createHash('sha256').update(`token ${number}`).digest('base64url')}`
}

/** How the database names that session. */
export function tokenHashOf(number: number): string {
  return createHash('sha256').update(tokenOf(number)).digest('base64url')
}

export function userIdOf(number: number): string {
  return `user-${number}`
}

/** A third of a year. */
const AUDIT_SECONDS = 10_000_000

/** Ten rows for each person, a second apart: every fifth a refusal, the others sign-ins and sign-outs. */
const AUDIT = `INSERT INTO audit (at, event, user_id, reference, provider, address, reason)
  SELECT ?2 + (person.value ->> 0) * 10 + row.value,
    CASE row.value % 5 WHEN 0 THEN 'sign_in_refused' WHEN 1 THEN 'sign_out' ELSE 'sign_in' END, 'user-' || (person.value ->> 0),
    'reference' || (person.value ->> 0) || row.value, 'default', '203.0.113.0/24', CASE row.value % 5 WHEN 0 THEN 'group_not_allowed' END
  FROM json_each(?1) AS person CROSS JOIN json_each('[0,1,2,3,4,5,6,7,8,9]') AS row`

/** Adds the people of these numbers, both included, each with a session of a week and ten rows of the audit. */
export async function fill({ gatehouse, provider }: Installation, first: number, last: number): Promise<void> {
  const { database } = gatehouse
  const now = Math.floor(Date.now() / 1000)
  for (let from = first; from <= last; from += ROWS_PER_STATEMENT) {
    const count = Math.min(ROWS_PER_STATEMENT, last - from + 1)
    const rows = Array.from({ length: count }, (_, index) => [from + index, tokenHashOf(from + index)])
    const json = JSON.stringify(rows)
    await database.batch([
      database
        .prepare(
          `INSERT INTO users (id, issuer, subject, email, email_verified, full_name, x_grp, search_text, created_at, updated_at, last_login_at)
           SELECT 'user-' || (value ->> 0), ?2, 'subject-' || (value ->> 0), 'n' || (value ->> 0) || '@example.org', 1,
             'Person Surname' || (value ->> 0), '["staff"]', 'person surname' || (value ->> 0) || char(10) || 'n' || (value ->> 0) || '@example.org',
             ?3 - 86400, ?3, ?3 FROM json_each(?1)`,
        )
        .bind(json, provider.issuer, now),
      database
        .prepare(
          `INSERT INTO sessions (token_hash, user_id, created_at, last_seen_at, expires_at, sub_hash, sid_hash, id_token_iat, amr, sealed_tokens, provider)
           SELECT value ->> 1, 'user-' || (value ->> 0), ?2, ?2, ?2 + 604800, 'sub-' || (value ->> 0), 'sid-' || (value ->> 0), ?2, '[]', 'sealed', 'default'
           FROM json_each(?1)`,
        )
        .bind(json, now),
      database.prepare(AUDIT).bind(json, now - AUDIT_SECONDS),
    ])
  }
}
