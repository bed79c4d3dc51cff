/**
 * Asks the provider whether a session goes on, by a refresh: one at a time for a session, no matter who asks and in which isolate.
 */

import { type Refreshed, refreshedBy } from '../accounts/administrators.ts'
import type { AllowLists } from '../accounts/allow-lists.ts'
import type { AuditContext } from '../accounts/audit.ts'
import { identityOf } from '../accounts/identity.ts'
import type { Identity } from '../accounts/person.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Config } from '../config/model.ts'
import { nameOf } from '../config/names.ts'
import type { Sealer } from '../crypto.ts'
import { GatehouseError, toGatehouseError } from '../errors.ts'
import { describeFailure, type Log } from '../log.ts'
import type { RefreshedLogin } from '../oidc/flows/refresh.ts'
import type { Provider } from '../oidc/provider.ts'
import type { Providers } from '../oidc/providers.ts'
import { confirmedUntil, isAllowed, type Session, type SessionFinder } from './session.ts'
import { type Keeping, keptTokens, openTokens, sealTokens } from './vault.ts'

/** The part of the session store that refreshes need; every change is conditional on the version that the caller has seen. */
export interface RenewalStore extends SessionFinder {
  /** Takes the right to refresh. `false`: someone else has it, or has used it since. */
  claimRefresh(session: Session, notBefore: number): Promise<boolean>
  /** Writes what a refresh brought, and gives the right back. @returns the session as it is now; `null`: it has gone on without this refresh, or ended */
  completeRefresh(session: Session, refreshed: RefreshedSession): Promise<Session | null>
  /** Gives the right back after an outage; no one asks again before `notBefore`. */
  abandonRefresh(session: Session, notBefore: number): Promise<void>
  /**
   * The same, after the provider seemed to say no. Ends the session at the third time in a row, without an outage in between, if another
   * session of its provider was confirmed since the first. Otherwise it was an outage, and the count starts again with this time.
   *
   * @returns whether the session has ended
   */
  doubt(session: Session, notBefore: number, reference: string): Promise<boolean>
  end(tokenHash: string, context: AuditContext): Promise<unknown>
}

export interface RefreshedSession {
  /** When the provider was asked. Its answer may be older than what came after it, such as userinfo. Seconds since the epoch. */
  readonly askedAt: number
  readonly sealedTokens: string
  /** Seconds since the epoch. */
  readonly tokensExpireAt: number | null
  /** Who the person is now; `null`: the provider said nothing new. */
  readonly identity: Identity | null
  /** What replaces what the session brought; `null`: nothing. */
  readonly brought: Refreshed | null
}

type Frequency = Pick<Config, 'confirmEverySeconds'>

type Patience = Pick<Config, 'unconfirmedSeconds' | 'sessionSeconds'>

export interface RenewalPorts {
  readonly config: Keeping & Frequency & Patience & AllowLists
  readonly clock: Clock
  readonly log: Log
  readonly providers: Providers
  readonly sessions: RenewalStore
  readonly sealers: { readonly tokens: Sealer }
}

/** After a failure the provider is not asked for so long, so refusals that are counted are at least as far apart. */
const PAUSE_AFTER_FAILURE_SECONDS = 30
/** How much longer than the provider may take a refresh is believed to be under way, because the isolate that has it may be gone. */
const GRACE_SECONDS = 2
const POLL_MILLISECONDS = 100

/**
 * When the provider is to be asked whether a session goes on, in seconds since the epoch; `null`: there is nothing to ask it with. When its access
 * token expires does not matter, because no one is given that.
 */
export function renewalDueAt(
  { tokensExpireAt, refreshedAt, createdAt }: Session,
  { confirmEverySeconds: everySeconds }: Frequency,
): number | null {
  if (tokensExpireAt === null) return null
  return (refreshedAt ?? createdAt) + everySeconds
}

/** Whether the provider is to be asked through the browser whether a session goes on, because there is no refresh token to ask it with. */
export function isDueByBrowser({ tokensExpireAt, createdAt }: Session, config: Frequency, clock: Clock): boolean {
  return tokensExpireAt === null && epochSeconds(clock) >= createdAt + config.confirmEverySeconds
}

/** Asks the provider whether a session goes on, if that is due. @see renew */
export async function renewIfDue(session: Session, reference: string, ports: RenewalPorts): Promise<Session | null> {
  const dueAt = renewalDueAt(session, ports.config)
  const isDue = dueAt !== null && epochSeconds(ports.clock) >= Math.min(dueAt, confirmedUntil(session, ports.config))
  return isDue ? renew(session, reference, ports) : unlessUnconfirmed(session, reference, ports)
}

/**
 * Refreshes the tokens of a session, or waits for the request that is doing so.
 *
 * @param reference the reference number of the request that needs it
 * @returns the session as it is now; `null`: the provider ended it, or has not confirmed it for too long, and we ended it
 * @throws GatehouseError `store_unavailable`. A provider that fails changes nothing else: the session goes on.
 * @see RFC 9700 section 4.14.2: a refresh token sent twice looks like a stolen one
 */
export async function renew(session: Session, reference: string, ports: RenewalPorts): Promise<Session | null> {
  const current = await renewed(session, reference, ports)
  return current && unlessUnconfirmed(current, reference, ports)
}

/**
 * Ends a session that the provider has not confirmed for longer than unconfirmedSeconds.
 *
 * @returns the session; `null`: it has ended
 * @throws GatehouseError `store_unavailable`
 */
