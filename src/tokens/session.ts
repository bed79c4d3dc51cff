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
  /** Seconds since the epoch. */
  readonly createdAt: number
  readonly expiresAt: number
  /** The ID token, sealed, for the hint at logout. */
  readonly sealedIdToken: string
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
