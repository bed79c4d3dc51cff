/**
 * Pushed groups and their members in D1; triggers write the names of their groups into the accounts of the members.
 */
import * as v from 'valibot'
import type { MemberStep } from '../../accounts/scim/patch.ts'
import type { PushedGroup } from '../../accounts/scim/resources.ts'
import type { PushedGroups, SavedAs } from '../../accounts/scim/stores.ts'
import { type Database, nullableText, prepared, roundTrip, type Statement } from '../d1.ts'
import { pageOf, savedAs } from './resources.ts'

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
const OF_GROUPS = 'FROM scim_members WHERE group_id IN (SELECT value FROM json_each(?1))'
const MEMBER_COUNTS = `SELECT group_id, COUNT(*) AS total ${OF_GROUPS} GROUP BY group_id`
const MEMBERS = `SELECT group_id, user_id ${OF_GROUPS}`
const PAGE = `SELECT ${COLUMNS} FROM scim_groups WHERE provider = ?1 ORDER BY name_key LIMIT ?2 OFFSET ?3`

const member = v.object({ group_id: v.string(), user_id: v.string() })
const countRow = v.object({ group_id: v.string(), total: v.number() })

const IS_TAKEN =
  'EXISTS (SELECT 1 FROM scim_groups WHERE id <> ?1 AND provider = ?2 AND (external_id = ?3 OR name_key = ?5))'

const ADD = `INSERT INTO scim_groups (id, provider, external_id, display_name, name_key, modified_at, created_at)
  SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT ${IS_TAKEN} RETURNING id`

/** Only of the version that was seen, so that of two changes at the same time none is lost. */
const REPLACE = `UPDATE scim_groups SET external_id = ?3, display_name = ?4, name_key = ?5, modified_at = ?6
  WHERE id = ?1 AND provider = ?2 AND external_id IS ?7 AND display_name = ?8 AND NOT ${IS_TAKEN} RETURNING id`

/** The group was written by the statement before, in the same batch. */
const IS_SAVED =
  'EXISTS (SELECT 1 FROM scim_groups WHERE id = ?1 AND provider = ?3 AND external_id IS ?4 AND display_name = ?5)'

const ADD_MEMBERS = `INSERT INTO scim_members (group_id, user_id)
  SELECT ?1, scim_users.id FROM json_each(?2) CROSS JOIN scim_users ON scim_users.id = json_each.value
  WHERE scim_users.provider = ?3 AND ${IS_SAVED} ON CONFLICT DO NOTHING`

const REMOVE_MEMBERS = `DELETE FROM scim_members WHERE group_id = ?1 AND user_id IN (SELECT value FROM json_each(?2)) AND ${IS_SAVED}`

const KEEP_MEMBERS = `DELETE FROM scim_members WHERE group_id = ?1 AND user_id NOT IN (SELECT value FROM json_each(?2)) AND ${IS_SAVED}`

function statementsOf(step: MemberStep, { id, providerId, attributes }: PushedGroup): readonly Statement[] {
  const { displayName, externalId = null } = attributes
  const values = [id, JSON.stringify(step.ids), providerId, externalId, displayName]
  const add = { sql: ADD_MEMBERS, values }
  if (step.do === 'add') return [add]
  return step.do === 'remove' ? [{ sql: REMOVE_MEMBERS, values }] : [{ sql: KEEP_MEMBERS, values }, add]
}

function saving({ id, providerId, attributes, createdAt, modifiedAt }: PushedGroup, before: PushedGroup | null) {
  const { displayName, externalId = null } = attributes
  const values = [id, providerId, externalId, displayName, displayName.toLowerCase(), modifiedAt]
  return before === null
    ? { sql: ADD, values: [...values, createdAt] }
    : { sql: REPLACE, values: [...values, before.attributes.externalId ?? null, before.attributes.displayName] }
}

function isSame({ attributes: one }: PushedGroup, { attributes: other }: PushedGroup): boolean {
  return one.displayName === other.displayName && one.externalId === other.externalId
}

function idsOf(groups: readonly PushedGroup[]): string {
  return JSON.stringify(groups.map(({ id }) => id))
}

export function createPushedGroups(db: Database): PushedGroups {
  async function one(sql: string, providerId: string, value: string): Promise<PushedGroup | null> {
    const found = await roundTrip(() => db.prepare(sql).bind(providerId, value).first())
    return found && groupFromRow(found)
  }

  async function memberCounts(groups: readonly PushedGroup[]): Promise<readonly number[]> {
    const { results } = await roundTrip(() => db.prepare(MEMBER_COUNTS).bind(idsOf(groups)).all())
    const counts = new Map(v.parse(v.array(countRow), results).map(({ group_id, total }) => [group_id, total]))
    return groups.map(({ id }) => counts.get(id) ?? 0)
  }

  return {
    withId: (providerId, id) => one(WITH_ID, providerId, id),

    find(providerId, { attribute, value }) {
      if (attribute === 'id') return one(WITH_ID, providerId, value)
      return attribute === 'externalid'
        ? one(WITH_EXTERNAL_ID, providerId, value)
        : one(WITH_NAME, providerId, value.toLowerCase())
    },

    page: (providerId, offset, limit) =>
      pageOf(
        db,
        { sql: COUNT, values: [providerId] },
        { sql: PAGE, values: [providerId, limit, offset] },
        groupFromRow,
      ),

    async withMembers(groups) {
      // One is shown as a whole, whatever its size.
      const shown = groups.length > 1 ? fitting(groups, await memberCounts(groups)) : groups
      const { results } = await roundTrip(() => db.prepare(MEMBERS).bind(idsOf(shown)).all())
      const members = new Map<string, string[]>(shown.map(({ id }) => [id, []]))
      for (const { group_id, user_id } of v.parse(v.array(member), results)) members.get(group_id)?.push(user_id)
      return shown.map((group) => ({ ...group, members: members.get(group.id) ?? [] }))
    },

    async memberCount(group) {
      return (await memberCounts([group]))[0] ?? 0
    },

    async save(group, before, steps): Promise<SavedAs> {
      const statements = [
        saving(group, before),
        { sql: WITH_ID, values: [group.providerId, group.id] },
        ...steps.flatMap((step) => statementsOf(step, group)),
      ]
      const [saved, found] = await roundTrip(() => db.batch(statements.map((one) => prepared(db, one))))
      return savedAs(saved?.results.length === 1, found?.results.map(groupFromRow)[0], before, isSame)
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
