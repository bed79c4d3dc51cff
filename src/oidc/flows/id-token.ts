/**
 * What every ID token goes through, of a sign-in as of a refresh, beyond the library: decryption, signature, hash of the access token
 * (`at_hash`). Also names what is wrong with one that the library refuses: from the token and the data of the refusal, not from its text.
 */

import { base64url } from 'jose'
import type { TokenEndpointResponse } from 'oauth4webapi'
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { isEmpty } from '../../claims/claim-values.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import { isReasonOf } from '../../reasons.ts'
import { type ClaimFault, faultOfClaims, kindOf, saidInIdToken } from '../claims.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import type { SignedJwt } from '../metadata/jwks.ts'
import { isEncrypted, type JwtContent, readJwtSaid, readUnverified } from '../unverified-jwt.ts'

/** An ID token whose signature is good, without the encryption that may have been around it. */
export interface SignedIdToken extends SignedJwt {
  readonly text: string
}

/**
 * Verifies the ID token of a token answer. `null`: there is none.
 *
 * @throws GatehouseError `token_invalid`; `provider_unreachable` or `provider_error` when the provider's keys cannot be had
 * @see OpenID Connect Core 1.0 section 3.1.3.7, steps 1, 6 and 7, and section 3.1.3.8
 */
export async function verifyIdTokenOf(
  client: ProtocolClient,
  { id_token, access_token }: TokenEndpointResponse,
): Promise<SignedIdToken | null> {
  if (id_token === undefined) return null
  const text = await signedPart(client, id_token)
  const { header, claims } = await client.verifyJwt(text, [client.signingAlgorithm])
  // An access token or a logout token is not an ID token, no matter who signed it.
  if ((kindOf(header) ?? 'jwt') !== 'jwt') {
    throw new GatehouseError('token_invalid', 'wrong_token_type', 'the ID token says that it is another kind of token')
  }
  await refuseWrongAtHash(claims.at_hash, access_token, client.signingAlgorithm)
  return { text, header, claims }
}

/**
 * Judges the times of an ID token whose signature is good. Issuer, audience and expiry were judged by the library.
 *
 * @param ageMaxSeconds how long ago it may have been issued; absent: it does not matter
 * @throws GatehouseError `token_invalid`, or `clock_skew` when the times tell of the clocks and not of the token
 * @see OpenID Connect Core 1.0 section 3.1.3.7, step 10
 */
export function refuseOtherTimes(
  client: ProtocolClient,
  { header, claims }: SignedIdToken,
  ageMaxSeconds?: number,
): void {
  const rules = client.claimRules()
  const age = ageMaxSeconds === undefined ? {} : { ageMaxSeconds }
  const fault = faultOfClaims({ header, claims }, { ...rules, ...age, required: [] })
  if (!fault) return
  if (fault.reason !== 'issued_in_future' && fault.reason !== 'issued_too_long_ago') {
    throw new GatehouseError('token_invalid', fault.reason, `the ID token was refused: ${fault.message}`)
  }
  const detail = { id_token_age_seconds: Math.round(rules.now - (claims.iat ?? 0)) }
  throw new GatehouseError('clock_skew', fault.reason, 'the clock of the provider and ours differ too much', { detail })
}

async function signedPart(client: ProtocolClient, idToken: string): Promise<string> {
  if (isEncrypted(idToken)) return client.decryptJwe(idToken)
  if (!client.acceptance.requireEncryptedIdToken) return idToken
  throw new GatehouseError(
    'token_invalid',
    'not_encrypted',
    `the ID token is not encrypted, which ${nameOf('requireEncryptedIdToken')} demands`,
  )
}

/**
 * Checks the hash, if there is one: providers may leave it out of ID tokens from the token endpoint.
 *
 * @param algorithm of the ID token's signature, which decides the hash
 * @throws GatehouseError `token_invalid` when it is the hash of something else
 * @see OpenID Connect Core 1.0 section 3.1.3.8
 */
