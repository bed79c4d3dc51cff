/**
 * The sessions of one person, as they see them themselves and as administrators do; the tokens of the provider stay where they are.
 */
import * as v from 'valibot'
import { SESSIONS_SHOWN_MAX, type SessionList, type SessionRecord } from '../../accounts/records.ts'
import { type Clock, epochSeconds } from '../../clock.ts'
import { type Database, nullableText, roundTrip } from '../d1.ts'

const sessionRow = v.object({
  token_hash: v.string(),
  provider: v.string(),
  created_at: v.number(),
  last_seen_at: v.number(),
  expires_at: v.number(),
  address: nullableText,
  country: nullableText,
  device: nullableText,
})

const OF_USER = `SELECT ${Object.keys(sessionRow.entries).join(', ')} FROM sessions
  WHERE user_id = ?1 AND expires_at > ?2 ORDER BY rowid DESC LIMIT ${SESSIONS_SHOWN_MAX}`

export function createSessionList(db: Database, clock: Clock): SessionList {
  return {
    async ofUser(userId) {
      const { results } = await roundTrip(() => db.prepare(OF_USER).bind(userId, epochSeconds(clock)).all())
      return results.map(recordFromRow)
    },
  }
}

function recordFromRow(row: unknown): SessionRecord {
  const { token_hash, provider, created_at, last_seen_at, expires_at, ...origin } = v.parse(sessionRow, row)
  return {
    tokenHash: token_hash,
    providerId: provider,
    createdAt: created_at,
    lastSeenAt: last_seen_at,
    expiresAt: expires_at,
    ...origin,
  }
}
