/**
 * Pushed groups and their members in D1; triggers write the names of their groups into the accounts of the members.
 */
import * as v from 'valibot'
import type { MemberStep } from '../../accounts/scim/patch.ts'
import type { PushedGroup } from '../../accounts/scim/resources.ts'
import type { PushedGroups, SavedAs } from '../../accounts/scim/stores.ts'
import { type Database, nullableText, roundTrip, type Statement } from '../d1.ts'

/** So many members an answer has at most, if more than one group is in it. */
const MEMBERS_SHOWN_MAX = 50_000

const row = v.object({
  id: v.string(),
  provider: v.string(),
  external_id: nullableText,
  display_name: v.string(),
  created_at: v.number(),
  modified_at: v.number(),
})

const COLUMNS = Object.keys(row.entries).join(', ')

function groupFromRow(found: unknown): PushedGroup {
  const { id, provider, external_id, display_name, created_at, modified_at } = v.parse(row, found)
  const attributes = { displayName: display_name, externalId: external_id ?? undefined }
  return { id, providerId: provider, attributes, members: null, createdAt: created_at, modifiedAt: modified_at }
}

const WITH_ID = `SELECT ${COLUMNS} FROM scim_groups WHERE provider = ?1 AND id = ?2`
const WITH_EXTERNAL_ID = `SELECT ${COLUMNS} FROM scim_groups WHERE provider = ?1 AND external_id = ?2`
const WITH_NAME = `SELECT ${COLUMNS} FROM scim_groups WHERE provider = ?1 AND name_key = ?2`
const COUNT = 'SELECT COUNT(*) AS total FROM scim_groups WHERE provider = ?1'
const MEMBER_COUNT = 'SELECT COUNT(*) AS total FROM scim_members WHERE group_id = ?1'
const PAGE = `SELECT ${COLUMNS} FROM scim_groups WHERE provider = ?1 ORDER BY name_key LIMIT ?2 OFFSET ?3`

const MEMBERS = 'SELECT user_id FROM scim_members WHERE group_id = ?1'

const members = v.array(
  v.pipe(
    v.object({ user_id: v.string() }),
    v.transform(({ user_id }) => user_id),
  ),
)
const totalRow = v.object({ total: v.number() })

const IS_TAKEN =
  'EXISTS (SELECT 1 FROM scim_groups WHERE id <> ?1 AND provider = ?2 AND (external_id = ?3 OR name_key = ?5))'

const ADD = `INSERT INTO scim_groups (id, provider, external_id, display_name, name_key, modified_at, created_at)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT ${IS_TAKEN} RETURNING id`

const REPLACE = `UPDATE scim_groups SET external_id = ?3, display_name = ?4, name_key = ?5, modified_at = ?6
  WHERE id = ?1 AND provider = ?2 AND ?7 IS NOT NULL AND NOT ${IS_TAKEN} RETURNING id`

/** The group was written by the statement before, in the same batch: it is there, and no other one has its names. */
const IS_SAVED = `EXISTS (SELECT 1 FROM scim_groups WHERE id = ?1 AND provider = ?3)
    AND NOT EXISTS (SELECT 1 FROM scim_groups WHERE id <> ?1 AND provider = ?3 AND (external_id = ?4 OR name_key = ?5))`

const ADD_MEMBERS = `INSERT INTO scim_members (group_id, user_id)
  SELECT ?1, scim_users.id FROM json_each(?2) CROSS JOIN scim_users ON scim_users.id = json_each.value
  WHERE scim_users.provider = ?3 AND ${IS_SAVED} ON CONFLICT DO NOTHING`

const REMOVE_MEMBERS = `DELETE FROM scim_members WHERE group_id = ?1 AND user_id IN (SELECT value FROM json_each(?2)) AND ${IS_SAVED}`

const KEEP_MEMBERS = `DELETE FROM scim_members WHERE group_id = ?1 AND user_id NOT IN (SELECT value FROM json_each(?2)) AND ${IS_SAVED}`