export async function unlessUnconfirmed(
  session: Session,
  reference: string,
  ports: RenewalPorts,
): Promise<Session | null> {
  if (epochSeconds(ports.clock) < confirmedUntil(session, ports.config)) return session
  const reason = `the provider has not confirmed it for longer than ${nameOf('unconfirmedSeconds')}`
  return ended(session, { event: 'session_unconfirmed', reason }, reference, ports)
}

async function ended(
  session: Session,
  { event, reason }: { readonly event: string; readonly reason: string },
  reference: string,
  { log, sessions }: RenewalPorts,
): Promise<null> {
  log({ level: 'info', event, ref: reference, detail: { provider: session.providerId, reason } })
  await sessions.end(session.tokenHash, { reference })
  return null
}

async function renewed(session: Session, reference: string, ports: RenewalPorts): Promise<Session | null> {
  const { clock, providers, sessions } = ports
  const provider = providers.withId(session.providerId)
  if (!provider) return null
  const now = epochSeconds(clock)
  const leaseSeconds = provider.config.timeoutSeconds + GRACE_SECONDS
  if (now < session.refreshNotBefore)
    return session.isRefreshPending ? afterTheOther(session, leaseSeconds, ports) : session
  if (!(await sessions.claimRefresh(session, now + leaseSeconds))) return afterTheOther(session, leaseSeconds, ports)
  return refreshNow({ ...session, refreshVersion: session.refreshVersion + 1 }, provider, reference, ports)
}

async function refreshNow(
  session: Session,
  provider: Provider,
  reference: string,
  ports: RenewalPorts,
): Promise<Session | null> {
  const { clock, log, sessions, sealers } = ports
  try {
    const tokens = await openTokens(sealers.tokens, session)
    if (tokens === null)
      throw new GatehouseError(
        'login_required',
        'sealing_secret_gone',
        'the tokens were sealed under a secret that is gone',
      )
    const askedAt = epochSeconds(clock)
    const refreshed = await provider.refresh(tokens)
    const complete = await completionOf(session, { ...refreshed, askedAt }, provider, ports)
    // Once more when the database fails: the old refresh token is spent, and the new one is only here.
    const kept = await complete().catch(complete)
    if (kept !== null) return unlessShutOut(kept, reference, ports)
    await provider.revokeTokens([refreshed.tokens])
    return sessions.find(session.tokenHash)
  } catch (thrown) {
    const error = toGatehouseError(thrown)
    log({ level: 'warn', event: 'refresh_failed', ref: reference, detail: describeFailure(error) })
    if (endsTheSession(error)) {
      await sessions.end(session.tokenHash, { reference })
      return null
    }
    const notBefore = epochSeconds(clock) + PAUSE_AFTER_FAILURE_SECONDS
    if (error.reason !== 'refresh_refusal_unclear') {
      await sessions.abandonRefresh(session, notBefore)
      return session
    }
    if (!(await sessions.doubt(session, notBefore, reference))) return session
    const reason = 'the provider refused three times in a row, and confirmed other sessions meanwhile'
    log({ level: 'info', event: 'session_unconfirmed', ref: reference, detail: { provider: provider.id, reason } })
    return null
  }
}

/** A refresh may have said that the person is no longer in a group, or has another address. */
async function unlessShutOut(session: Session, reference: string, ports: RenewalPorts): Promise<Session | null> {
  if (isAllowed(session, ports)) return session
  const reason = `the person is no longer on the lists of ${nameOf('allowedEmails')}, ${nameOf('allowedGroups')} and ${nameOf('allowedRoles')}`
  return ended(session, { event: 'session_not_allowed', reason }, reference, ports)
}

async function completionOf(
  session: Session,
  refreshed: RefreshedLogin & Pick<RefreshedSession, 'askedAt'>,
  provider: Provider,
  ports: RenewalPorts,
) {
  const { claims, news, askedAt } = refreshed
  const tokens = keptTokens(refreshed.tokens, ports.config)
  const refreshedSession: RefreshedSession = {
    askedAt,
    sealedTokens: await sealTokens(ports.sealers.tokens, tokens, session.tokenHash),
    tokensExpireAt: tokens.expiresAt,
    // Without a userinfo endpoint and an ID token the provider said nothing new of the person.
    identity: Object.keys(claims).length > 0 ? identityOf(claims, provider.config) : null,
    // A refresh that said nothing confirms no group; one whose userinfo failed decides nothing.
    brought: news === null ? null : refreshedBy(news, provider.config),
  }
  return () => ports.sessions.completeRefresh(session, refreshedSession)
}

/** The provider has spoken, or someone speaks in its name; anything else decides nothing. */
function endsTheSession({ code }: GatehouseError): boolean {
  return code === 'login_required' || code === 'token_invalid'
}

/** While the session may go on unconfirmed no one has to wait; later the one who refreshes is given its time. */
async function afterTheOther(session: Session, leaseSeconds: number, ports: RenewalPorts): Promise<Session | null> {
  const { clock, sessions } = ports
  const deadline = clock.now() + leaseSeconds * 1000
  let latest = await sessions.find(session.tokenHash)
  while (latest && isUnderWay(latest, session, ports) && clock.now() < deadline) {
    await clock.sleep(POLL_MILLISECONDS)
    latest = await sessions.find(session.tokenHash)
  }
  return latest
}

function isUnderWay(latest: Session, seen: Session, { clock, config }: RenewalPorts): boolean {
  const isStillGood = epochSeconds(clock) < confirmedUntil(seen, config)
  const isDone = latest.refreshedAt !== seen.refreshedAt
  return !isStillGood && !isDone && latest.isRefreshPending && epochSeconds(clock) < latest.refreshNotBefore
}
