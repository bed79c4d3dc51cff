/**
 * Keeps the provider's tokens of a session fresh: one refresh at a time for a session, whoever asks and in whichever isolate.
 */
import { type Identity, identityOf } from '../accounts/identity.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import type { Config } from '../config/env.ts'
import type { Sealer } from '../crypto.ts'
import { GatehouseError, toGatehouseError } from '../errors.ts'
import { describeFailure, type Log } from '../log.ts'
import type { Provider, RefreshedLogin } from '../oidc/provider.ts'
import type { Providers } from '../oidc/providers.ts'
import type { Session, SessionFinder } from './session.ts'
import { type Keeping, keptTokens, openTokens, sealTokens } from './vault.ts'

/** The part of the session store that refreshes need; every change is conditional on the version that the caller has seen. */
export interface RenewalStore extends SessionFinder {
  /** Takes the right to refresh. `false`: somebody else has it, or has used it since. */
  claimRefresh(session: Session, notBefore: number): Promise<boolean>
  /** Writes what a refresh brought, and gives the right back. `false`: the session has ended meanwhile. */
  completeRefresh(session: Session, refreshed: RefreshedSession): Promise<boolean>
  /** Gives the right back; nobody asks again before `notBefore`. */
  abandonRefresh(session: Session, notBefore: number): Promise<void>
  end(tokenHash: string, reference: string): Promise<unknown>
}

export interface RefreshedSession {
  readonly sealedTokens: string
  /** Seconds since the epoch. */
  readonly tokensExpireAt: number | null
  /** Who the person is now; `null`: the provider said nothing new. */
  readonly identity: Identity | null
}

type Frequency = Pick<Config, 'OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS'>

export interface RenewalPorts {
  readonly config: Keeping & Frequency
  readonly clock: Clock
  readonly log: Log
  readonly providers: Providers
  readonly sessions: RenewalStore
  readonly sealers: { readonly tokens: Sealer }
}

/** Refreshed this long before they expire, so that nobody is handed a token that dies on the way. */
const MARGIN_SECONDS = 30
/** After a failure the provider is left alone for so long. */
const PAUSE_AFTER_FAILURE_SECONDS = 30
/** How much longer than the provider may take a refresh is believed to be under way, for the isolate that has it may be gone. */
const GRACE_SECONDS = 2
const POLL_MILLISECONDS = 100

/**
 * When the provider is to be asked whether a session goes on, in seconds since the epoch; `null`: there is nothing to ask it with.
 */
export function renewalDueAt(
  { tokensExpireAt, refreshedAt, createdAt }: Session,
  { OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS: everySeconds }: Frequency,
): number | null {
  if (tokensExpireAt === null) return null
  return Math.min(tokensExpireAt - MARGIN_SECONDS, (refreshedAt ?? createdAt) + everySeconds)
}

/** Whether the provider is to be asked through the browser whether a session goes on, because there is no refresh token to ask it with. */
export function isDueByBrowser({ tokensExpireAt, createdAt }: Session, config: Frequency, clock: Clock): boolean {
  return tokensExpireAt === null && epochSeconds(clock) >= createdAt + config.OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS
}

/** Asks the provider whether a session goes on, if that is due. @see renew */
export async function renewIfDue(session: Session, reference: string, ports: RenewalPorts): Promise<Session | null> {
  const dueAt = renewalDueAt(session, ports.config)
  return dueAt !== null && epochSeconds(ports.clock) >= dueAt ? renew(session, reference, ports) : session
}

/**
 * Refreshes the tokens of a session, or waits for whoever is doing so.
 *
 * @param reference the reference number of the request that needs it
 * @returns the session as it is now; `null`: the provider ended it, and so did we
 * @throws GatehouseError `store_unavailable`. A provider that fails changes nothing: the session goes on.
 * @see RFC 9700 section 4.14.2: a refresh token sent twice looks like a stolen one
 */
export async function renew(session: Session, reference: string, ports: RenewalPorts): Promise<Session | null> {
  const { clock, providers, sessions } = ports
  const provider = providers.withId(session.providerId)
  if (!provider) return null
  const now = epochSeconds(clock)
  const leaseSeconds = provider.config.OIDC_TIMEOUT + GRACE_SECONDS
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
      throw new GatehouseError('login_required', 'the tokens were sealed under a secret that is gone')
    const refreshed = await provider.refresh(tokens)
    const complete = await completionOf(session, refreshed, provider, ports)
    // Once more when the database fails: the old refresh token is spent, and the new one is only here.
    const isKept = await complete().catch(complete)
    if (!isKept) await provider.revokeTokens([refreshed.tokens])
    return sessions.find(session.tokenHash)
  } catch (thrown) {
    const error = toGatehouseError(thrown)
    log({ level: 'warn', event: 'refresh_failed', ref: reference, detail: describeFailure(error) })
    if (endsTheSession(error)) {
      await sessions.end(session.tokenHash, reference)
      return null
    }
    await sessions.abandonRefresh(session, epochSeconds(clock) + PAUSE_AFTER_FAILURE_SECONDS)
    return session
  }
}

async function completionOf(session: Session, refreshed: RefreshedLogin, provider: Provider, ports: RenewalPorts) {
  const { claims } = refreshed
  const tokens = keptTokens(refreshed.tokens, ports.config)
  const refreshedSession: RefreshedSession = {
    sealedTokens: await sealTokens(ports.sealers.tokens, tokens, session.tokenHash),
    tokensExpireAt: tokens.expiresAt,
    // Without a userinfo endpoint and an ID token the provider said nothing new of the person.
    identity: Object.keys(claims).length > 0 ? identityOf(claims, provider.config) : null,
  }
  return () => ports.sessions.completeRefresh(session, refreshedSession)
}

/** The provider has spoken, or somebody speaks in its name; anything else decides nothing. */
function endsTheSession({ code }: GatehouseError): boolean {
  return code === 'login_required' || code === 'token_invalid'
}

/** While the tokens are still good nobody has to wait; later the one who refreshes is given its time. */
async function afterTheOther(
  session: Session,
  leaseSeconds: number,
  { clock, sessions }: RenewalPorts,
): Promise<Session | null> {
  const deadline = clock.now() + leaseSeconds * 1000
  let latest = await sessions.find(session.tokenHash)
  while (latest && isUnderWay(latest, session, clock) && clock.now() < deadline) {
    await clock.sleep(POLL_MILLISECONDS)
    latest = await sessions.find(session.tokenHash)
  }
  return latest
}

function isUnderWay(latest: Session, seen: Session, clock: Clock): boolean {
  const isStillGood = seen.tokensExpireAt !== null && epochSeconds(clock) < seen.tokensExpireAt
  const isDone = latest.refreshedAt !== seen.refreshedAt
  return !isStillGood && !isDone && latest.isRefreshPending && epochSeconds(clock) < latest.refreshNotBefore
}
