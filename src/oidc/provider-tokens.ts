/**
 * The tokens that the provider gave for a session, as they are kept; where and how they are sealed is decided elsewhere.
 */
import type { TokenEndpointResponse } from 'oauth4webapi'
import * as v from 'valibot'
import { type Clock, epochSeconds } from '../clock.ts'
import { type DpopJwk, dpopJwkSchema } from './client/dpop.ts'

const optionalText = v.nullable(v.string())

export const providerTokensSchema = v.object({
  /** The last verified ID token: the hint at sign-out, and what a refreshed one is compared with. */
  idToken: v.string(),
  accessToken: optionalText,
  refreshToken: optionalText,
  /** When the access token expires, in seconds since the epoch; `null`: none is kept. */
  expiresAt: v.nullable(v.number()),
  /** The key that the tokens are bound to; sessions of earlier versions have none. */
  dpopKey: v.optional(v.nullable(dpopJwkSchema), null),
})

export type ProviderTokens = Readonly<v.InferOutput<typeof providerTokensSchema>>

/** When the provider does not say how long an access token lives, it is asked again as often as La Suite does. */
const LIFE_UNKNOWN_SECONDS = 900
/** Whatever the provider says, within a year it is asked again. */
const LIFE_MAX_SECONDS = 365 * 86_400

/** @see RFC 6749 section 5.1 */
export function providerTokens(
  answer: TokenEndpointResponse,
  idToken: string,
  dpopKey: DpopJwk | null,
  clock: Clock,
): ProviderTokens {
  return {
    idToken,
    accessToken: answer.access_token,
    refreshToken: answer.refresh_token ?? null,
    expiresAt: epochSeconds(clock) + Math.min(Math.floor(answer.expires_in ?? LIFE_UNKNOWN_SECONDS), LIFE_MAX_SECONDS),
    dpopKey,
  }
}
