/**
 * What a provider has just ended, in D1, so that a sign-in that was under way at the time does not begin it again.
 *
 * Every statement is part of a batch that the caller makes, so that nothing comes in between.
 */
import type { D1Database, D1PreparedStatement } from '@cloudflare/workers-types'

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

/**
 * Four kinds of name, none of which can be taken for another. A `sid` beside a `sub` counts for that person alone, and then a session without
 * a `sid` may be the one that is meant.
 */
const ofSub = (subHash: string) => `sub ${subHash}`
const ofSubWithoutSid = (subHash: string) => `sub ${subHash} without sid`
const ofSid = (sidHash: string) => `sid ${sidHash}`
const ofBoth = (subHash: string, sidHash: string) => `sub ${subHash} sid ${sidHash}`

function rowsOf({ subHash, sidHashes, issuedAt }: Ending): readonly Row[] {
  if (subHash === null) return sidHashes.map((sidHash) => [ofSid(sidHash), null])
  if (sidHashes.length === 0) return [[ofSub(subHash), issuedAt]]
  const sessions = sidHashes.map((sidHash): Row => [ofBoth(subHash, sidHash), null])
  return [...sessions, [ofSubWithoutSid(subHash), issuedAt]]
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
  db: D1Database,
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

/** Remembers a `sid` that a browser brought, and drops all but the newest of them. @param arrivedAt as above */
export function rememberSid(
  db: D1Database,
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
