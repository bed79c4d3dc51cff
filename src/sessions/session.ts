/**
 * Session tokens: how one is made and told from others, and what a session is; where sessions are kept is behind a port.
 */
import type { Brought } from '../accounts/administrators.ts'
import { type AllowLists, isListed } from '../accounts/allow-lists.ts'
import type { User } from '../accounts/users.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Config } from '../config/model.ts'
import { randomToken, sha256 } from '../crypto.ts'
import type { Providers } from '../oidc/providers.ts'
import type { Revocation, Snapshot } from './revocations.ts'

/** Tells our tokens from a provider's at a glance, for us and for scanners that look for leaked secrets. */
export const SESSION_TOKEN_PREFIX = 'gths_'
const SESSION_TOKEN = new RegExp(`^${SESSION_TOKEN_PREFIX}[\\w-]{43}$`)

export interface Session {
  readonly tokenHash: string
  readonly user: User
  /** The provider that it is from, by its id in the settings. */
  readonly providerId: string
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
  /** Counts the refreshes that were begun. The caller that raises it asks the provider. */
  readonly refreshVersion: number
  /** Until then no one else begins a refresh. */
  readonly refreshNotBefore: number
  /** Someone is asking the provider right now, unless `refreshNotBefore` has passed. */
  readonly isRefreshPending: boolean
  /** It began with an e-mail match: the account belonged to another subject. */
  readonly isByEmail: boolean
  /** What it brought from the provider itself; `null`: it is older than the record of it. */
  readonly brought: Brought | null
}

/** A session that has just ended, with what is needed to open its tokens. */
export type EndedSession = Pick<Session, 'tokenHash' | 'providerId' | 'sealedTokens'>

export interface SessionFinder {
  /** The session of this token that has not reached its end; `null`: there is surely none. @throws GatehouseError `store_unavailable` */
  find(tokenHash: string): Promise<Session | null>
}

export interface SessionSnapshots {
  /** The same together with the revocation feed, so that the session can be remembered. */
  findWithFeed(tokenHash: string, after: Revocation | null): Promise<Snapshot<Session | null>>
}

export interface SessionPorts {
  readonly sessions: SessionFinder
  readonly clock: Clock
  readonly config: Config
  readonly providers: Providers
}

/** A new token, and the hash under which its session is kept. The token itself is never stored. */
export async function newSessionToken(): Promise<{ token: string; tokenHash: string }> {
  const token = `${SESSION_TOKEN_PREFIX}${randomToken()}`
  return { token, tokenHash: await sha256(token) }
}

export function isSessionToken(token: string): boolean {
  return SESSION_TOKEN.test(token)
}

/**
 * When the session ends if no one uses it meanwhile, in seconds since the epoch.
 *
 * @returns its absolute end when sessionIdleSeconds is not set
 */
export function idleEndOf(
  { lastSeenAt, expiresAt }: Pick<Session, 'lastSeenAt' | 'expiresAt'>,
  { sessionIdleSeconds: idleSeconds }: Config,
): number {
  return idleSeconds === undefined ? expiresAt : Math.min(lastSeenAt + idleSeconds, expiresAt)
}

/**
 * Until when a session may go on without being confirmed by the provider, in seconds since the epoch.
 *
 * @see unconfirmedSeconds in `config/schema/session.ts`
 */
export function confirmedUntil(
  { refreshedAt, createdAt }: Pick<Session, 'refreshedAt' | 'createdAt'>,
  { unconfirmedSeconds, sessionSeconds }: Pick<Config, 'unconfirmedSeconds' | 'sessionSeconds'>,
): number {
  return (refreshedAt ?? createdAt) + (unconfirmedSeconds ?? sessionSeconds)
}

/**
 * Finds the session of a token that a browser or an app presented, also one that was left unused too long. One of a provider that is no
 * longer configured is not good, because only time could end it; nor is one that began under an issuer other than the one that the
 * provider of this id has now.
 */
export async function findSessionEvenIdle(
  token: string,
  { sessions, providers }: SessionPorts,
): Promise<Session | null> {
  const session = await storedSession(token, sessions)
  return session && isStillTheirs(session, providers) ? session : null
}

/** Whether a session that was found is in use, of a provider that may still vouch for it, and of a person who may come in. */
export function isLive(session: Session, { providers, clock, config }: Omit<SessionPorts, 'sessions'>): boolean {
  const isInUse = isStillTheirs(session, providers) && epochSeconds(clock) < idleEndOf(session, config)
  return isInUse && isAllowed(session, { providers, config })
}

/** Whether the person of a session is on the lists of those who may come in, which may have changed since it began. */
export function isAllowed(
  { providerId, user }: Session,
  { providers, config }: Pick<SessionPorts, 'providers'> & { readonly config: AllowLists },
): boolean {
  const provider = providers.withId(providerId)
  return provider !== null && isListed(user, provider, config)
}

/** Whether the provider that a session is from is still configured, with the issuer that the session began under. */
export function isStillTheirs({ providerId, user }: Session, providers: Providers): boolean {
  return providers.withId(providerId)?.stillIssues(user.issuer) ?? false
}

/** Finds the live session of a token that a browser presented; `null` for whatever is not a session token. */
export async function findSession(token: string, ports: SessionPorts): Promise<Session | null> {
  const session = await storedSession(token, ports.sessions)
  return session && isLive(session, ports) ? session : null
}

async function storedSession(token: string, sessions: SessionFinder): Promise<Session | null> {
  return isSessionToken(token) ? sessions.find(await sha256(token)) : null
}
