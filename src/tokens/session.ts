/**
 * Session tokens: how one is made and told from others, and what a session is; where sessions are kept is behind a port.
 */
import type { User } from '../accounts/users.ts'
import { randomToken, sha256 } from '../crypto.ts'

/** Tells our tokens from a provider's at a glance, for us and for scanners that look for leaked secrets. */
const PREFIX = 'gths_'
const SESSION_TOKEN = /^gths_[\w-]{43}$/

export interface Session {
  readonly tokenHash: string
  readonly user: User
  /** All times are seconds since the epoch. */
  readonly createdAt: number
  readonly expiresAt: number
  readonly lastSeenAt: number
  readonly authTime: number | null
  readonly acr: string | null
  readonly amr: readonly string[]
  /** The provider's tokens, sealed under the session's token hash. */
  readonly sealedTokens: string
  /** When the provider's access token expires; `null`: unknown, or none is kept. */
  readonly tokensExpireAt: number | null
  readonly refreshedAt: number | null
  /** Counts the refreshes that were begun. Whoever raises it is the one who asks the provider. */
  readonly refreshVersion: number
  /** Until then nobody else begins a refresh. */
  readonly refreshNotBefore: number
}

export interface SessionFinder {
  /** The live session of this token; `null`: there is surely none. @throws GatehouseError `store_unavailable` */
  find(tokenHash: string): Promise<Session | null>
}

/** A new token, and the hash under which its session is kept. The token itself is never stored. */
export async function newSessionToken(): Promise<{ token: string; tokenHash: string }> {
  const token = `${PREFIX}${randomToken()}`
  return { token, tokenHash: await sha256(token) }
}

export function isSessionToken(token: string): boolean {
  return SESSION_TOKEN.test(token)
}

/** Finds the session of a token that a browser or an app presented; `null` for whatever is not a session token. */
export async function findSession(sessions: SessionFinder, token: string): Promise<Session | null> {
  return isSessionToken(token) ? sessions.find(await sha256(token)) : null
}
