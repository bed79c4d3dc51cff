/**
 * What a refused refresh says about the session: that it has ended, that it may have ended, or nothing.
 */

import { jsonIn } from '../../claims/claim-values.ts'
import { isText, objectOf } from '../../claims/values.ts'
import type { Quirks } from '../quirks.ts'

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
export function meaningOf({ status, text, challenge }: SeenAnswer, { refusesRefresh }: Quirks): Meaning {
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
