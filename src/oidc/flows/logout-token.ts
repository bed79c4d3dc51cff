/**
 * Judges the logout tokens with which the provider says that someone has signed out there; ends nothing itself.
 */

import { isObject, isText } from '../../claims/claim-values.ts'
import { GatehouseError } from '../../errors.ts'
import { type Claims, faultOfClaims } from '../claims.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import type { SignedJwt } from '../metadata/jwks.ts'
import { isEncrypted, type Judge, type JwtContent } from '../unverified-jwt.ts'

/** What a good logout token says. Subject or `sid` is there, or both. */
export interface LogoutNotice {
  readonly issuer: string
  /** Who signed out; `null`: the person who has the session `sid`. */
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
/** Time for a provider that tries again; the specification recommends two minutes at most for `exp`, but demands nothing. */
const AGE_MAX_SECONDS = 600

/**
 * Checks a logout token. That it is obeyed only once is for the caller to see, together with what it ends.
 *
 * @throws GatehouseError `invalid_request` when the token breaks a rule; `provider_unreachable` when the keys cannot be had, which
 * is no verdict: the provider may send the same token again
 * @see OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.6
 */
export async function verifyLogoutToken(client: ProtocolClient, token: string): Promise<LogoutNotice> {
  // Its claims are judged before its key is looked up, so that a token that breaks a rule does not cause a call to the provider.
  const judge = (jwt: JwtContent) => void noticeOf(jwt, client)
  return noticeOf(await verifiedSignature(client, token, judge), client)
}

function noticeOf(jwt: JwtContent, client: ProtocolClient): LogoutNotice {
  const rules = client.claimRules()
  const fault = faultOfClaims(jwt, {
    ...rules,
    // Providers from before the explicit type send JWT or nothing. @see OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 4.1
    kinds: ['logout+jwt', 'jwt'],
    required: ['iss', 'aud', 'iat', 'exp'],
    ageMaxSeconds: AGE_MAX_SECONDS,
  })
  if (fault) throw refused(fault.message)
  const { claims } = jwt
  refuseOtherEvent(claims)
  const { iss = '', iat = 0, exp = 0, sub, sid, jti } = claims
  if (jti === undefined || jti === '') throw refused('it has no name of its own (jti)')
  if (sid !== undefined && !isText(sid)) throw refused('sid is not text')
  if (sub === '') throw refused('sub is empty')
  if (sub === undefined && sid === undefined) throw refused('it names neither a person (sub) nor a session (sid)')
  const usableUntil = Math.ceil(Math.min(exp, iat + AGE_MAX_SECONDS) + rules.toleranceSeconds)
  const issuer = client.quirks.accountIssuer(iss)
  return { issuer, subject: sub ?? null, sid: sid ?? null, jti, issuedAt: Math.floor(iat), usableUntil }
}

async function verifiedSignature(client: ProtocolClient, token: string, judge: Judge): Promise<SignedJwt> {
  try {
    return await client.verifyJwt(await signedPart(client, token), [client.signingAlgorithm], judge)
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    // Not 400, for nothing is wrong with the token; 5xx with Retry-After, for the keys may be there in a moment.
    if (error.code === 'temporarily_unavailable' || error.code === 'invalid_request') throw error
    if (error.code !== 'provider_unreachable' && error.code !== 'provider_error') throw refused(error.message, error)
    const message = 'without the keys of the provider no logout token can be judged'
    const { retryAfterSeconds } = error
    throw new GatehouseError('provider_unreachable', 'jwks_unavailable', message, { cause: error, retryAfterSeconds })
  }
}

/** Encrypted where ID tokens are. @see OpenID Connect Back-Channel Logout 1.0 section 2.6, step 1 */
async function signedPart(client: ProtocolClient, token: string): Promise<string> {
  if (isEncrypted(token)) return client.decryptJwe(token)
  if (!client.acceptance.requireEncryptedIdToken) return token
  throw refused('it is not encrypted, which was agreed for ID tokens')
}

/** The event makes it a logout token, and a nonce would make it an ID token. */
function refuseOtherEvent(claims: Claims): void {
  const { events } = claims
  if (!isObject(events) || !Object.hasOwn(events, EVENT) || !isObject(events[EVENT])) {
    throw refused('it does not tell of a logout (events)')
  }
  if (Object.hasOwn(claims, 'nonce')) throw refused('a logout token has no nonce')
}

/** The provider is told which rule was broken, because someone has to repair it. */
function refused(message: string, cause?: unknown): GatehouseError {
  const options = {
    publicMessage: `The logout token was refused: ${message}`,
    ...(cause === undefined ? {} : { cause }),
  }
  return new GatehouseError('invalid_request', 'logout_token_refused', message, options)
}
