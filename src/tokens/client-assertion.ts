/**
 * The assertion by which an app says who it is (private_key_jwt): whether one of its keys signed it, and whether it is meant for us and still
 * good. Which app it should be is found elsewhere.
 */
import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from 'jose'
import type { StoredApp } from '../accounts/apps.ts'
import { audiencesOf } from '../claims/claim-values.ts'
import { type Clock, epochSeconds } from '../clock.ts'
import { SIGNING_ALGORITHMS } from '../config/values/algorithms.ts'
import { GatehouseError } from '../errors.ts'
import { faultOfClaims, parseClaims } from '../oidc/claims.ts'

/** An app makes a new one at least so often. */
const LIFE_MAX_SECONDS = 600
const TOLERANCE_SECONDS = 10
/** The second is a draft's, which gives these tokens a type of their own. @see draft-ietf-oauth-rfc7523bis */
const KINDS = ['jwt', 'client-authentication+jwt']

/**
 * Judges an assertion. It may be used again until it expires: what it buys here are answers, and a use would have to be written down.
 *
 * @param audiences what we may be called in it: all that it is for must be among them
 * @returns until when it is good, in seconds since the epoch; `null`: it is not
 * @see RFC 7523 section 3, OpenID Connect Core 1.0 section 9
 */
export async function assertionGoodUntil(
  assertion: string,
  { clientId, jwks }: Pick<StoredApp, 'clientId' | 'jwks'>,
  audiences: readonly string[],
  clock: Clock,
): Promise<number | null> {
  if (jwks === null) return null
  try {
    const keys = createLocalJWKSet(jwks as JSONWebKeySet) // of jose, whose lists may be written to
    const { payload, protectedHeader } = await compactVerify(assertion, keys, { algorithms: [...SIGNING_ALGORITHMS] })
    const claims = parseClaims(payload)
    const now = epochSeconds(clock)
    const required = ['iss', 'aud', 'exp'] as const
    const rules = { kinds: KINDS, required, now, toleranceSeconds: TOLERANCE_SECONDS, expToleranceSeconds: 0 }
    if (faultOfClaims({ header: protectedHeader, claims }, rules)) return null
    const { iss, sub, jti, exp = 0 } = claims
    const meant = audiencesOf(claims)
    const isForUs = meant.length > 0 && meant.every((audience) => audiences.includes(audience))
    if (iss !== clientId || sub !== clientId || !isForUs || !jti) return null
    return exp <= now + LIFE_MAX_SECONDS + TOLERANCE_SECONDS ? exp : null
  } catch (error) {
    if (error instanceof errors.JOSEError) return null
    if (error instanceof GatehouseError && error.code === 'token_invalid') return null
    throw error
  }
}
