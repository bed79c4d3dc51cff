/**
 * The one question: is this token good, and whose is it? Tells the kinds of token apart; each kind is judged in its own file.
 */
import type { App } from '../accounts/apps.ts'
import type { Provider } from '../oidc/provider.ts'
import { checkJwt, type JwtPorts, looksLikeJwt } from './jwt.ts'
import { findSession, idleEndOf, isSessionToken, type Session, type SessionPorts } from './session.ts'
import { bad, type Verdict } from './verdict.ts'

export interface CheckPorts extends JwtPorts, SessionPorts {
  /** Asks the provider whether a session goes on, if that is due; `null`: it does not. */
  renewIfDue(session: Session): Promise<Session | null>
}

/**
 * Judges a token for the app that asks.
 *
 * @throws GatehouseError when the judgement cannot be made: `provider_unreachable`, `provider_error`, `store_unavailable`
 */
export async function check(token: string, app: App, ports: CheckPorts): Promise<Verdict> {
  if (isSessionToken(token)) {
    const found = await findSession(token, ports)
    const session = found && (await ports.renewIfDue(found))
    const provider = session && ports.providers.withId(session.providerId)
    return provider ? goodSession(session, provider, ports) : bad('no such session, or it has ended')
  }
  if (looksLikeJwt(token)) return checkJwt(token, app, ports)
  return bad('neither a session token nor a JWT')
}

function goodSession(session: Session, provider: Provider, { config }: CheckPorts): Verdict {
  const { user, createdAt, acr, authTime } = session
  return {
    active: true,
    principal: 'user',
    roles: [],
    claims: {
      iss: user.issuer,
      sub: user.subject,
      aud: config.BASE_URL,
      client_id: provider.config.OIDC_RP_CLIENT_ID,
      iat: createdAt,
      exp: idleEndOf(session, config),
      token_type: 'session',
      ...(acr === null ? {} : { acr }),
      ...(authTime === null ? {} : { auth_time: authTime }),
      ...(user.preferred_username === null ? {} : { username: user.preferred_username }),
    },
  }
}
