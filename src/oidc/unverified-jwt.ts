/**
 * What a JWT says before its signature is verified: enough to refuse it for its own reason, and never enough to believe it.
 */
import { base64url, decodeProtectedHeader, type JWSHeaderParameters } from 'jose'
import { isEmpty, isObject } from '../claims/claim-values.ts'
import { COMPACT_JWS, STRICT_UTF_8, UNSIGNED_JWT } from '../crypto.ts'
import { GatehouseError } from '../errors.ts'
import { type Claims, parseClaims, parseClaimsSaid } from './claims.ts'

/** Header and claims of a JWT. */
export interface JwtContent {
  readonly header: JWSHeaderParameters
  readonly claims: Claims
}

/** Refuses a JWT whose header or claims break a rule, whatever its signature. @throws GatehouseError */
export type Judge = (jwt: JwtContent) => void

const TOKEN_MAX_CHARACTERS = 16_384

/** Told from other tokens, even if a part is missing that an encrypted one must have. @see RFC 7516 section 7.1 */
const ENCRYPTED = /^[\w-]+(?:\.[\w-]*){4}$/

function refuseOtherForm(jwt: string): void {
  if (COMPACT_JWS.test(jwt)) return
  if (UNSIGNED_JWT.test(jwt)) throw new GatehouseError('token_invalid', 'not_signed', 'a JWT that is not signed')
  if (ENCRYPTED.test(jwt))
    throw new GatehouseError('token_invalid', 'encrypted', 'an encrypted token where a signed one must be')
  throw new GatehouseError('token_invalid', 'not_a_jwt', 'not a JWT in compact form')
}

/** Reads header and payload as those of a JWT. @throws GatehouseError `token_invalid` when they are not */
export type JwtReader = (header: JWSHeaderParameters, payload: Uint8Array) => JwtContent

/** Whether a token is a JWT without a signature, about which no provider need be asked. Other tokens may have three parts, too. */
export function isUnsignedJwt(token: string): boolean {
  if (!UNSIGNED_JWT.test(token)) return false
  try {
    return typeof decodeProtectedHeader(token).alg === 'string'
  } catch {
    return false // no header
  }
}

/** Whether a token has the form of an encrypted one (JWE). @see RFC 7516 section 7.1 */
export function isEncrypted(token: string): boolean {
  return token.split('.').length === 5
}

/** Whether a token has the form of a signed JWT. */
export function looksLikeJwt(token: string): boolean {
  return token.length <= TOKEN_MAX_CHARACTERS && COMPACT_JWS.test(token)
}

/** Whether a token is a signed JWT by its form and its header. Opaque tokens may have three parts with dots, too. */
export function isSignedJwt(token: string): boolean {
  return looksLikeJwt(token) && headerIn(token.slice(0, token.indexOf('.'))) !== null
}

/** The JSON object that is the header of a JWT or JWE; `null`: it is not one. */
export function headerIn(part: string): Readonly<Record<string, unknown>> | null {
  // How the encoding of a brace begins, and that of blanks before it.
  if (!/^[eICD][\w-]+$/.test(part)) return null
  try {
    const header: unknown = JSON.parse(STRICT_UTF_8.decode(base64url.decode(part)))
    return isObject(header) ? header : null
  } catch {
    return null
  }
}

/**
 * Header and claims of a JWT that no one has verified.
 *
 * @param algorithms the allowed algorithms, from the configuration
 * @throws GatehouseError `token_invalid` when it is not a JWT, not signed, or signed with another algorithm
 */
export function readUnverified(jwt: string, algorithms: readonly string[], read: JwtReader = readJwt): JwtContent {
  refuseOtherForm(jwt)
  const [, payload = ''] = jwt.split('.')
  const header = headerOf(jwt)
  refuseOtherAlgorithm(header, algorithms)
  return read(header, bytesOf(payload))
}

/**
 * Header and claims of a JWT whose payload has been taken out of it.
 *
 * @throws GatehouseError `token_invalid` when they are not those of a JWT
 */
export function readJwt(header: JWSHeaderParameters, payload: Uint8Array): JwtContent {
  refuseOtherHeader(header)
  return { header: withoutEmptyKeyId(header), claims: parseClaims(payload) }
}

/** The same, where a registered claim or a key id of null or an empty text counts as absent. @throws GatehouseError `token_invalid` */
export function readJwtSaid(header: JWSHeaderParameters, payload: Uint8Array): JwtContent {
  const said = withoutEmptyKeyId(header)
  refuseOtherHeader(said)
  return { header: said, claims: parseClaimsSaid(payload) }
}

/** A key id of null or an empty text names no key, in a header as in a key set. */
export function withoutEmptyKeyId(header: JWSHeaderParameters): JWSHeaderParameters {
  const { kid, ...others } = header
  return isEmpty(kid) ? others : header
}

function refuseOtherHeader(header: JWSHeaderParameters): void {
  // Callers compare it as text.
  if (header.typ !== undefined && typeof header.typ !== 'string') {
    throw new GatehouseError('token_invalid', 'header_malformed', 'a JWT whose typ is not text')
  }
  if (header.kid !== undefined && typeof header.kid !== 'string') {
    throw new GatehouseError('token_invalid', 'header_malformed', 'a JWT whose kid is not text')
  }
  // The library understands an extension (b64) that has no place in a JWT. @see RFC 7797 section 7
  if (header.crit !== undefined)
    throw new GatehouseError('token_invalid', 'header_malformed', 'a JWT with an extension (crit)')
}

function headerOf(jwt: string): JWSHeaderParameters {
  try {
    return decodeProtectedHeader(jwt)
  } catch {
    // Without its cause, which may quote the text.
    throw new GatehouseError('token_invalid', 'header_malformed', 'the header of the JWT is not JSON of an object')
  }
}

function refuseOtherAlgorithm({ alg }: JWSHeaderParameters, allowed: readonly string[]): void {
  if (typeof alg !== 'string')
    throw new GatehouseError('token_invalid', 'algorithm_mismatch', 'a JWT that names no algorithm (alg)')
  if (alg.toLowerCase() === 'none')
    throw new GatehouseError('token_invalid', 'not_signed', 'a JWT that is not signed (alg is none)')
  if (allowed.includes(alg)) return
  // The algorithm is named by the token, and the log does not repeat what a token says.
  throw new GatehouseError(
    'token_invalid',
    'algorithm_mismatch',
    'signed with another algorithm (alg) than is allowed',
    {
      detail: { allowed },
    },
  )
}

function bytesOf(part: string): Uint8Array {
  try {
    return base64url.decode(part)
  } catch {
    return new Uint8Array() // no claims
  }
}
