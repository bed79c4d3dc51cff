/**
 * Names what is wrong with an ID token that the protocol library refuses: from the token and from the data of the refusal, not from its text.
 */
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { isEmpty } from '../../claims/values.ts'
import { GatehouseError, isReasonOf } from '../../errors.ts'
import { saidInIdToken } from '../absent.ts'
import type { ClaimFault } from '../claims.ts'
import { type JwtContent, readJwtSaid, readUnverified } from '../unverified-jwt.ts'

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
