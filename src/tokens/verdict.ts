/**
 * What a check says of a token; how it is told to an app is in `introspection.ts`.
 */

/** A person, or a program that acts for itself. */
export type Principal = 'user' | 'service'

export interface GoodToken {
  readonly active: true
  readonly principal: Principal
  readonly roles: readonly string[]
  /** Registered claims, under their names on the wire. @see RFC 7662 section 2.2 */
  readonly claims: Readonly<Record<string, unknown>>
}

export interface BadToken {
  readonly active: false
  /** For the log. The asking app is told nothing. */
  readonly reason: string
}

export type Verdict = GoodToken | BadToken

export function bad(reason: string): BadToken {
  return { active: false, reason }
}
