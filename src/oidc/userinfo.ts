/**
 * The userinfo request; its answer counts only for the subject of the ID token.
 */
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { GatehouseError } from '../errors.ts'
import type { ProtocolClient } from './client.ts'
import { toProtocolFailure } from './failures.ts'

/** Claims of the person, none of them checked but `sub`. */
export type PersonClaims = Readonly<Record<string, unknown>>

/**
 * Asks who the bearer of the access token is.
 *
 * @returns no claims when the provider has no userinfo endpoint
 * @throws GatehouseError `token_invalid` when the answer is about somebody else; `provider_error`, `provider_unreachable`
 * @see OpenID Connect Core 1.0 sections 5.3.2 and 5.3.4
 */
export async function fetchUserinfo(
  client: ProtocolClient,
  accessToken: string,
  subject: string,
): Promise<PersonClaims> {
  const { metadata, relyingParty, requestOptions } = client
  if (!metadata.userinfo_endpoint) return {}
  try {
    const response = await oauth.userInfoRequest(metadata, relyingParty, accessToken, requestOptions)
    const answer: unknown = await oauth.processUserInfoResponse(metadata, relyingParty, subject, response)
    return v.parse(v.record(v.string(), v.unknown()), answer)
  } catch (error) {
    if (error instanceof oauth.WWWAuthenticateChallengeError) {
      throw new GatehouseError(
        'provider_error',
        'the userinfo endpoint refuses the access token that the provider has just issued',
        {
          detail: { status: error.status },
        },
      )
    }
    // About nobody is not about somebody else.
    if (error instanceof oauth.OperationProcessingError && error.code === oauth.INVALID_RESPONSE) {
      throw new GatehouseError('provider_error', 'the userinfo answer is not one', { cause: error })
    }
    throw toProtocolFailure(error, 'the userinfo answer was refused')
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
  const { email_verified: _, ...others } = ofIdToken
  return { ...(said.email === undefined ? ofIdToken : others), ...said }
}
