/**
 * What is stored of a person as the account page and the pages for administrators show it: sessions that are in use, and claims.
 */
import { claimsOf } from '../../accounts/claim-sources.ts'
import { type Identity, personSchema } from '../../accounts/person.ts'
import { SESSIONS_SHOWN_MAX, type SessionRecord } from '../../accounts/records.ts'
import type { User } from '../../accounts/users.ts'
import { epochSeconds } from '../../clock.ts'
import type { Deps } from '../../deps.ts'
import type { Datum, SessionsView } from '../../pages/parts.tsx'
import { idleEndOf } from '../../sessions/session.ts'

/** @param currentHash of the browser that asks */
export function sessionsView(
  sessions: readonly SessionRecord[],
  currentHash: string,
  { config, clock, providers }: Deps,
  end: SessionsView['end'],
): SessionsView {
  const now = epochSeconds(clock)
  const isInUse = (one: SessionRecord) => providers.withId(one.providerId) !== null && now < idleEndOf(one, config)
  return {
    sessions: sessions.filter(isInUse),
    isCut: sessions.length === SESSIONS_SHOWN_MAX,
    currentHash,
    names: new Map(config.providers.map(({ id, name }) => [id, name])),
    hasLastUse: config.sessionIdleSeconds !== undefined,
    end,
  }
}

// The schema has exactly these members.
const MEMBERS = Object.keys(personSchema.entries) as readonly (keyof Identity)[]

/** What is known of a person, and the claims that it comes from. What is not known is left out, but for the address and the names. */
export function dataOf(user: User, deps: Pick<Deps, 'providers' | 'config'>): readonly Datum[] {
  const rules = deps.providers.ofAccount(user.issuer)?.config ?? deps.config.providers[0]
  const isShown = (member: keyof Identity) => user[member] !== null || ALWAYS.includes(member)
  return MEMBERS.filter(isShown).map((member) => ({
    member,
    value: user[member],
    claims: claimsOf(member, rules).join(', '),
  }))
}

const ALWAYS: readonly (keyof Identity)[] = ['email', 'full_name', 'x_grp']
