/**
 * Whose an access token of Keycloak is: a person's or a program's.
 */
import { hasKeycloakTyp, isSaid, standardPrincipal } from '../standard/standard.ts'
import type { Principal, TokenFacts } from '../vendor.ts'

/** Keycloak writes how a token was obtained in front of its id: two letters each for session, kind of token, and grant (`trrtcc:` …). */
const KEYCLOAK_ID = /^[a-z]{4}([a-z]{2}):/
const KEYCLOAK_CLIENT_CREDENTIALS = 'cc'
/** A code, a password, a device, and the back channel (CIBA). A refresh and a token exchange do not show who began. */
const KEYCLOAK_GRANTS_OF_PEOPLE = ['ac', 'ro', 'dg', 'ci']
const KEYCLOAK_PROGRAM = 'service-account-'

/**
 * Keycloak names the account of a program `service-account-<client>`, in lower case. Where people register themselves, a person may have
 * that name, too, so it counts only while nothing says that someone signed in. It is in the token only with the scope `profile`.
 *
 * @see https://github.com/keycloak/keycloak, services/.../protocol/oidc/encode/AccessTokenContext.java
 */
export function keycloakPrincipal(facts: TokenFacts): Principal | undefined {
  const { claims, client } = facts
  const { jti, sid, session_state, auth_time, preferred_username: name, clientHost, clientAddress } = claims
  const isKeycloaks = hasKeycloakTyp(claims)
  const grant = isKeycloaks ? KEYCLOAK_ID.exec(jti ?? '')?.[1] : undefined
  if (grant === KEYCLOAK_CLIENT_CREDENTIALS) return 'service'
  if (claims.sub === client) return standardPrincipal(facts)
  const isOwnAccount = client !== undefined && name === `${KEYCLOAK_PROGRAM}${client.toLowerCase()}`
  const isProgramsName = typeof name === 'string' && name.startsWith(KEYCLOAK_PROGRAM)
  const isUnnamed = !isSaid(name)
  const isOfSignIn = isSaid(auth_time) || KEYCLOAK_GRANTS_OF_PEOPLE.includes(grant ?? '')
  // The session of a program that may refresh its token has a sid, and these claims, which no sign-in produces.
  const isNoted = isSaid(clientHost) || isSaid(clientAddress)
  // A lightweight token that was refreshed or exchanged has a sid and nothing else, whether it is a person's or a program's.
  const mayBeProgram = isNoted ? isProgramsName || isUnnamed : isUnnamed && !isOfSignIn
  // session_state is the name of the session before Keycloak 12.
  if (isOfSignIn || isSaid(sid) || isSaid(session_state)) return mayBeProgram ? undefined : 'user'
  if (isOwnAccount) return grant === undefined ? 'service' : undefined
  if (typeof name === 'string') return isProgramsName ? undefined : 'user'
  return isKeycloaks ? undefined : standardPrincipal(facts)
}
