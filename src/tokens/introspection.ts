/**
 * A verdict as the answer to an introspection request; the request is read in `routes/introspect.ts`.
 */
import type { Verdict } from './verdict.ts'

/**
 * Of a bad token nothing is said but that it is not active.
 *
 * @see RFC 7662 section 2.2
 */
export function introspectionAnswer(verdict: Verdict): Readonly<Record<string, unknown>> {
  if (!verdict.active) return { active: false }
  return { active: true, ...verdict.claims, principal: verdict.principal, roles: verdict.roles }
}
