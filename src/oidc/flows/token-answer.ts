/**
 * How every answer of the token endpoint is read: empty members are left out before the protocol library judges the rest.
 */
import * as oauth from 'oauth4webapi'
import { jsonIn } from '../../claims/claim-values.ts'
import { isText, objectOf } from '../../claims/values.ts'
import { saidInTokenAnswer, withClaimsSaid } from '../absent.ts'
import type { ClaimFault } from '../claims.ts'
import { isEncrypted } from '../client/encryption.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
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
