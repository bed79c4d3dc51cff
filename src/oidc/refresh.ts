/**
 * The refresh grant: new tokens for the same person at the same issuer, or nothing; when to refresh is decided in `tokens/`.
 */
import { decodeJwt } from 'jose'
import * as oauth from 'oauth4webapi'
import type { Clock } from '../clock.ts'
import { GatehouseError } from '../errors.ts'
import { audiencesOf, parseClaims } from './claims.ts'
import type { ProtocolClient } from './client.ts'
import { type DpopKey, keptDpopKey, refuseOtherTokenType, withDpop } from './dpop.ts'
import { toProtocolFailure } from './failures.ts'
import { verifyIdTokenOf } from './id-token.ts'
import { type ProviderTokens, providerTokens } from './provider-tokens.ts'
import { completed, fetchUserinfo, type PersonClaims } from './userinfo.ts'

export interface RefreshedLogin {
  readonly tokens: ProviderTokens
  /** What the provider says of the person now; empty when it has no userinfo endpoint and sent no ID token. */
  readonly claims: PersonClaims
}

/**
 * Refreshes the tokens of a session and asks again who the person is.
 *
 * @throws GatehouseError `login_required` when the provider does not prolong the session; `token_invalid` when the
 * answer is about somebody else or not to be trusted; `provider_unreachable`, `provider_error` when nothing is decided
 * @see RFC 6749 section 6; OpenID Connect Core 1.0 section 12
 */
export async function refreshLogin(
  client: ProtocolClient,
  tokens: ProviderTokens,
  clock: Clock,
): Promise<RefreshedLogin> {
  if (tokens.refreshToken === null) throw new GatehouseError('login_required', 'there is no refresh token')
  const original = originalClaims(tokens.idToken)
  // Before it is sent: an id of the settings may have been given to another provider since.
  if (!client.isFrom(original.claims)) throw new GatehouseError('login_required', 'the session is of another issuer')
  const dpopKey = await keptDpopKey(client, tokens.dpopKey)
  const answer = await redeemRefreshToken(client, tokens.refreshToken, dpopKey)
  const idToken = await unlessUndecided(verifiedIdToken(client, answer, original))
  const bearer = { accessToken: answer.access_token, dpopKey, subject: original.sub }
  const userinfo = await unlessUndecided(fetchUserinfo(client, bearer, clock))
  const renewed = providerTokens(answer, idToken?.text ?? tokens.idToken, tokens.dpopKey, clock)
  // Not every provider sends a new refresh token; the old one stays good then.
  return {
    tokens: { ...renewed, refreshToken: renewed.refreshToken ?? tokens.refreshToken },
    claims: userinfo === null ? {} : completed(idToken?.claims ?? original.claims, userinfo),
  }
}

/**
 * The new tokens must not be lost because something fails after they came: the old refresh token may be spent. So a failure means that
 * nothing new is known, unless the answer was about somebody else.
 */
async function unlessUndecided<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (error instanceof GatehouseError && error.code !== 'token_invalid') return null
    throw error
  }
}

async function redeemRefreshToken(
  client: ProtocolClient,
  refreshToken: string,
  dpopKey: DpopKey | null,
): Promise<oauth.TokenEndpointResponse> {
  const { metadata, relyingParty, clientAuthentication } = client
  let hasIdToken = false
  try {
    const answer = await withDpop(client, dpopKey, async (requestOptions) => {
      const response = await oauth.refreshTokenGrantRequest(
        metadata,
        relyingParty,
        clientAuthentication,
        refreshToken,
        requestOptions,
      )
      hasIdToken = await bringsIdToken(response.clone())
      return oauth.processRefreshTokenResponse(metadata, relyingParty, response, {
        [oauth.jweDecrypt]: (jwe) => client.decryptJwe(jwe),
      })
    })
    refuseOtherTokenType(answer, dpopKey)
    return answer
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError && isRefused(error)) {
      throw new GatehouseError('login_required', 'the provider does not prolong the session', { cause: error })
    }
    // An answer that lacks something says nothing about the session; one with an ID token that cannot be trusted does.
    if (error instanceof oauth.OperationProcessingError && error.code === oauth.INVALID_RESPONSE && !hasIdToken) {
      throw new GatehouseError('provider_error', 'the refresh answer of the provider is incomplete', { cause: error })
    }
    throw toProtocolFailure(error, 'the refresh answer of the provider was refused', 'token')
  }
}

/**
 * Whether the provider has said no to the refresh token itself.
 *
 * @see RFC 6749 section 5.2; Dex says invalid_request of one that is expired or unknown (2.45.1, server/refreshhandlers.go)
 */
function isRefused({ error, error_description: description = '' }: oauth.ResponseBodyError): boolean {
  return (
    error === 'invalid_grant' ||
    (error === 'invalid_request' && /^Refresh token (?:expired|is invalid)/.test(description))
  )
}

async function bringsIdToken(response: Response): Promise<boolean> {
  const answer: unknown = await response.json().catch(() => null)
  return typeof answer === 'object' && answer !== null && 'id_token' in answer
}

interface OriginalClaims {
  readonly iss: string
  readonly sub: string
  readonly audiences: readonly string[]
  readonly claims: Readonly<Record<string, unknown>>
}

/** It was verified when it was stored, and what is sealed is ours; so it is read, not verified again. */
function originalClaims(idToken: string): OriginalClaims {
  const claims = parseClaims(new TextEncoder().encode(JSON.stringify(decodeJwt(idToken))))
  if (claims.iss === undefined || claims.sub === undefined)
    throw new GatehouseError('token_invalid', 'the stored ID token names nobody')
  return { iss: claims.iss, sub: claims.sub, audiences: audiencesOf(claims), claims }
}

/** A refreshed ID token is optional, but when it comes it must be the old one's twin. @see OpenID Connect Core 1.0 section 12.2 */
async function verifiedIdToken(client: ProtocolClient, answer: oauth.TokenEndpointResponse, original: OriginalClaims) {
  const { quirks } = client
  const claims = oauth.getValidatedIdTokenClaims(answer)
  const signed = await verifyIdTokenOf(client, answer)
  if (!claims || !signed) return null
  const differing = ['azp', 'auth_time', 'nonce'].filter(
    (name) => claims[name] !== undefined && claims[name] !== original.claims[name],
  )
  if (quirks.accountIssuer(claims.iss) !== quirks.accountIssuer(original.iss)) differing.push('iss')
  if (claims.sub !== original.sub) differing.push('sub')
  if (audiencesOf({ aud: claims.aud }).join('\0') !== original.audiences.join('\0')) differing.push('aud')
  if (differing.length > 0) {
    throw new GatehouseError('token_invalid', 'the refreshed ID token differs from the first one', {
      detail: { differing },
    })
  }
  const stranger = quirks.strangerOf(claims, client.acceptance)
  if (stranger)
    throw new GatehouseError('token_invalid', stranger.reason, { detail: { hint: `see ${stranger.setting}` } })
  return { text: signed.text, claims }
}