export async function refuseWrongAtHash(atHash: unknown, accessToken: string, algorithm: string): Promise<void> {
  if (isEmpty(atHash)) return
  const digest = await crypto.subtle.digest(hashOf(algorithm), new TextEncoder().encode(accessToken))
  if (atHash !== base64url.encode(new Uint8Array(digest, 0, digest.byteLength / 2))) {
    throw new GatehouseError(
      'token_invalid',
      'at_hash_mismatch',
      'the ID token was issued with another access token (at_hash)',
    )
  }
}

/** EdDSA is over Ed25519, which hashes with SHA-512; the others have the hash in their name. */
function hashOf(algorithm: string): string {
  return algorithm.startsWith('Ed') ? 'SHA-512' : `SHA-${algorithm.slice(-3)}`
}

/** What the library refuses because of its value, or because of the time. */
const CLAIM_FAULTS: Readonly<Record<string, ClaimFault>> = {
  iss: { reason: 'issuer_mismatch', message: 'it is from another issuer (iss)' },
  aud: { reason: 'audience_mismatch', message: 'it is for another client (aud)' },
  azp: { reason: 'azp_mismatch', message: 'it was issued to another client (azp)' },
  nonce: { reason: 'nonce_mismatch', message: 'its nonce is not the one that was sent (nonce)' },
  exp: { reason: 'expired', message: 'it has expired (exp)' },
  nbf: { reason: 'not_yet_valid', message: 'it is not valid yet (nbf)' },
}

/** In the order in which they are named. A nonce is required of a sign-in that has sent one. */
const REQUIRED = ['iss', 'sub', 'aud', 'exp', 'iat', 'nonce'] as const

/** The data that the library adds to a refusal of a claim. `expected` is not there when the audience is right and others are named, too. */
const claimSchema = v.object({ claim: v.string(), expected: v.optional(v.unknown()) })
/** The data of a refusal that is not about the ID token, but about the answer around it. */
const answerSchema = v.union([v.instance(Response), v.looseObject({ body: v.unknown() })])

/**
 * Names the fault of an ID token. The names of claims are in it, and none of their values.
 *
 * @param error what the library has thrown
 * @param idToken the signed token, without the encryption that may have been around it
 * @param algorithm the one that it must be signed with
 * @returns `null`: the refusal is not about the ID token, or nothing more can be said of it
 * @see OpenID Connect Core 1.0 section 3.1.3.7
 */
export function faultOfIdToken(error: unknown, idToken: string, algorithm: string): ClaimFault | null {
  const isOfLibrary =
    error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError
  if (!isOfLibrary || v.is(answerSchema, error.cause)) return null
  const refused = v.safeParse(claimSchema, error.cause)
  if (refused.success) return faultOfClaim(refused.output)
  try {
    return missingIn(readUnverified(idToken, [algorithm], readJwtSaid))
  } catch (failure) {
    return failure instanceof GatehouseError ? faultOfToken(failure) : null
  }
}

function faultOfClaim({ claim, expected }: v.InferOutput<typeof claimSchema>): ClaimFault | null {
  if (claim === 'aud' && expected === undefined) {
    const message = 'it is also for others, and does not say to whom it was issued (azp)'
    return { reason: 'azp_mismatch', message }
  }
  return CLAIM_FAULTS[claim] ?? null
}

function missingIn({ claims }: JwtContent): ClaimFault | null {
  const said = saidInIdToken(claims)
  const missing = REQUIRED.find((name) => isEmpty(said[name]))
  if (missing === undefined) return null
  return { reason: 'claims_missing', message: `it lacks a claim that it must have (${missing})` }
}

function faultOfToken({ code, reason, message }: GatehouseError): ClaimFault | null {
  return code === 'token_invalid' && isReasonOf(code, reason) ? { reason, message } : null
}
