/**
 * What a check says of a token, and that as the answer to an introspection request; the request is read in `routes/apps/introspect.ts`.
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

/**
 * About a bad token the answer only says that it is not active. About a good one, what is not known is left out.
 *
 * @see RFC 7662 section 2.2
 */
export function introspectionAnswer(verdict: Verdict): Readonly<Record<string, unknown>> {
  if (!verdict.active) return { active: false }
  const answer = { active: true, ...verdict.claims, principal: verdict.principal, roles: verdict.roles }
  return Object.fromEntries(Object.entries(answer).filter(([, value]) => value !== undefined))
}
