/**
 * Pushed users in D1, and what a push means for the account of the same person: both are written in one batch, all or nothing.
 */
import * as v from 'valibot'
import type { AuditContext } from '../../accounts/audit.ts'
import { type PushedUser, scimKey, type UserAttributes, userIn } from '../../accounts/scim/resources.ts'
import type { Standing } from '../../accounts/scim/standing.ts'
import type { PushedUsers, SavedAs } from '../../accounts/scim/stores.ts'
import { type Clock, epochSeconds } from '../../clock.ts'
import type { Log } from '../../log.ts'
import { logAudit } from '../audit.ts'
import { type Database, prepared, roundTrip, type Statement, textList } from '../d1.ts'
import { disabling, enabling, type PersonChange, type Whom } from '../people/changes.ts'
import { pageOf, savedAs } from './resources.ts'

const row = v.object({
  id: v.string(),
  provider: v.string(),
  active: v.number(),
  resource: v.pipe(v.string(), v.parseJson(), v.looseObject({})),
  created_at: v.number(),
  modified_at: v.number(),
})

const COLUMNS = Object.keys(row.entries).join(', ')

function userFromRow(found: unknown): PushedUser {
  const { id, provider, active, resource, created_at, modified_at } = v.parse(row, found)
  return {
    id,
    providerId: provider,
    // What is stored was read by the same schema when it came.
    attributes: userIn({ ...resource, active: active === 1 }),
    createdAt: created_at,
    modifiedAt: modified_at,
  }
}

const WITH_ID = `SELECT ${COLUMNS} FROM scim_users WHERE id = ?1 AND provider = ?2`
const WITH_KEY = `SELECT ${COLUMNS} FROM scim_users WHERE scim_key = ?1`
const WITH_NAME = `SELECT ${COLUMNS} FROM scim_users WHERE provider = ?1 AND user_name = ?2`
const OF_ACCOUNT = `SELECT ${COLUMNS} FROM scim_users WHERE scim_key = (SELECT scim_key FROM users WHERE id = ?1)`
const PAGE = `SELECT ${COLUMNS} FROM scim_users WHERE provider = ?1 ORDER BY user_name LIMIT ?2 OFFSET ?3`
const COUNT = 'SELECT COUNT(*) AS total FROM scim_users WHERE provider = ?1'

/** Another user of the provider has the name or the externalId. */
const IS_TAKEN =
  'EXISTS (SELECT 1 FROM scim_users WHERE id <> ?1 AND (scim_key = ?3 OR (provider = ?2 AND user_name = ?4)))'

const ADD = `INSERT INTO scim_users (id, provider, scim_key, user_name, active, resource, modified_at, created_at)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE NOT ${IS_TAKEN} RETURNING id`

const REPLACE = `UPDATE scim_users SET scim_key = ?3, user_name = ?4, active = ?5, resource = ?6, modified_at = ?7
  WHERE id = ?1 AND provider = ?2 AND resource = ?8 AND active = ?9 AND NOT ${IS_TAKEN} RETURNING id`

const REMOVE = 'DELETE FROM scim_users WHERE id = ?1 AND provider = ?2'

/** An account whose subject is the externalId needs no sign-in to be found. */
const MATCH = `UPDATE users SET scim_key = ?1 WHERE issuer = ?2 AND subject = ?3 AND scim_key IS NOT ?1
  AND EXISTS (SELECT 1 FROM scim_users WHERE scim_key = ?1)`

const MATCH_SESSION =
  'UPDATE users SET scim_key = ?1 WHERE id = (SELECT user_id FROM sessions WHERE token_hash = ?2) AND scim_key IS NOT ?1'

const STANDING = `SELECT active, (SELECT json_group_array(scim_groups.display_name) FROM scim_members
    JOIN scim_groups ON scim_groups.id = scim_members.group_id WHERE scim_members.user_id = scim_users.id) AS names
  FROM scim_users WHERE scim_key = ?1`

const standingRow = v.object({ active: v.number(), names: textList })

const pushedAs = (active: 0 | 1) =>
  `EXISTS (SELECT 1 FROM scim_users AS pushed WHERE pushed.scim_key = ?1 AND pushed.active = ${active})`

/** By what is pushed at the time of the statement, which may be another thing than was known before. */
const WHOM = {
  inactive: `scim_key = ?1 AND ${pushedAs(0)}`,
  active: `scim_key = ?1 AND disabled_by = 'provider' AND ${pushedAs(1)}`,
  gone: 'scim_key = ?1 AND NOT EXISTS (SELECT 1 FROM scim_users AS pushed WHERE pushed.scim_key = ?1)',
} as const

