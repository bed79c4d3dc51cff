/**
 * The payload of a JWT, and userinfo, as claims whose registered members have the right type; what they mean is judged elsewhere.
 */
import { decodeJwt } from 'jose'
import * as v from 'valibot'
import { GatehouseError } from '../errors.ts'

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

/** Claims as they came, with the registered ones of the right type. Others are unknown until somebody parses them. */
export type Claims = Readonly<v.InferOutput<typeof claimsSchema>>

/** @throws GatehouseError `token_invalid` when the bytes are not UTF-8 JSON of an object, or a registered claim has a wrong type */
export function parseClaims(payload: Uint8Array): Claims {
  return claimsOf(jsonOf(payload))
}

/** The same for claims that came as an object. @throws GatehouseError `token_invalid` */
export function claimsOf(parsed: unknown): Claims {
  if (Array.isArray(parsed)) throw new GatehouseError('token_invalid', 'the claims are a list')
  const result = v.safeParse(claimsSchema, parsed)
  if (result.success) return result.output
  // Names only: the library's own message quotes the value, which is somebody's claim.
  const members = result.issues.map((issue) => v.getDotPath(issue) ?? 'payload')
  throw new GatehouseError('token_invalid', 'the claims are not of the right type', { detail: { members } })
}

/** The claims of a JWT of which nothing else is known: good for choosing what to try, and for nothing else. Unreadable: none. */
export function unverifiedClaims(jwt: string): Claims {
  try {
    return claimsOf(decodeJwt(jwt))
  } catch {
    return {}
  }
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(payload))
  } catch {
    // Without its cause, which quotes the text.
    throw new GatehouseError('token_invalid', 'the claims are not JSON in UTF-8')
  }
}

/** The audiences as a list, however they were written. @see RFC 7519 section 4.1.3 */
export function audiencesOf(claims: Claims): readonly string[] {
  if (claims.aud === undefined) return []
  return typeof claims.aud === 'string' ? [claims.aud] : claims.aud
}
