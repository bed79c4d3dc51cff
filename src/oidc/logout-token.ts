/**
 * Judges the logout tokens with which the provider says that somebody has signed out there; ends nothing itself.
 */
import { type Clock, epochSeconds } from '../clock.ts'
import { GatehouseError } from '../errors.ts'
import { audiencesOf, type Claims } from './claims.ts'
import type { ProtocolClient } from './client.ts'
import { isEncrypted } from './encryption.ts'
import type { SignedJwt } from './jwks.ts'

/** What a good logout token says. Subject or `sid` is there, or both. */
export interface LogoutNotice {
  readonly issuer: string
  /** Who signed out; `null`: whoever has the session `sid`. */
  readonly subject: string | null
  /** Which session of the provider ended; `null`: all of the subject. */
  readonly sid: string | null
  readonly jti: string
  /** When the provider said so. What began later is not meant. Seconds since the epoch. */
  readonly issuedAt: number
  /** From then on the token is refused for its age, so its `jti` need not be remembered any longer. Seconds since the epoch. */
  readonly usableUntil: number
}

const EVENT = 'http://schemas.openid.net/event/backchannel-logout'
/** @see OpenID Connect Back-Channel Logout 1.0 section 2.4: providers from before the explicit type send JWT or nothing */
const TYPES = ['logout+jwt', 'application/logout+jwt', 'jwt']
/** Time for a provider that tries again; the specification recommends two minutes at most for `exp`, but demands nothing. */
const AGE_MAX_SECONDS = 600

/**
 * Checks a logout token. That it is obeyed only once is for the caller to see, together with what it ends.
 *
 * @throws GatehouseError `invalid_request` when the token breaks a rule; `provider_unreachable` when the keys cannot be had, which
 * is no verdict: the provider may send the same token again
 * @see OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6
 */
export async function verifyLogoutToken(client: ProtocolClient, token: string, clock: Clock): Promise<LogoutNotice> {
  const { header, claims } = await verifiedSignature(client, token)
  refuseOtherKind(header)
  if (claims.iss === undefined || !client.isFrom(claims)) throw refused('it is from another issuer (iss)')
  if (!audiencesOf(claims).includes(client.relyingParty.client_id)) throw refused('it is for another client (aud)')
  const life = lifeOf(claims, clock, client.acceptance.OIDC_CLOCK_TOLERANCE)
  refuseOtherEvent(claims)
  const { sub, sid, jti } = claims
  if (jti === undefined || jti === '') throw refused('it has no name of its own (jti)')
  if (sid !== undefined && (typeof sid !== 'string' || sid === '')) throw refused('sid is not text')
  if (sub === '') throw refused('sub is empty')
  if (sub === undefined && sid === undefined) throw refused('it names neither a person (sub) nor a session (sid)')
  return { issuer: client.quirks.accountIssuer(claims.iss), subject: sub ?? null, sid: sid ?? null, jti, ...life }
}

async function verifiedSignature(client: ProtocolClient, token: string): Promise<SignedJwt> {
  try {
    return await client.verifyJwt(await signedPart(client, token), [client.signingAlgorithm])
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    if (error.code !== 'provider_unreachable' && error.code !== 'provider_error') throw refused(error.message, error)
    // Not 400, for nothing is wrong with the token; 5xx with Retry-After, for the keys may be there in a moment.
    throw new GatehouseError('provider_unreachable', 'without the keys of the provider no logout token can be judged', {
      cause: error,
      ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
    })
  }
}

/** Encrypted where ID tokens are. @see OpenID Connect Back-Channel Logout 1.0 section 2.6, step 1 */
async function signedPart(client: ProtocolClient, token: string): Promise<string> {
  if (isEncrypted(token)) return client.decryptJwe(token)
  if (!client.acceptance.OIDC_RP_ID_TOKEN_ENCRYPTED) return token
  throw refused('it is not encrypted, which was agreed for ID tokens')
}

/** @see OpenID Connect Back-Channel Logout 1.0 section 4.1; RFC 8725 section 3.11 */
function refuseOtherKind({ typ }: { readonly typ?: unknown }): void {
  if (typ === undefined || (typeof typ === 'string' && TYPES.includes(typ.toLowerCase()))) return
  throw refused('it says that it is another kind of token (typ)')
}

type Life = Pick<LogoutNotice, 'issuedAt' | 'usableUntil'>

function lifeOf({ iat, exp, nbf }: Claims, clock: Clock, toleranceSeconds: number): Life {
  const now = epochSeconds(clock)
  if (iat === undefined) throw refused('it does not say when it was issued (iat)')
  if (exp === undefined) throw refused('it does not say when it expires (exp)')
  if (Math.max(iat, nbf ?? 0) > now + toleranceSeconds) throw refused('it is from the future (iat, nbf)')
  const usableUntil = Math.ceil(Math.min(exp, iat + AGE_MAX_SECONDS) + toleranceSeconds)
  if (now >= usableUntil) throw refused('it has expired or is too old (exp, iat)')
  return { issuedAt: Math.floor(iat), usableUntil }
}

/** The event makes it a logout token, and a nonce would make it an ID token. */
function refuseOtherEvent(claims: Claims): void {
  const { events } = claims
  if (!isObject(events) || !Object.hasOwn(events, EVENT) || !isObject(events[EVENT])) {
    throw refused('it does not tell of a logout (events)')
  }
  if (Object.hasOwn(claims, 'nonce')) throw refused('a logout token has no nonce')
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The provider is told which rule was broken, for somebody has to repair it. */
function refused(reason: string, cause?: unknown): GatehouseError {
  const told = `The logout token was refused: ${reason}`
  return new GatehouseError('invalid_request', reason, { told, ...(cause === undefined ? {} : { cause }) })
}
