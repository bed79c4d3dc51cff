/**
 * Rows of the database as typed values: what D1 gives back is outside data and is parsed like any other.
 */
import * as v from 'valibot'
import type { User } from '../accounts/users.ts'
import type { Session } from '../tokens/session.ts'

/** A JSON list of texts in a column. */
export const textList = v.pipe(v.string(), v.parseJson(), v.array(v.string()), v.readonly())

const nullableText = v.nullable(v.string())

const userRow = v.pipe(
  v.object({
    id: v.string(),
    issuer: v.string(),
    subject: v.string(),
    email: nullableText,
    email_verified: v.pipe(
      v.nullable(v.number()),
      v.transform((value) => (value === null ? null : value === 1)),
    ),
    given_name: nullableText,
    family_name: nullableText,
    name: nullableText,
    preferred_username: nullableText,
    nickname: nullableText,
    phone_number: nullableText,
    tenant_id: nullableText,
    tariff_id: nullableText,
    tariff_status: nullableText,
    x_grp: textList,
    picture: nullableText,
    locale: nullableText,
    zoneinfo: nullableText,
  }),
)

/** The columns of `users` that make a User. */
export const USER_COLUMNS: readonly string[] = Object.keys(userRow.entries)

const sessionRow = v.object({
  token_hash: v.string(),
  session_created_at: v.number(),
  expires_at: v.number(),
  sealed_id_token: v.string(),
})

/** A row of `sessions` joined with its row of `users`. */
export function sessionFromRow(row: unknown): Session {
  const { token_hash, session_created_at, expires_at, sealed_id_token } = v.parse(sessionRow, row)
  const user: User = v.parse(userRow, row)
  return {
    tokenHash: token_hash,
    user,
    createdAt: session_created_at,
    expiresAt: expires_at,
    sealedIdToken: sealed_id_token,
  }
}
