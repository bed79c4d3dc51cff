/**
 * Rows of the audit as the pages for administrators show them: with names for people, and with what refused sign-ins mean.
 */
import type { AuditEntry } from '../../accounts/audit.ts'
import { type Circle, isWithin } from '../../accounts/directory.ts'
import { nameOf } from '../../accounts/users.ts'
import type { Deps } from '../../deps.ts'
import { explainAttempt } from '../../diagnosis/attempts.ts'
import type { EventsView } from '../../pages/admin/events.tsx'
import { userPath } from './queries.ts'

interface Shown {
  readonly isOfOne: boolean
  /** Whom the administrator may see. */
  readonly circle: Circle
}

/** @throws GatehouseError `store_unavailable` */
export async function eventsView(
  entries: readonly AuditEntry[],
  { isOfOne, circle }: Shown,
  { people, refusals, config }: Deps,
): Promise<EventsView> {
  // On the page of one person no row names them.
  const named = entries.flatMap(({ user_id, actor_id }) => (isOfOne ? [actor_id] : [user_id, actor_id]))
  const ids = new Set(named.filter((id) => id !== null))
  const references = entries.filter(isRefusal).map(({ reference }) => reference)
  const [records, kept] = await Promise.all([
    ids.size === 0 ? [] : people.users.records([...ids]),
    references.length === 0 ? [] : refusals.withReferences(references),
  ])
  const seen = records.filter(({ user }) => isWithin(user, circle))
  const detailsOf = ({ reference }: AuditEntry) => kept.find((one) => one.reference === reference) ?? null
  return {
    events: entries.map((entry) => ({
      entry,
      explained:
        isOfOne && entries.find(saysTheSame(entry)) === entry ? explainAttempt(entry, detailsOf(entry), config) : null,
    })),
    isOfOne,
    people: new Map(seen.map(({ user }) => [user.id, nameOf(user)])),
    userPath,
  }
}

/** Of refusals for one and the same reason, the newest is explained. */
function saysTheSame({ reason }: AuditEntry) {
  return (other: AuditEntry) => isRefusal(other) && other.reason === reason
}

function isRefusal({ event }: AuditEntry): boolean {
  return event === 'sign_in_refused'
}
