/**
 * A verdict as the answer to an introspection request; the request is read in `routes/apps/introspect.ts`.
 */
import type { Verdict } from './verdict.ts'

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
