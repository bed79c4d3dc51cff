/**
 * What an administrator can do to a person, each as the statements of one batch: all or nothing, with an audit row. The commands of the
 * operator execute the same statements.
 */
import type { AuditContext, AuditEvent } from '../../accounts/audit.ts'
import { type Clock, epochSeconds } from '../../clock.ts'
import type { Log } from '../../log.ts'
import type { EndedSession } from '../../sessions/session.ts'
import { contextValues, logAudit, RETURNING_AUDIT } from '../audit.ts'
import { type Database, ENDED_COLUMNS, endedFromRows, prepared, roundTrip, type Statement } from '../d1.ts'

/** The sessions that ended; `null`: there was nothing to change. */
type Changed = Promise<readonly EndedSession[] | null>

export interface Changes {
  /**
   * Lets the person in no more, and ends every session.
   *
   * @param ofProvider why, if the sync does it, and not an administrator
   * @throws GatehouseError `store_unavailable`, as all of these
   */
  disable(userId: string, context: AuditContext, ofProvider?: string): Changed
  enable(userId: string, context: AuditContext): Changed
  /** Removes the person and every claim. The audit keeps what happened, without saying to whom. */
  erase(userId: string, context: AuditContext): Changed
}

export function createChanges(db: Database, clock: Clock, log: Log): Changes {
  async function execute(statements: PersonChange): Changed {
    const { audit, change, sessions, rest } = statements
    const all = [audit, sessions, change, ...rest].map((statement) => prepared(db, statement))
    const [audited, ended, changed] = await roundTrip(() => db.batch(all))
    logAudit(log, audited?.results)
    return changed?.results.length === 1 ? endedFromRows(ended?.results) : null
  }
  return {
    disable: (userId, context, ofProvider) =>
      execute(disabling(withId(userId), context, epochSeconds(clock), ofProvider)),
    enable: (userId, context) => execute(enabling(withId(userId), context, epochSeconds(clock))),
    erase: (userId, context) => execute(erasing(userId, context, epochSeconds(clock))),
  }
}

/** Which people are changed, as a condition on `users` with ?1 in it. */
export interface Whom {
  readonly condition: string
  readonly value: string
}

export function withId(userId: string): Whom {
  return { condition: 'id = ?1', value: userId }
}

/** In the order of execution: the audit first, while it can still be seen that there is something to do. */
export interface PersonChange {
  readonly audit: Statement
  /** Gives the ended sessions back. */
  readonly sessions: Statement
  /** Gives one row back if there was something to do. */
  readonly change: Statement
  readonly rest: readonly Statement[]
}

/**
 * @param now seconds since the epoch, as in all of these
 * @param ofProvider why, if the provider is the cause
 */
export function disabling(whom: Whom, context: AuditContext, now: number, ofProvider?: string): PersonChange {
  const condition = `${whom.condition} AND disabled_at IS NULL`
  return {
    audit: audit('user_disabled', condition, whom.value, context, now, ofProvider ?? null),
    sessions: endSessions(whom.value, condition),
    change: {
      sql: `UPDATE users SET disabled_at = ?2, disabled_by = ?3 WHERE ${condition} RETURNING id`,
      values: [whom.value, now, ofProvider === undefined ? null : 'provider'],
    },
    rest: [],
  }
}

export function enabling(whom: Whom, context: AuditContext, now: number): PersonChange {
  const condition = `${whom.condition} AND disabled_at IS NOT NULL`
  return {
    audit: audit('user_enabled', condition, whom.value, context, now),
    sessions: endSessions(whom.value, condition),
    change: {
      sql: `UPDATE users SET disabled_at = NULL, disabled_by = NULL WHERE ${condition} RETURNING id`,
      values: [whom.value],
    },
    rest: [],
  }
}

export function erasing(userId: string, context: AuditContext, now: number): PersonChange {
  const condition = 'id = ?1'
  const values = [userId]
  return {
    audit: audit('user_deleted', condition, userId, context, now),
    sessions: endSessions(userId, condition),
    change: { sql: 'DELETE FROM users WHERE id = ?1 RETURNING id', values },
    rest: [
      { sql: 'UPDATE audit SET user_id = NULL, address = NULL WHERE user_id = ?1 RETURNING id', values },
      { sql: 'UPDATE audit SET actor_id = NULL WHERE actor_id = ?1', values },
      // An isolate that has seen this row last no longer finds it, and forgets everything.
      { sql: `UPDATE revocations SET name = '' WHERE kind = 'user' AND name = ?1`, values },
    ],
  }
}

/** Who was deleted is not said. */
function audit(
  event: AuditEvent,
  condition: string,
  whom: string,
  context: AuditContext,
  now: number,
  reason: string | null = null,
): Statement {
  const person = event === 'user_deleted' ? 'NULL' : 'id'
  return {
    sql: `INSERT INTO audit (at, event, user_id, reference, address, actor_id, reason) SELECT ?2, '${event}', ${person}, ?3, ?4, ?5, ?6 FROM users WHERE ${condition} ${RETURNING_AUDIT}`,
    values: [whom, now, ...contextValues(context), reason],
  }
}

function endSessions(whom: string, condition: string): Statement {
  return {
    sql: `DELETE FROM sessions WHERE user_id IN (SELECT id FROM users WHERE ${condition}) RETURNING ${ENDED_COLUMNS}`,
    values: [whom],
  }
}