function whom(which: keyof typeof WHOM, key: string): Whom {
  return { condition: WHOM[which], value: key }
}

/** Shuts out the people of a key whom the provider has pushed as inactive. */
function shuttingOut(key: string, context: AuditContext, now: number): PersonChange {
  return disabling(whom('inactive', key), context, now, 'disabled_at_provider')
}

/**
 * At the end of a sign-in: the account of the new session is that of the pushed user, and is shut out if it was pushed as inactive in the
 * meantime, of which the second statement gives a row of the audit back.
 */
export function matching(key: string, tokenHash: string, context: AuditContext, now: number): readonly Statement[] {
  const { audit, sessions, change } = shuttingOut(key, context, now)
  return [{ sql: MATCH_SESSION, values: [key, tokenHash] }, audit, sessions, change]
}

/** What is stored of the attributes as one text. */
function resourceOf({ active: _, ...attributes }: UserAttributes): string {
  return JSON.stringify(attributes)
}

function isSame({ attributes: one }: PushedUser, { attributes: other }: PushedUser): boolean {
  return one.active === other.active && resourceOf(one) === resourceOf(other)
}

/** Only of the version that was seen, so that of two changes at the same time none is lost. */
function saving({ id, providerId, attributes, modifiedAt, createdAt }: PushedUser, before: PushedUser | null) {
  const { userName, externalId, active } = attributes
  const key = scimKey(providerId, externalId)
  const values = [id, providerId, key, userName.toLowerCase(), Number(active), resourceOf(attributes), modifiedAt]
  return before === null
    ? { sql: ADD, values: [...values, createdAt] }
    : { sql: REPLACE, values: [...values, resourceOf(before.attributes), Number(before.attributes.active)] }
}

export function createPushedUsers(db: Database, clock: Clock, log: Log): PushedUsers {
  /** @returns the rows that each statement gave back */
  async function write(first: readonly Statement[], changes: readonly PersonChange[]): Promise<readonly unknown[][]> {
    const ordered = changes.map(({ audit, sessions, change }) => [audit, sessions, change])
    const statements = [...first, ...ordered.flat()].map((statement) => prepared(db, statement))
    const results = await roundTrip(() => db.batch(statements))
    const rows = results.map((result) => result.results)
    for (const [index] of changes.entries()) logAudit(log, rows[first.length + index * 3])
    return rows
  }

  async function one(sql: string, ...values: readonly string[]): Promise<PushedUser | null> {
    const found = await roundTrip(() => prepared(db, { sql, values }).first())
    return found && userFromRow(found)
  }

  return {
    withId: (providerId, id) => one(WITH_ID, id, providerId),

    find(providerId, { attribute, value }) {
      if (attribute === 'id') return one(WITH_ID, value, providerId)
      return attribute === 'externalid'
        ? one(WITH_KEY, scimKey(providerId, value))
        : one(WITH_NAME, providerId, value.toLowerCase())
    },

    ofAccount: (userId) => one(OF_ACCOUNT, userId),

    page: (providerId, offset, limit) =>
      pageOf(db, { sql: COUNT, values: [providerId] }, { sql: PAGE, values: [providerId, limit, offset] }, userFromRow),

    async save(user, before, issuer, context): Promise<SavedAs> {
      const now = epochSeconds(clock)
      const { externalId, active } = user.attributes
      const key = scimKey(user.providerId, externalId)
      const formerKey = before === null ? key : scimKey(before.providerId, before.attributes.externalId)
      const matched = issuer === null ? [] : [{ sql: MATCH, values: [key, issuer, externalId] }]
      const [saved, found] = await write(
        [saving(user, before), { sql: WITH_ID, values: [user.id, user.providerId] }, ...matched],
        [
          active ? enabling(whom('active', key), context, now) : shuttingOut(key, context, now),
          ...(formerKey === key ? [] : [disabling(whom('gone', formerKey), context, now, 'gone_at_provider')]),
        ],
      )
      return savedAs(saved?.length === 1, found?.map(userFromRow)[0], before, isSame)
    },

    async remove({ id, providerId, attributes: { externalId } }, context) {
      const gone = whom('gone', scimKey(providerId, externalId))
      await write(
        [{ sql: REMOVE, values: [id, providerId] }],
        [disabling(gone, context, epochSeconds(clock), 'gone_at_provider')],
      )
    },

    async standing(key): Promise<Standing | null> {
      const found = await roundTrip(() => db.prepare(STANDING).bind(key).first())
      if (found === null) return null
      const { active, names } = v.parse(standingRow, found)
      return { isActive: active === 1, groups: names }
    },
  }
}
