/**
 * What providers write instead of leaving a member out (null, an empty text, a time that is not one), and for which members that counts.
 */
import { base64url } from 'jose'
import { objectOf, withoutEmpty } from '../claims/values.ts'

type Members = Readonly<Record<string, unknown>>

/** @see RFC 6749 section 5.1; OpenID Connect Core 1.0 section 3.1.3.3 */
const TOKEN_ANSWER = ['access_token', 'token_type', 'expires_in', 'refresh_token', 'scope', 'id_token'] as const

/** @see RFC 7662 section 2.2. Not `active`, which must be said, and not `cnf`: a binding that cannot be read is still a binding. */
export const INTROSPECTION_ANSWER = ['scope', 'client_id', 'username', 'token_type', 'token_use', 'typ'] as const

/** @see RFC 7519 section 4.1 */
export const REGISTERED_CLAIMS = ['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti'] as const

/**
 * Not `nonce`, which must be the one that was sent or be absent, and not `email_verified`, for which an empty text is a no.
 *
 * @see OpenID Connect Core 1.0 section 2
 */
const ID_TOKEN = [...REGISTERED_CLAIMS, 'auth_time', 'acr', 'amr', 'azp', 'at_hash', 'sid', 'session_expiry'] as const

/** Seconds since the epoch. What is beyond, such as a time in milliseconds, is not a date. @see RFC 3339 section 5.6, which ends there too */
export const YEAR_9999 = 253_402_300_799

/**
 * The claims of an ID token without those that say nothing. A time of 0 is the zero value of some program, and not the year 1970.
 *
 * @param claims of a token whose signature may not have been verified yet; nothing is believed here
 */
export function saidInIdToken(claims: Members): Members {
  const said = withoutEmpty(claims, ID_TOKEN)
  const unsaid = [
    ...(said.iat === 0 ? ['iat'] : []),
    ...['auth_time', 'session_expiry'].filter((name) => !isTime(said[name])),
  ]
  return Object.fromEntries(Object.entries(said).filter(([name]) => !unsaid.includes(name)))
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && value > 0 && value <= YEAR_9999
}

/** A token answer without the members that say nothing. A life that is not a number of seconds above 0 says nothing either. */
export function saidInTokenAnswer(answer: Members): Members {
  const { expires_in, ...said } = withoutEmpty(answer, TOKEN_ANSWER)
  const seconds = typeof expires_in === 'string' ? secondsIn(expires_in) : expires_in
  const isLife = typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0
  return isLife ? { ...said, expires_in: seconds } : said
}

/** Some providers write numbers as text. */
function secondsIn(text: string): number | null {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : null
}

/**
 * A signed ID token with other claims, for the protocol library alone, which refuses a claim of null and verifies no signature here.
 * What is not a JWT stays as it is, for the library to refuse.
 */
export function withClaimsSaid(idToken: string): string {
  const [header, payload, signature, ...others] = idToken.split('.')
  const claims = payload === undefined ? null : parsedObject(payload)
  if (claims === null || signature === undefined || others.length > 0) return idToken
  return [header, base64url.encode(JSON.stringify(saidInIdToken(claims))), signature].join('.')
}

function parsedObject(part: string): Members | null {
  try {
    return objectOf(JSON.parse(new TextDecoder().decode(base64url.decode(part))))
  } catch {
    return null
  }
}
