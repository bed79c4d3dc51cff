/**
 * How every answer of the token endpoint is read, and the tokens of it that are kept: empty members are left out before the protocol library
 * judges the rest.
 */
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import { isText, jsonIn, objectOf } from '../../claims/claim-values.ts'
import { type Clock, epochSeconds } from '../../clock.ts'
import { type ClaimFault, saidInTokenAnswer, withClaimsSaid } from '../claims.ts'
import { type DpopJwk, dpopJwkSchema } from '../client/dpop.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import { isEncrypted } from '../unverified-jwt.ts'
import { faultOfIdToken } from './id-token.ts'

interface ReadingOptions {
  readonly [oauth.jweDecrypt]: (jwe: string) => Promise<string>
}

/**
 * Reads a token answer. The library is given a copy of the ID token without claims of null; `id_token` of what is returned is the token
 * as it came, whose signature is still to be verified.
 *
 * @param process the function of the library that judges the answer; it passes the options on
 * @throws the errors of the library, and those of decryption
 * @see RFC 6749 sections 5.1 and 5.2
 */
export async function readTokenAnswer(
  client: ProtocolClient,
  response: Response,
  process: (answer: Response, options: ReadingOptions) => Promise<oauth.TokenEndpointResponse>,
): Promise<oauth.TokenEndpointResponse> {
  let signed: string | undefined
  const options = {
    [oauth.jweDecrypt]: async (jwe: string) => {
      signed = await client.decryptJwe(jwe)
      return withClaimsSaid(signed)
    },
  }
  const body = await bodyOf(response)
  if (body === null) return process(response, options)
  const said = saidInTokenAnswer(body)
  const { id_token: idToken } = said
  const copy = typeof idToken === 'string' ? { ...said, id_token: withClaimsSaid(idToken) } : said
  const { statusText, headers } = response
  const status = response.status === 200 && isError(copy) ? 400 : response.status
  const readable = new Response(JSON.stringify(copy), { status, statusText, headers })
  originalStatus.set(readable, response.status)
  if (typeof idToken === 'string' && !isEncrypted(idToken)) signed = idToken
  const answer = await process(readable, options).catch((error: unknown) => {
    const fault = signed === undefined ? null : faultOfIdToken(error, signed, client.signingAlgorithm)
    if (fault !== null && error instanceof Error) faults.set(error, fault)
    throw error
  })
  return typeof idToken === 'string' ? Object.assign(answer, { id_token: idToken }) : answer
}

/** The status that the provider really sent, for the log. */
const originalStatus = new WeakMap<Response, number>()

/** The status that the provider gave to an answer that the library has refused. */
export function answeredStatus(response: Response): number {
  return originalStatus.get(response) ?? response.status
}

/** What is wrong with the ID token of an answer, by the error with which the library has refused it. */
const faults = new WeakMap<Error, ClaimFault>()

/** Why the library has refused the ID token of an answer; `undefined`: not known, or something else was refused. */
export function refusedIdToken(error: Error): ClaimFault | undefined {
  return faults.get(error)
}

/** GitHub and Slack answer an error with status 200; the library looks for one only where the status says so. */
function isError({ error, access_token }: Readonly<Record<string, unknown>>): boolean {
  return isText(error) && access_token === undefined
}

/** Whether the body of an answer has an ID token, good or bad. */
export function bringsIdToken(text: string): boolean {
  const body = objectOf(jsonIn(text))
  return body !== null && 'id_token' in saidInTokenAnswer(body)
}

/** `null`: the answer is not a JSON object, which is for the library to refuse. */
async function bodyOf(response: Response): Promise<Readonly<Record<string, unknown>> | null> {
  return objectOf(
    await response
      .clone()
      .json()
      .catch(() => null),
  )
}

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
  answer: oauth.TokenEndpointResponse,
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
