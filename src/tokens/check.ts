/**
 * The one question: is this token good, and whose is it? Tells the kinds of token apart; each kind is judged in its own file.
 */

import { claimsForApp } from '../accounts/app-claims.ts'
import type { App } from '../accounts/apps.ts'
import { permissionsOfUser } from '../accounts/permissions.ts'
import type { Config } from '../config/model.ts'
import { nameOf } from '../config/names.ts'
import { sha256 } from '../crypto.ts'
import type { LogEntry } from '../log.ts'
import type { Provider } from '../oidc/provider.ts'
import { unverifiedIssuer } from '../oidc/providers.ts'
import { isSignedJwt, isUnsignedJwt } from '../oidc/unverified-jwt.ts'
import { isGuestToken, openGuest } from '../sessions/guests.ts'
import { renewalDueAt } from '../sessions/renewal.ts'
import { revocationName } from '../sessions/revocations.ts'
import {
  confirmedUntil,
  idleEndOf,
  isLive,
  isSessionToken,
  type Session,
  type SessionSnapshots,
} from '../sessions/session.ts'
import { type BadToken, bad, type GoodToken, type Verdict } from './access-token.ts'
import type { AskingPorts } from './asking.ts'
import { checkJwt } from './jwt.ts'
import { keyOf } from './known-tokens.ts'
import { checkOpaque } from './opaque.ts'

export interface CheckPorts extends AskingPorts {
  readonly sessions: SessionSnapshots
  /** Asks the provider whether a session goes on, if that is due; `null`: it does not. */
  renewIfDue(session: Session): Promise<Session | null>
}

/**
 * Judges a token for the app that asks.
 *
 * @param from the only provider whose token it may be; `null`: the app does not say
 * @throws GatehouseError when the judgement cannot be made: `provider_unreachable`, `provider_error`, `store_unavailable`, …
 */
export async function check(
  token: string,
  app: App,
  ports: CheckPorts,
  from: Provider | null = null,
): Promise<Verdict> {
  if (isGuestToken(token)) return checkGuest(token, app, ports, from)
  await ports.revocations.catchUp()
  if (isSessionToken(token)) return checkSession(token, app, ports, from)
  if (isUnsignedJwt(token)) return bad('a JWT that is not signed')
  if (!isSignedJwt(token)) return checkOpaque(token, app, ports, from)
  if (from && !(await from.issuesAccessTokens(unverifiedIssuer(token)))) return bad('of another provider')
  return checkJwt(token, app, ports)
}

const NO_GUEST = bad('no such guest, or the hour is over')
const GUESTS_OFF = bad('a guest, and guests are not allowed', `${nameOf('allowGuests')} allows them`)

/** All that is known of a guest is in the token. It is no one's account, and of no provider. */
async function checkGuest(token: string, app: App, ports: CheckPorts, from: Provider | null): Promise<Verdict> {
  const { config } = ports
  if (!app.hasSessions) return NOT_FOR_APP
  if (!config.allowGuests) return GUESTS_OFF
  const guest = from === null ? await openGuest(token, ports) : null
  if (guest === null) return NO_GUEST
  const { id, displayName, beganAt, expiresAt } = guest
  return {
    active: true,
    principal: 'guest',
    roles: undefined,
    permissions: config.guestPermissions,
    claims: {
      iss: config.baseUrl,
      sub: id,
      aud: audienceOf(app),
      iat: beganAt,
      exp: expiresAt,
      token_type: 'guest',
      ...(app.claims.includes('profile') ? { name: displayName } : {}),
    },
  }
}

const OF_ANOTHER = bad('a session of another provider')
const NOT_FOR_APP = bad(
  'the token of a session or a guest, about which this app may not ask',
  'npm run app:update -- --name NAME --sessions allows it',
)

async function checkSession(token: string, app: App, ports: CheckPorts, from: Provider | null): Promise<Verdict> {
  if (!app.hasSessions) return NOT_FOR_APP
  const { verdicts, config, providers } = ports
  const key = await keyOf(token, app)
  const known = verdicts.known.recall(key)
  if (known) return from && from !== known.provider ? OF_ANOTHER : known.verdict
  const tokenHash = await sha256(token)
  const { found, asOf } = await ports.revocations.read((after) => ports.sessions.findWithFeed(tokenHash, after))
  const session = found && isLive(found, ports) ? await ports.renewIfDue(found) : null
  const provider = session && providers.withId(session.providerId)
  if (!provider) return bad('no such session, or it has ended')
  if (from && from !== provider) return OF_ANOTHER
  const verdict = goodSession(session, provider, app, ports)
  // One that was just renewed is not what was read together with the feed.
  if (asOf && session === found) {
    const names = [revocationName('session', tokenHash), revocationName('user', session.user.id)]
    const validUntil = Math.min(endOf(session, config), renewalDueAt(session, config) ?? Number.POSITIVE_INFINITY)
    const isCurrent = () => provider.stillIssues(session.user.issuer)
    verdicts.known.keep(key, { verdict, provider, validFrom: 0, validUntil, asOf, names, isCurrent })
  }
  return verdict
}

/** The line in the log about a token that is not good: the app is not told why. */
export function inactiveLine({ reason, hint }: BadToken, app: App): Omit<LogEntry, 'ref'> {
  const detail = { app: app.name, reason, ...(hint === undefined ? {} : { hint }) }
  return { level: 'info', event: 'token_not_active', detail }
}

/** When it ends, unless it is used or confirmed before. Seconds since the epoch. */
function endOf(session: Session, config: Config): number {
  return Math.min(idleEndOf(session, config), confirmedUntil(session, config))
}

function goodSession(session: Session, provider: Provider, app: App, { config }: CheckPorts): GoodToken {
  const { user, createdAt, acr, authTime } = session
  return {
    active: true,
    principal: 'user',
    roles: user.roles ?? undefined,
    permissions: permissionsOfUser(user, config),
    claims: {
      iss: user.issuer,
      sub: user.subject,
      aud: audienceOf(app),
      client_id: provider.config.clientId,
      iat: createdAt,
      exp: endOf(session, config),
      token_type: 'session',
      ...(acr === null ? {} : { acr }),
      ...(authTime === null ? {} : { auth_time: Math.floor(authTime) }),
      ...(user.preferred_username === null ? {} : { username: user.preferred_username }),
      user_id: user.id,
      ...claimsForApp(user, app, config.opentalk?.settings ?? null),
    },
  }
}

/** For whom the answer is: one name, or a list. @see RFC 7662 section 2.2 */
function audienceOf({ clientId, audiences }: App): string | readonly string[] {
  const names = [...new Set([clientId, ...audiences])]
  return names.length === 1 ? clientId : names
}
