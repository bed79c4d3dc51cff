/**
 * The refresh grant: new tokens for the same person at the same issuer, or what a refusal says of
 * the session: that it has ended, that it may have ended, or nothing. When to refresh is decided in `tokens/`.
 */

import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import { audiencesOf, isText, jsonIn, objectOf } from '../../claims/claim-values.ts'
import type { Clock } from '../../clock.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import type { Vendor } from '../../vendors/vendor.ts'
import { type Claims, claimsOf, saidInIdToken } from '../claims.ts'
import { type DpopKey, keptDpopKey, refuseOtherTokenType, withDpop } from '../client/dpop.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import { toProtocolFailure } from './failures.ts'
import { refuseOtherTimes, verifyIdTokenOf } from './id-token.ts'
import { bringsIdToken, type ProviderTokens, providerTokens, readTokenAnswer } from './token-answer.ts'
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

/** What was copied from an answer of the token endpoint before the library read it. */
export interface SeenAnswer {
  readonly status: number
  readonly text: string
  readonly challenge: string | null
}

/** `no`: the session has ended. `suspected`: perhaps. `nothing`: an outage, or a fault of ours. */
export type Meaning = 'no' | 'suspected' | 'nothing'

/** These are about the provider or the client, and not about one session. @see RFC 6749 sections 4.1.2.1 and 5.2, RFC 9449 section 8, RFC 8628 */
const ABOUT_OTHERS: readonly string[] = [
  'temporarily_unavailable',
  'server_error',
  'slow_down',
  'use_dpop_nonce',
  'invalid_dpop_proof',
  'invalid_client',
  'unauthorized_client',
  'unsupported_grant_type',
]
const UNAUTHORIZED = 401
const TOO_MANY_REQUESTS = 429

/** Copies from an answer what `meaningOf` needs, before the library consumes its body. */
export async function seenIn(response: Response): Promise<SeenAnswer> {
  const { status, headers } = response
  return { status, text: await response.clone().text(), challenge: headers.get('www-authenticate') }
}

/**
 * What an answer means that the library has refused. A provider may say no without an error code, or with one that others use for faults;
 * so anything that is neither its usual code for a no nor about the provider or the client counts as suspected.
 *
 * @see RFC 6749 section 5.2
 */
export function meaningOf({ status, text, challenge }: SeenAnswer, { refusesRefresh }: Vendor): Meaning {
  const isEmpty = text.trim() === ''
  const said = objectOf(jsonIn(text)) ?? {}
  const isSuccess = status >= 200 && status < 300
  // Some providers answer an error with status 200.
  const isErrorAsSuccess = isSuccess && isText(said.error) && !isText(said.access_token)
  if (isSuccess && !isErrorAsSuccess) return isEmpty ? 'suspected' : 'nothing'
  if (status < 200 || (status >= 300 && status < 400) || status >= 500 || status === TOO_MANY_REQUESTS) return 'nothing'
  const error = isText(said.error) ? said.error : /\berror="?([\w-]+)/.exec(challenge ?? '')?.[1]
  // A challenge for the client's credentials without an error code means invalid_client.
  if (error === undefined) return status === UNAUTHORIZED && /^basic\b/i.test(challenge ?? '') ? 'nothing' : 'suspected'
  if (refusesRefresh(error, isText(said.error_description) ? said.error_description : '')) return 'no'
  return ABOUT_OTHERS.includes(error) ? 'nothing' : 'suspected'
}
