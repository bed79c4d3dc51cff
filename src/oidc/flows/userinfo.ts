/**
 * The userinfo request; its answer, plain or signed, counts only for the subject of the ID token.
 */

import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { claimsElsewhere, withoutEmpty } from '../../claims/claim-values.ts'
import { combinedVerification } from '../../claims/verified-address.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import { type ClaimFault, faultOfClaims } from '../claims.ts'
import { type DpopKey, withDpop } from '../client/dpop.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import { asciiOf, mediaTypeOf } from '../transport/http.ts'
import { isEncrypted, type JwtContent } from '../unverified-jwt.ts'
import { toProtocolFailure } from './failures.ts'

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
 * @returns no claims when the provider has no userinfo endpoint, or refuses where userinfoMayRefuse allows it
 * @throws GatehouseError `token_invalid` when the answer is about someone else or not signed as it must be; `provider_error`
 * when it is not of the kind that it must be; `provider_unreachable`
 * @see OpenID Connect Core 1.0 sections 5.3.2 and 5.3.4
 */
export async function fetchUserinfo(client: ProtocolClient, bearer: Bearer): Promise<PersonClaims> {
  const { metadata, relyingParty } = client
  if (!metadata.userinfo_endpoint) return {}
  try {
    return await withDpop(client, bearer.dpopKey, async (requestOptions) => {
      const response = await oauth.userInfoRequest(metadata, relyingParty, bearer.accessToken, requestOptions)
      return readAnswer(client, response, bearer.subject)
    })
  } catch (error) {
    if (client.acceptance.userinfoMayRefuse && isRefusal(error)) return {}
    if (error instanceof oauth.WWWAuthenticateChallengeError) {
      const message = 'the userinfo endpoint refuses the access token that the provider has just issued'
      throw toProtocolFailure(error, message, 'userinfo', client.secrets)
    }
    // About no one is not about someone else.
    if (error instanceof oauth.OperationProcessingError && error.code === oauth.INVALID_RESPONSE) {
      throw new GatehouseError('provider_error', 'userinfo_malformed', 'the userinfo answer is not one', {
        cause: error,
      })
    }
    throw toProtocolFailure(error, 'the userinfo answer was refused', 'userinfo', client.secrets)
  }
}

/**
 * The claims of an ID token, completed by userinfo, which is newer and wins where it says something. Whether an e-mail address is
 * verified is decided by both: a no always counts.
 *
 * @see OpenID Connect Core 1.0 section 5.3.2: what is null is as good as absent
 */
export function completed(ofIdToken: PersonClaims, userinfo: PersonClaims): PersonClaims {
  const { email_verified: _, xms_edov: __, ...claims } = { ...withoutEmpty(ofIdToken), ...withoutEmpty(userinfo) }
  return { ...claims, ...combinedElsewhere(ofIdToken, userinfo), ...combinedVerification(ofIdToken, userinfo) }
}

/** Each of the two names the claims that it leaves out; neither speaks for the other. */
function combinedElsewhere(ofIdToken: PersonClaims, userinfo: PersonClaims): PersonClaims {
  const [one, other] = [claimsElsewhere(ofIdToken), claimsElsewhere(userinfo)]
  return one && other ? { _claim_names: { ...one, ...other } } : {}
}

/** With a challenge or without one. Not the refusal of a proof, which is about us. @see RFC 6750 section 3.1, RFC 9449 section 7.1 */
function isRefusal(error: unknown): boolean {
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    const isAboutProof = error.cause.some(({ parameters }) => parameters.error?.includes('dpop'))
    return !isAboutProof && REFUSED.includes(error.status)
  }
  return (
    error instanceof oauth.OperationProcessingError &&
    error.cause instanceof Response &&
    REFUSED.includes(error.cause.status)
  )
}

const REFUSED = [401, 403]

async function readAnswer(client: ProtocolClient, response: Response, subject: string) {
  const { userinfoFormat: wanted } = client.acceptance
  const { metadata, relyingParty } = client
  if (response.status !== 200) return oauth.processUserInfoResponse(metadata, relyingParty, subject, response)
  const isJwt = mediaTypeOf(response) === 'application/jwt'
  if (isJwt && wanted !== 'JSON') return signedClaims(client, await asciiOf(response), subject)
  if (wanted === 'JWT') {
    throw new GatehouseError(
      'provider_error',
      'userinfo_not_signed',
      `userinfo is not signed, which ${nameOf('userinfoFormat')} demands`,
      {
        detail: { content_type: mediaTypeOf(response) ?? 'none' },
        provider: { place: 'userinfo' },
      },
    )
  }
  // A new response, because the library would take claims from a JWT without looking at its signature.
  const answer = Response.json(await jsonOf(response))
  const claims: unknown = await oauth.processUserInfoResponse(metadata, relyingParty, subject, answer)
  return v.parse(v.record(v.string(), v.unknown()), claims)
}

/** The JSON of an answer, whatever its type says: many servers get the type wrong. */
async function jsonOf(response: Response): Promise<unknown> {
  const text = await asciiOf(response)
  try {
    return JSON.parse(text)
  } catch {
    const type = mediaTypeOf(response) ?? 'none'
    const reason = isPage(text, type) ? 'userinfo_is_page' : 'userinfo_malformed'
    throw new GatehouseError('provider_error', reason, `the userinfo endpoint answers with ${whatItIs(text, type)}`, {
      detail: { content_type: type },
      provider: { place: 'userinfo', status: response.status },
    })
  }
}

function isPage(text: string, type: string): boolean {
  return type === 'text/html' || /^\s*</.test(text)
}

function whatItIs(text: string, type: string): string {
  if (isPage(text, type)) return 'a web page, and not with JSON'
  if (/^[\w-]+(?:\.[\w-]*){2,4}\s*$/.test(text))
    return `a JWT, and ${nameOf('userinfoFormat')} says JSON, or its type does`
  return text === '' ? 'nothing, and not with JSON' : 'something that is not JSON'
}

/** The library would take the claims without a look at the signature, so the whole answer is read here. */
async function signedClaims(client: ProtocolClient, body: string, subject: string): Promise<PersonClaims> {
  const jwt = isEncrypted(body) ? await client.decryptJwe(body) : body
  const { claims } = await client.verifyJwt(jwt, [client.signingAlgorithm], (content) => {
    const fault = faultOf(content, client, subject)
    if (!fault) return
    throw new GatehouseError('token_invalid', fault.reason, `the signed userinfo was refused: ${fault.message}`)
  })
  return claims
}

/** What a signed userinfo must not have: the claims of an ID token or a logout token from before the explicit types. @see RFC 8725 section 3.12 */
const OF_OTHER_KINDS = ['nonce', 'at_hash', 'events']

function faultOf(content: JwtContent, client: ProtocolClient, subject: string): ClaimFault | null {
  const { sub } = content.claims
  const others = OF_OTHER_KINDS.filter((name) => content.claims[name] !== undefined)
  if (others.length > 0) {
    const message = `it has the claims of another kind of token (${others.join(', ')})`
    return { reason: 'wrong_token_type', message }
  }
  const fault = faultOfClaims(content, { ...client.claimRules(), kinds: ['jwt'], required: [] })
  if (fault) return fault
  if (sub === undefined) return { reason: 'claims_missing', message: 'it does not say whom it is about (sub)' }
  return sub === subject ? null : { reason: 'subject_mismatch', message: 'it is about another person (sub)' }
}
