/**
 * The userinfo request; its answer, plain or signed, counts only for the subject of the ID token.
 */
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { type Clock, epochSeconds } from '../clock.ts'
import { GatehouseError } from '../errors.ts'
import { audiencesOf } from './claims.ts'
import type { ProtocolClient } from './client.ts'
import { type DpopKey, withDpop } from './dpop.ts'
import { isEncrypted } from './encryption.ts'
import { toProtocolFailure } from './failures.ts'
import { asciiOf, mediaTypeOf } from './http.ts'
import { saysOtherKind } from './jwks.ts'

/** Claims of the person, none of them checked but `sub`. */
export type PersonClaims = Readonly<Record<string, unknown>>

export interface Bearer {
  readonly accessToken: string
  /** The key that the access token is bound to, if it is. */
  readonly dpopKey: DpopKey | null
  /** Of the ID token that came with it. */
  readonly subject: string
}

/**
 * Asks who the bearer of the access token is.
 *
 * @returns no claims when the provider has no userinfo endpoint
 * @throws GatehouseError `token_invalid` when the answer is about somebody else or not signed as it must be; `provider_error`
 * when it is not of the kind that it must be; `provider_unreachable`
 * @see OpenID Connect Core 1.0 sections 5.3.2 and 5.3.4
 */
export async function fetchUserinfo(client: ProtocolClient, bearer: Bearer, clock: Clock): Promise<PersonClaims> {
  const { metadata, relyingParty } = client
  if (!metadata.userinfo_endpoint) return {}
  try {
    return await withDpop(client, bearer.dpopKey, async (requestOptions) => {
      const response = await oauth.userInfoRequest(metadata, relyingParty, bearer.accessToken, requestOptions)
      return readAnswer(client, response, bearer.subject, clock)
    })
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) {
      const message = 'the userinfo endpoint refuses the access token that the provider has just issued'
      throw toProtocolFailure(error, message, 'userinfo')
    }
    // About nobody is not about somebody else.
    if (error instanceof oauth.OperationProcessingError && error.code === oauth.INVALID_RESPONSE) {
      throw new GatehouseError('provider_error', 'the userinfo answer is not one', { cause: error })
    }
    throw toProtocolFailure(error, 'the userinfo answer was refused', 'userinfo')
  }
}

/**
 * The claims of an ID token, completed by userinfo, which is newer and wins where it says something. Whether an e-mail address is
 * verified is said of the address beside it, and of no other.
 *
 * @see OpenID Connect Core 1.0 section 5.3.2: what is null is as good as absent
 */
export function completed(ofIdToken: PersonClaims, userinfo: PersonClaims): PersonClaims {
  const said = Object.fromEntries(Object.entries(userinfo).filter(([, value]) => value !== null && value !== ''))
  const { email_verified: _, xms_edov: __, ...others } = ofIdToken
  const isOtherAddress = said.email !== undefined && said.email !== ofIdToken.email
  return { ...(isOtherAddress ? others : ofIdToken), ...said }
}

async function readAnswer(client: ProtocolClient, response: Response, subject: string, clock: Clock) {
  const { OIDC_OP_USER_ENDPOINT_FORMAT: wanted } = client.acceptance
  const kind = kindOf(response)
  if (response.status === 200 && (kind === 'other' || (wanted !== 'AUTO' && wanted !== kind))) {
    throw new GatehouseError(
      'provider_error',
      'userinfo is not of the kind that OIDC_OP_USER_ENDPOINT_FORMAT demands',
      {
        detail: { wanted, kind },
      },
    )
  }
  if (response.status === 200 && kind === 'JWT') return signedClaims(client, await asciiOf(response), subject, clock)
  const answer: unknown = await oauth.processUserInfoResponse(client.metadata, client.relyingParty, subject, response)
  return v.parse(v.record(v.string(), v.unknown()), answer)
}

function kindOf(response: Response): 'JSON' | 'JWT' | 'other' {
  const type = mediaTypeOf(response)
  if (type === 'application/jwt') return 'JWT'
  return type === 'application/json' ? 'JSON' : 'other'
}

/** The library would take the claims without a look at the signature, so the whole answer is read here. */
async function signedClaims(
  client: ProtocolClient,
  body: string,
  subject: string,
  clock: Clock,
): Promise<PersonClaims> {
  const jwt = isEncrypted(body) ? await client.decryptJwe(body) : body
  const { header, claims } = await client.verifyJwt(jwt, [client.signingAlgorithm])
  const others = ['nonce', 'at_hash', 'events'].filter((name) => claims[name] !== undefined)
  const flaw =
    // An ID token or a logout token of before the explicit types. @see RFC 8725 section 3.12
    (others.length > 0 && `it has the claims of another kind of token (${others.join(', ')})`) ||
    (saysOtherKind(header) && 'it says that it is another kind of token') ||
    (claims.iss !== undefined && !client.isFrom(claims) && 'another issuer') ||
    (claims.aud !== undefined &&
      !audiencesOf(claims).includes(client.relyingParty.client_id) &&
      'for another client') ||
    (claims.exp !== undefined &&
      claims.exp <= epochSeconds(clock) - client.acceptance.OIDC_CLOCK_TOLERANCE &&
      'expired') ||
    (claims.sub !== subject && 'about somebody else')
  if (flaw) throw new GatehouseError('token_invalid', `the signed userinfo was refused: ${flaw}`)
  return claims
}
