/**
 * The refresh grant: new tokens for the same person at the same issuer, or nothing; when to refresh is decided in `tokens/`.
 */
import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import { audiencesOf } from '../../claims/claim-values.ts'
import type { Clock } from '../../clock.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import { saidInIdToken } from '../absent.ts'
import { type Claims, claimsOf } from '../claims.ts'
import { type DpopKey, keptDpopKey, refuseOtherTokenType, withDpop } from '../client/dpop.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import { toProtocolFailure } from './failures.ts'
import { refuseOtherTimes, verifyIdTokenOf } from './id-token.ts'
import { type ProviderTokens, providerTokens } from './provider-tokens.ts'
import { meaningOf, type SeenAnswer, seenIn } from './refresh-refusals.ts'
import { bringsIdToken, readTokenAnswer } from './token-answer.ts'
import { completed, fetchUserinfo, type PersonClaims } from './userinfo.ts'

export interface RefreshedLogin {
  readonly tokens: ProviderTokens
  /** What the provider says of the person now; empty when it has no userinfo endpoint and sent no ID token. */
  readonly claims: PersonClaims
  /**
   * Only the claims that came with this refresh, without those of the sign-in's ID token that were not repeated. Empty when the provider
   * said nothing; `null` when userinfo, or the keys for a new ID token, could not be fetched.
   */
  readonly news: PersonClaims | null
}

/**
 * Refreshes the tokens of a session and asks again who the person is.
 *
 * @throws GatehouseError `login_required` when the provider does not prolong the session; `token_invalid` when the
 * answer is about someone else or not to be trusted; `provider_unreachable`, `provider_error` when nothing is decided, for the
 * reason `refresh_refusal_unclear` if the answer may have meant no
 * @see RFC 6749 section 6; OpenID Connect Core 1.0 section 12
 */
export async function refreshLogin(
  client: ProtocolClient,
  tokens: ProviderTokens,
  clock: Clock,
): Promise<RefreshedLogin> {
  if (tokens.refreshToken === null)
    throw new GatehouseError('login_required', 'refresh_token_missing', 'there is no refresh token')
  const original = originalClaims(tokens.idToken)
  // Before it is sent: an id of the settings may have been given to another provider since.
  if (!client.isFrom(original.claims))
    throw new GatehouseError('login_required', 'issuer_changed', 'the session is of another issuer')
  const dpopKey = await keptDpopKey(client, tokens.dpopKey)
  const answer = await redeemRefreshToken(client, tokens.refreshToken, dpopKey)
  const idToken = await unlessUndecided(verifiedIdToken(client, answer, original))
  const bearer = { accessToken: answer.access_token, dpopKey, subject: original.sub }
  const userinfo = await unlessUndecided(fetchUserinfo(client, bearer))
  const renewed = providerTokens(answer, idToken?.text ?? tokens.idToken, tokens.dpopKey, clock)
  const said = completed(idToken?.claims ?? {}, userinfo ?? {})
  const isSilent = Object.keys(said).length === 0
  // Not every provider sends a new refresh token; the old one stays good then.
  return {
    tokens: { ...renewed, refreshToken: renewed.refreshToken ?? tokens.refreshToken },
    claims: userinfo === undefined || isSilent ? {} : completed(idToken?.claims ?? original.claims, userinfo),
    news: userinfo === undefined || idToken === undefined ? null : said,
  }
}

/**
 * The new tokens must not be lost because something fails after they came: the old refresh token may be spent. So a failure means that
 * nothing new is known, unless the answer was about someone else.
 */
async function unlessUndecided<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof GatehouseError && error.code !== 'token_invalid') return undefined
    throw error
  }
}

