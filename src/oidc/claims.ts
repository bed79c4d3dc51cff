/**
 * The payload of a JWT, and userinfo, as claims whose registered members have the right type, with what providers write for a member that
 * they have no value for; and the one checker of claim sets.
 */
import { base64url, decodeJwt, type JWSHeaderParameters } from 'jose'
import * as v from 'valibot'
import { audiencesOf, objectOf, withoutEmpty } from '../claims/claim-values.ts'
import { GatehouseError } from '../errors.ts'
import type { ReasonOf } from '../reasons.ts'

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

/** Numeric dates may be fractions, but not text, NaN or infinite. @see RFC 7519 section 2, "NumericDate" */
const numericDate = v.optional(v.pipe(v.number(), v.finite(), v.minValue(0)))

const claimsSchema = v.looseObject({
  iss: v.optional(v.string()),
  sub: v.optional(v.string()),
  aud: v.optional(v.union([v.string(), v.pipe(v.array(v.string()), v.readonly())])),
  exp: numericDate,
  nbf: numericDate,
  iat: numericDate,
  jti: v.optional(v.string()),
})

/** Claims as they came, with the registered ones of the right type. Others are unknown until someone parses them. */
export type Claims = Readonly<v.InferOutput<typeof claimsSchema>>

/** @throws GatehouseError `token_invalid` when the bytes are not UTF-8 JSON of an object, or a registered claim has a wrong type */
export function parseClaims(payload: Uint8Array): Claims {
  return claimsOf(jsonOf(payload))
}

/** The same, except that a registered claim that is null or an empty text counts as absent. Not for access tokens. */
export function parseClaimsSaid(payload: Uint8Array): Claims {
  return claimsSaidOf(jsonOf(payload))
}

function claimsSaidOf(parsed: unknown): Claims {
  const members = objectOf(parsed)
  return claimsOf(members === null ? parsed : withoutEmpty(members, REGISTERED_CLAIMS))
}

/** The same as {@link parseClaims} for claims that came as an object. @throws GatehouseError `token_invalid` */
export function claimsOf(parsed: unknown): Claims {
  if (Array.isArray(parsed)) throw new GatehouseError('token_invalid', 'claims_malformed', 'the claims are a list')
  const result = v.safeParse(claimsSchema, parsed)
  if (result.success) return result.output
  // Names only: the library's own message quotes the value, which is someone's claim.
  const members = result.issues.map((issue) => v.getDotPath(issue) ?? 'payload')
  throw new GatehouseError(
    'token_invalid',
    'claims_malformed',
    `the claims are not of the right type (${members.join(', ')})`,
    {
      detail: { members },
    },
  )
}

/** The claims of a JWT of which nothing else is known: good for choosing what to try, and for nothing else. Unreadable: none. */
export function unverifiedClaims(jwt: string): Claims {
  try {
    return claimsSaidOf(decodeJwt(jwt))
  } catch {
    return {}
  }
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(payload))
  } catch {
    // Without its cause, which quotes the text.
    throw new GatehouseError('token_invalid', 'claims_malformed', 'the claims are not JSON in UTF-8')
  }
}

/** Why a token or a signed answer is refused; the sentence names the claim and none of its values. */
export interface ClaimFault {
  readonly reason: ReasonOf<'token_invalid'>
  readonly message: string
}

/** What a claim set must be like, where the kinds of token differ. */
export interface ClaimRules {
  /** The kinds that `typ` may name, in lower case and without `application/`. @see RFC 8725 section 3.11 */
  readonly kinds?: readonly string[]
  /** Whether `typ` must be there. Providers from before the explicit types leave it out. */
  readonly isKindRequired?: boolean
  /** Whether the claims are those of the issuer that is meant; absent: that was judged before. */
  readonly isFrom?: (claims: Claims) => boolean
  /** Who must be among the audiences; absent: that was judged before, or is judged elsewhere. */
  readonly audience?: string
  readonly required: readonly ('iss' | 'aud' | 'iat' | 'exp')[]
  /** Seconds since the epoch. */
  readonly now: number
  readonly toleranceSeconds: number
  /** In place of `toleranceSeconds`, for `exp`. */
  readonly expToleranceSeconds?: number
  /** How long ago it may have been issued; absent: it does not matter. */
  readonly ageMaxSeconds?: number
}

const ABSENT = {
  iss: 'it does not say whose it is (iss)',
  aud: 'it does not say for whom it is (aud)',
  iat: 'it does not say when it was issued (iat)',
  exp: 'it does not say when it expires (exp)',
} as const

/**
 * Judges a claim set by kind, issuer, audience and times: the same for ID tokens, logout tokens, JARM responses, signed userinfo, signed
 * introspection answers and access tokens.
 *
 * @returns `null`: nothing is wrong with it
 * @see RFC 7519 section 4.1, RFC 8725 sections 3.8, 3.9 and 3.11
 */
export function faultOfClaims(
  { header, claims }: { readonly header: JWSHeaderParameters; readonly claims: Claims },
  rules: ClaimRules,
): ClaimFault | null {
  const { kinds, isKindRequired = false, isFrom, audience, required } = rules
  const kind = kindOf(header)
  if (kinds && kind === undefined && isKindRequired) {
    return { reason: 'wrong_token_type', message: 'it does not say which kind of token it is (typ)' }
  }
  if (kinds && kind !== undefined && !kinds.includes(kind)) {
    return { reason: 'wrong_token_type', message: 'it says that it is another kind of token (typ)' }
  }
  const missing = required.find((name) => claims[name] === undefined)
  if (missing !== undefined) return { reason: 'claims_missing', message: ABSENT[missing] }
  if (isFrom && claims.iss !== undefined && !isFrom(claims)) {
    return { reason: 'issuer_mismatch', message: 'it is from another issuer (iss)' }
  }
  if (audience !== undefined && claims.aud !== undefined && !audiencesOf(claims).includes(audience)) {
    return { reason: 'audience_mismatch', message: 'it is for another client (aud)' }
  }
  return faultOfTimes(claims, rules)
}

function faultOfTimes({ exp, iat, nbf }: Claims, rules: ClaimRules): ClaimFault | null {
  const { now, toleranceSeconds, expToleranceSeconds = toleranceSeconds, ageMaxSeconds } = rules
  if (exp !== undefined && exp <= now - expToleranceSeconds) {
    return { reason: 'expired', message: 'it has expired (exp)' }
  }
  if (nbf !== undefined && nbf > now + toleranceSeconds) {
    return { reason: 'not_yet_valid', message: 'it is not valid until a time in the future (nbf)' }
  }
  if (iat === undefined) return null
  if (iat > YEAR_9999) {
    return { reason: 'claims_malformed', message: 'it does not say in seconds when it was issued (iat)' }
  }
  if (iat > now + toleranceSeconds) return { reason: 'issued_in_future', message: 'it was issued in the future (iat)' }
  if (ageMaxSeconds !== undefined && iat <= now - ageMaxSeconds - toleranceSeconds) {
    return { reason: 'issued_too_long_ago', message: 'it is too old (iat)' }
  }
  return null
}

/** The kind of token that a JWT says it is, in lower case; `undefined`: it does not say. @see RFC 7515 section 4.1.9 */
export function kindOf({ typ }: JWSHeaderParameters): string | undefined {
  return typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : undefined
}
