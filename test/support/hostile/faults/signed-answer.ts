/**
 * What can be wrong with a signed answer (JARM): what can be wrong with any signed token, under a name of its own.
 */
import type { IdTokenFault } from '../faults.ts'

const PREFIX = 'jarm-'

/** The cases of the Foundation's message signing plan. */
type Borrowed = Extract<
  IdTokenFault,
  | 'missing-iss'
  | 'invalid-iss'
  | 'missing-aud'
  | 'invalid-aud'
  | 'missing-exp'
  | 'expired-exp'
  | 'invalid-sig-rs256'
  | 'idtoken-sig-none'
>

export type SignedAnswerFault = `${typeof PREFIX}${Borrowed}`

/** The fault of the token itself; `null`: the fault is elsewhere. */
export function signedAnswerFault(fault: string | null): string | null {
  return fault?.startsWith(PREFIX) ? fault.slice(PREFIX.length) : null
}
