/**
 * What a check says of a token; how it is told to an app is in `introspection.ts`.
 */
import type { Principal } from '../vendors/vendor.ts'

export interface GoodToken {
  readonly active: true
  /** `undefined`: not known. */
  readonly principal: Principal | undefined
  /** `undefined`: not known. */
  readonly roles: readonly string[] | undefined
  /** Registered claims, under their names on the wire. @see RFC 7662 section 2.2 */
  readonly claims: Readonly<Record<string, unknown>>
}

export interface BadToken {
  readonly active: false
  /** For the log. The asking app is told nothing. */
  readonly reason: string
  /** What to set so that such a token is good, for the log, where that is known. */
  readonly hint?: string
}

export type Verdict = GoodToken | BadToken

export function bad(reason: string, hint?: string): BadToken {
  return { active: false, reason, ...(hint === undefined ? {} : { hint }) }
}
