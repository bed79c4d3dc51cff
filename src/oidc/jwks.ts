/**
 * The provider's signing keys, and the one way in which a signature of the provider is verified; judges no claim.
 */
import {
  compactVerify,
  createLocalJWKSet,
  decodeProtectedHeader,
  errors,
  type JWK,
  type JWSHeaderParameters,
  type LocalJWKSet,
} from 'jose'
import * as v from 'valibot'
import { GatehouseError } from '../errors.ts'
import { type Claims, parseClaims } from './claims.ts'
import type { Document, DocumentSource } from './document.ts'
import type { Send } from './http.ts'

/** A JWT whose signature is good. Nothing else about it is known yet. */
export interface SignedJwt {
  readonly header: JWSHeaderParameters
  readonly claims: Claims
}

export type Keys = LocalJWKSet

const KEYS_MAX = 100

const keySetSchema = v.object({ keys: v.array(v.unknown()) })

/** Other keys are passed over. @see RFC 7517 section 5 */
const keySchema = v.looseObject({ kty: v.string(), use: v.optional(v.unknown()) })

/**
 * Where the keys come from, as a document to be cached.
 *
 * @param areNeeded whether a signature of the provider is made with one of them; a set of none is then a failure, and not believed for
 * an hour. Authentik shows `{}` when it signs with the client secret.
 */
export function keysSource(jwksUri: string, areNeeded = true): DocumentSource<Keys> {
  return {
    key: `jwks ${jwksUri}`,

    async load(send) {
      const response = await send(jwksUri, { headers: { accept: 'application/jwk-set+json, application/json' } })
      if (response.status !== 200) {
        throw new GatehouseError('provider_error', 'the provider does not show its keys', {
          detail: { jwks_uri: jwksUri, status: response.status },
        })
      }
      return response.json().catch((error: unknown) => {
        throw new GatehouseError('provider_error', 'the keys of the provider are not JSON', {
          cause: error,
          detail: { jwks_uri: jwksUri },
        })
      })
    },

    parse(body) {
      const result = v.safeParse(keySetSchema, body)
      const shown = result.success ? result.output.keys : []
      // A shared secret has no place among public keys, and a key for encryption never verifies. @see RFC 8725 section 3.1
      const usable = shown
        .filter((key) => v.is(keySchema, key))
        .filter(({ kty, use }) => kty !== 'oct' && use !== 'enc')
        .slice(0, KEYS_MAX)
      if (areNeeded && usable.length === 0) {
        throw new GatehouseError('provider_error', 'the provider shows no key that verifies a signature', {
          detail: { jwks_uri: jwksUri, shown: shown.length },
        })
      }
      return createLocalJWKSet({ keys: usable as JWK[] }) // the library judges each key again when it is used
    },
  }
}

/**
 * Verifies the signature of a compact JWS and gives back header and claims. A key that is not known, and one that no longer fits
 * its id, make the keys be asked for once more, as seldom as `Document.newerThan` allows.
 *
 * @param algorithms the allowed algorithms, from the configuration, never from the token
 * @param mayVerify whether a key of the provider may verify this token; absent: each may
 * @throws GatehouseError `token_invalid` when the token is not a JWT of this provider; `provider_unreachable`, `provider_error`
 * when the keys cannot be had, or cannot be asked for anew yet although one is missing
 * @see OpenID Connect Core 1.0 section 10.1.1 for the rotation of keys
 */
export async function verifyJwt(
  jwt: string,
  algorithms: readonly string[],
  keys: Document<Keys>,
  send: Send,
  mayVerify?: (key: JWK) => boolean,
): Promise<SignedJwt> {
  refuseOtherForm(jwt)
  const known = await keys.read(send)
  let current: Keys | null = known
  while (current) {
    const verified = await verifyWith(mayVerify ? narrowed(current, mayVerify) : current, jwt, algorithms)
    if (verified) return verified
    const newer: Keys | null = await keys.newerThan(current, send)
    // Asked for a moment ago, for the sake of another token: a key that is not among them may have come since.
    if (newer === null && current === known && namesUnknownKey(jwt, known)) {
      throw new GatehouseError('provider_unreachable', 'a key is not known, and the keys were asked for a moment ago')
    }
    current = newer
  }
  throw new GatehouseError('token_invalid', 'no key of the provider fits the signature')
}

function narrowed(keys: Keys, mayVerify: (key: JWK) => boolean): Keys {
  return createLocalJWKSet({ keys: keys.jwks().keys.filter(mayVerify) })
}

function namesUnknownKey(jwt: string, keys: Keys): boolean {
  const { kid } = decodeProtectedHeader(jwt)
  return kid !== undefined && !keys.jwks().keys.some((key) => key.kid === kid)
}

/** Three parts of base64url without padding, and nothing else, which the library would be lenient about. @see RFC 7515 section 7.1 */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/

export function refuseOtherForm(jwt: string): void {
  if (!COMPACT.test(jwt)) throw new GatehouseError('token_invalid', 'not a JWT in compact form')
}

/** `null`: no key fits, so a newer one may exist. */
async function verifyWith(keys: Keys, jwt: string, algorithms: readonly string[]): Promise<SignedJwt | null> {
  try {
    const { payload, protectedHeader } = await verifyByTrial(keys, jwt, algorithms)
    return readJwt(protectedHeader, payload)
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed) return null
    if (error instanceof GatehouseError) throw error
    if (error instanceof errors.JOSEAlgNotAllowed) {
      throw new GatehouseError('token_invalid', 'signed with another algorithm (alg) than is allowed', { cause: error })
    }
    throw new GatehouseError('token_invalid', 'not a JWT that can be verified', { cause: error })
  }
}

/**
 * Header and claims of a JWS whose signature is good.
 *
 * @throws GatehouseError `token_invalid` when they are not those of a JWT
 */
export function readJwt(header: JWSHeaderParameters, payload: Uint8Array): SignedJwt {
  // Whoever asks for the kind of the token relies on text.
  if (header.typ !== undefined && typeof header.typ !== 'string') {
    throw new GatehouseError('token_invalid', 'a JWT whose typ is not text')
  }
  // The library understands an extension (b64) that has no place in a JWT. @see RFC 7797 section 7
  if (header.crit !== undefined) throw new GatehouseError('token_invalid', 'a JWT with an extension (crit)')
  return { header, claims: parseClaims(payload) }
}

/** Whether a JWT that should be of no kind in particular names one. @see RFC 8725 sections 3.11 and 3.12 */
export function saysOtherKind({ typ }: JWSHeaderParameters): boolean {
  return typ !== undefined && typ.toLowerCase() !== 'jwt'
}

async function verifyByTrial(keys: Keys, jwt: string, algorithms: readonly string[]) {
  const options = { algorithms: [...algorithms] }
  try {
    return await compactVerify(jwt, keys, options)
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error
    // No key id, and several keys fit: each is tried. @see OpenID Connect Core 1.0 section 10.1
    for await (const key of error) {
      try {
        return await compactVerify(jwt, key, options)
      } catch (failure) {
        if (!(failure instanceof errors.JWSSignatureVerificationFailed)) throw failure
      }
    }
    throw new errors.JWSSignatureVerificationFailed()
  }
}