function statementsOf(step: MemberStep, { id, providerId, attributes }: PushedGroup): readonly Statement[] {
  const { displayName, externalId = null } = attributes
  const values = [id, JSON.stringify(step.ids), providerId, externalId, displayName.toLowerCase()]
  const add = { sql: ADD_MEMBERS, values }
  if (step.do === 'add') return [add]
  return step.do === 'remove' ? [{ sql: REMOVE_MEMBERS, values }] : [{ sql: KEEP_MEMBERS, values }, add]
}

export function createPushedGroups(db: Database): PushedGroups {
  async function one(sql: string, providerId: string, value: string): Promise<PushedGroup | null> {
    const found = await roundTrip(() => db.prepare(sql).bind(providerId, value).first())
    return found && groupFromRow(found)
  }

  /** The answers to a statement about each of the groups, in their order. */
  async function ofEach(sql: string, groups: readonly PushedGroup[]): Promise<readonly (readonly unknown[])[]> {
    if (groups.length === 0) return []
    const answers = await roundTrip(() => db.batch(groups.map(({ id }) => db.prepare(sql).bind(id))))
    return answers.map(({ results }) => results)
  }

  async function memberCounts(groups: readonly PushedGroup[]): Promise<readonly number[]> {
    return (await ofEach(MEMBER_COUNT, groups)).map(([counted]) => v.parse(totalRow, counted).total)
  }

  return {
    withId: (providerId, id) => one(WITH_ID, providerId, id),

    find(providerId, { attribute, value }) {
      if (attribute === 'id') return one(WITH_ID, providerId, value)
      return attribute === 'externalid'
        ? one(WITH_EXTERNAL_ID, providerId, value)
        : one(WITH_NAME, providerId, value.toLowerCase())
    },

    async page(providerId, offset, limit) {
      const [counted, found] = await roundTrip(() =>
        db.batch([db.prepare(COUNT).bind(providerId), db.prepare(PAGE).bind(providerId, limit, offset)]),
      )
      const { total } = v.parse(totalRow, counted?.results[0])
      return { total, resources: (found?.results ?? []).map(groupFromRow) }
    },

    async withMembers(groups) {
      const shown = fitting(groups, await memberCounts(groups))
      const found = await ofEach(MEMBERS, shown)
      return shown.map((group, index) => ({ ...group, members: v.parse(members, found[index]) }))
    },

    async memberCount(group) {
      return (await memberCounts([group]))[0] ?? 0
    },

    async save(group, isNew, steps): Promise<SavedAs> {
      const { id, providerId, attributes, createdAt, modifiedAt } = group
      const { displayName, externalId } = attributes
      const values = [id, providerId, externalId ?? null, displayName, displayName.toLowerCase(), modifiedAt, createdAt]
      const statements = [
        { sql: isNew ? ADD : REPLACE, values },
        { sql: WITH_ID, values: [providerId, id] },
        ...steps.flatMap((step) => statementsOf(step, group)),
      ]
      const [saved, still] = await roundTrip(() =>
        db.batch(statements.map((statement) => db.prepare(statement.sql).bind(...statement.values))),
      )
      if (saved?.results.length === 1) return 'saved'
      return isNew || still?.results.length === 1 ? 'taken' : 'gone'
    },

    async remove({ id, providerId }) {
      await roundTrip(() =>
        db.prepare('DELETE FROM scim_groups WHERE id = ?1 AND provider = ?2').bind(id, providerId).run(),
      )
    },
  }
}

/** As many as have no more members together than an answer may have; one at least. */
function fitting(groups: readonly PushedGroup[], sizes: readonly number[]): readonly PushedGroup[] {
  let total = 0
  const end = sizes.findIndex((size, index) => {
    total += size
    return index > 0 && total > MEMBERS_SHOWN_MAX
  })
  return end === -1 ? groups : groups.slice(0, end)
}
