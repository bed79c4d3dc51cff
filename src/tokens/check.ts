/**
 * The one question: is this token good, and whose is it? Tells the kinds of token apart; each kind is judged in its own file.
 */

import type { App } from '../accounts/apps.ts'
import type { Provider } from '../oidc/provider.ts'
import { unverifiedIssuer } from '../oidc/providers.ts'
import { isSignedJwt, isUnsignedJwt } from '../oidc/unverified-jwt.ts'
import {
  confirmedUntil,
  findSession,
  idleEndOf,
  isSessionToken,
  type Session,
  type SessionPorts,
} from '../sessions/session.ts'
import { bad, standingClaims, type Verdict } from './access-token.ts'
import type { AskingPorts } from './asking.ts'
import { checkJwt } from './jwt.ts'
import { checkOpaque } from './opaque.ts'

export interface CheckPorts extends AskingPorts, SessionPorts {
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
  if (isSessionToken(token)) return checkSession(token, ports, from)
  if (isUnsignedJwt(token)) return bad('a JWT that is not signed')
  if (!isSignedJwt(token)) return checkOpaque(token, app, ports, from)
  if (from && !(await from.issuesAccessTokens(unverifiedIssuer(token)))) return bad('of another provider')
  return checkJwt(token, app, ports)
}

async function checkSession(token: string, ports: CheckPorts, from: Provider | null): Promise<Verdict> {
  const found = await findSession(token, ports)
  const session = found && (await ports.renewIfDue(found))
  const provider = session && ports.providers.withId(session.providerId)
  if (!provider) return bad('no such session, or it has ended')
  return from && from !== provider ? bad('a session of another provider') : goodSession(session, provider, ports)
}

function goodSession(session: Session, provider: Provider, { config }: CheckPorts): Verdict {
  const { user, createdAt, acr, authTime } = session
  return {
    active: true,
    principal: 'user',
    roles: undefined,
    claims: {
      iss: user.issuer,
      sub: user.subject,
      aud: config.baseUrl,
      client_id: provider.config.clientId,
      iat: createdAt,
      exp: Math.min(idleEndOf(session, config), confirmedUntil(session, config)),
      token_type: 'session',
      ...(acr === null ? {} : { acr }),
      ...(authTime === null ? {} : { auth_time: Math.floor(authTime) }),
      ...(user.preferred_username === null ? {} : { username: user.preferred_username }),
      ...standingClaims({ ...user }, config.opentalk),
    },
  }
}