async function redeemRefreshToken(
  client: ProtocolClient,
  refreshToken: string,
  dpopKey: DpopKey | null,
): Promise<oauth.TokenEndpointResponse> {
  const { metadata, relyingParty, clientAuthentication, quirks } = client
  let seen: SeenAnswer | undefined
  try {
    const answer = await withDpop(client, dpopKey, async (requestOptions) => {
      const response = await oauth.refreshTokenGrantRequest(
        metadata,
        relyingParty,
        clientAuthentication,
        refreshToken,
        requestOptions,
      )
      seen = await seenIn(response)
      return readTokenAnswer(client, response, (answer, options) =>
        oauth.processRefreshTokenResponse(metadata, relyingParty, answer, options),
      )
    })
    refuseOtherTokenType(answer, dpopKey)
    return answer
  } catch (error) {
    const meaning = seen ? meaningOf(seen, quirks) : 'nothing'
    if (meaning === 'no') {
      throw new GatehouseError('login_required', 'refresh_refused', 'the provider does not prolong the session', {
        cause: error,
      })
    }
    if (meaning === 'suspected') {
      const failure = toProtocolFailure(error, 'the provider refused to refresh', 'token', client.secrets)
      const { message, provider, detail, hint } = failure
      throw new GatehouseError('provider_error', 'refresh_refusal_unclear', message, {
        cause: error,
        provider,
        detail,
        hint,
      })
    }
    // An answer that lacks something says nothing about the session; one with an ID token that cannot be trusted does.
    const hasIdToken = seen !== undefined && bringsIdToken(seen.text)
    if (error instanceof oauth.OperationProcessingError && error.code === oauth.INVALID_RESPONSE && !hasIdToken) {
      throw new GatehouseError(
        'provider_error',
        'token_response_malformed',
        'the refresh answer of the provider is incomplete',
        { cause: error },
      )
    }
    throw toProtocolFailure(error, 'the refresh answer of the provider was refused', 'token', client.secrets)
  }
}

interface OriginalClaims {
  readonly iss: string
  readonly sub: string
  readonly audiences: readonly string[]
  readonly claims: Claims
}

/** It was verified when it was stored, and what is sealed is ours; so it is read, not verified again. */
function originalClaims(idToken: string): OriginalClaims {
  const claims = claimsOf(saidInIdToken(decodeJwt(idToken)))
  if (claims.iss === undefined || claims.sub === undefined)
    throw new GatehouseError('token_invalid', 'claims_missing', 'the stored ID token names no one')
  return { iss: claims.iss, sub: claims.sub, audiences: audiencesOf(claims), claims }
}

/** A refreshed ID token is optional, but when it comes it must be the old one's twin. @see OpenID Connect Core 1.0 section 12.2 */
async function verifiedIdToken(client: ProtocolClient, answer: oauth.TokenEndpointResponse, original: OriginalClaims) {
  const { quirks } = client
  const claims = oauth.getValidatedIdTokenClaims(answer)
  const signed = await verifyIdTokenOf(client, answer)
  if (!claims || !signed) return null
  const differing = ['azp', 'nonce'].filter(
    (name) => claims[name] !== undefined && claims[name] !== original.claims[name],
  )
  if (isOtherSignIn(claims, original.claims, client.acceptance.clockToleranceSeconds)) differing.push('auth_time')
  if (quirks.accountIssuer(claims.iss) !== quirks.accountIssuer(original.iss)) differing.push('iss')
  if (claims.sub !== original.sub) differing.push('sub')
  if (audiencesOf({ aud: claims.aud }).join('\0') !== original.audiences.join('\0')) differing.push('aud')
  if (differing.length > 0) {
    throw new GatehouseError('token_invalid', 'id_token_changed', 'the refreshed ID token differs from the first one', {
      detail: { differing },
    })
  }
  // After everything that tells of another person: a clock decides nothing about the session.
  refuseOtherTimes(client, signed)
  const refusal = quirks.notAllowed(claims, client.acceptance)
  if (refusal) {
    throw new GatehouseError('token_invalid', 'tenant_not_allowed', refusal.message, {
      hint: `see ${nameOf(refusal.setting)}`,
    })
  }
  return { text: signed.text, claims }
}

/** If the first ID token did not say the time, there is nothing to compare, but the time must not be after that token was issued. */
function isOtherSignIn({ auth_time: time }: oauth.IDToken, original: Claims, toleranceSeconds: number): boolean {
  if (time === undefined) return false
  const { auth_time: first, iat } = original
  if (first !== undefined) return time !== first
  return typeof iat === 'number' && time > iat + toleranceSeconds
}
