/**
 * PATCH of SCIM: a list of operations, in the spellings of the providers, applied to a user, or read as what becomes of a group.
 */
import { NoTarget, type ScimPatchOperation, type ScimResource, scimPatch } from 'scim-patch'
import { parse } from 'scim2-parse-filter'
import * as v from 'valibot'
import { isObject } from '../../claims/claim-values.ts'
import { GatehouseError } from '../../errors.ts'
import type { ReasonOf } from '../../reasons.ts'
import { isOwnId } from '../users.ts'
import {
  type Attributes,
  canonicalValue,
  GROUP_ATTRIBUTES,
  GROUP_SCHEMA,
  type GroupAttributes,
  groupIn,
  nameIn,
  USER_ATTRIBUTES,
  USER_SCHEMA,
  type UserAttributes,
  userIn,
  withoutSchema,
} from './resources.ts'

/** A path that names one attribute. */
interface Path {
  readonly attribute: string
  /** Which values of it, as a filter; `null`: all. */
  readonly filter: string | null
  readonly part: string | null
}

interface Operation {
  readonly op: 'add' | 'replace' | 'remove'
  readonly path: Path
  readonly value: unknown
}

/** What becomes of the members of a group, one after the other. */
export interface MemberStep {
  /** `set`: these take the place of all. */
  readonly do: 'add' | 'remove' | 'set'
  readonly ids: readonly string[]
}

export interface GroupPatch {
  readonly attributes: GroupAttributes
  readonly steps: readonly MemberStep[]
}

/** authentik sends an operation for each member. */
const OPERATIONS_MAX = 50_000

const patchBody = v.object({
  operations: v.pipe(
    v.array(
      v.object({
        op: v.pipe(v.string(), v.toLowerCase(), v.picklist(['add', 'replace', 'remove'])),
        path: v.optional(v.nullable(v.string())),
        value: v.optional(v.unknown()),
      }),
    ),
    v.minLength(1),
    v.maxLength(OPERATIONS_MAX),
  ),
})

/**
 * A user after a PATCH. Attributes that are not kept are passed over.
 *
 * @throws GatehouseError `invalid_request` when an operation cannot be understood, has no target, or leaves what is no user
 * @see RFC 7644 section 3.5.2
 */
export function patchedUser(before: UserAttributes, body: unknown): UserAttributes {
  const operations = operationsIn(body, USER_ATTRIBUTES, USER_SCHEMA)
  const now = new Date(0)
  // The library wants these of any resource.
  const resource = { schemas: [USER_SCHEMA], meta: { created: now, lastModified: now }, ...structuredClone(before) }
  const patched = operations.reduce<ScimResource>(applied, resource)
  return userIn(patched, before)
}

function applied(resource: ScimResource, { op, path, value }: Operation): ScimResource {
  const { attribute, filter, part } = path
  const written = `${attribute}${filter === null ? '' : `[${filter}]`}${part === null ? '' : `.${part}`}`
  const operation = { op, path: written, value } as ScimPatchOperation // its shape was read above
  try {
    return scimPatch(resource, [operation])
  } catch (thrown) {
    const reason = thrown instanceof NoTarget ? 'target_missing' : 'path_unusable'
    throw refusal(reason, `the operation on ${attribute} cannot be applied`, thrown)
  }
}

/** What a PATCH makes of a group. @throws GatehouseError as {@link patchedUser} */
export function patchedGroup(before: GroupAttributes, body: unknown): GroupPatch {
  const operations = operationsIn(body, GROUP_ATTRIBUTES, GROUP_SCHEMA)
  const others = operations.filter(({ path }) => path.attribute !== 'members')
  const attributes: Record<string, unknown> = { ...before }
  for (const { op, path, value } of others) attributes[path.attribute] = op === 'remove' ? undefined : value
  const ofMembers = operations.filter(({ path }) => path.attribute === 'members')
  return { attributes: groupIn(attributes), steps: joined(ofMembers.map(memberStep)) }
}

/** What the steps come to, one after the other: at most two, however many there are. */
function joined(steps: readonly MemberStep[]): readonly MemberStep[] {
  let isSet = false
  let added = new Set<string>()
  let removed = new Set<string>()
  for (const step of steps) {
    if (step.do === 'set') {
      isSet = true
      added = new Set(step.ids)
      removed = new Set()
      continue
    }
    const [to, from] = step.do === 'add' ? [added, removed] : [removed, added]
    for (const id of step.ids) {
      to.add(id)
      from.delete(id)
    }
  }
  if (isSet) return [{ do: 'set', ids: [...added] }]
  const all = [{ do: 'remove', ids: [...removed] } as const, { do: 'add', ids: [...added] } as const]
  return all.filter(({ ids }) => ids.length > 0)
}

/** Entra removes members by their values, Okta and the specification by a filter. */
function memberStep({ op, path, value }: Operation): MemberStep {
  if (path.part !== null) throw refusal('path_unusable', 'a member cannot be changed, only added or removed')
  if (op !== 'remove') return { do: op === 'add' ? 'add' : 'set', ids: memberIds(value) }
  if (path.filter !== null) return { do: 'remove', ids: idsInFilter(path.filter) }
  return value === undefined || value === null ? { do: 'set', ids: [] } : { do: 'remove', ids: memberIds(value) }
}

const memberList = v.array(v.object({ value: v.string() }))

/**
 * The ids of members, as a list of a group or the value of an operation names them. What cannot be an id of ours is passed over.
 *
 * @throws GatehouseError `invalid_request`
 */
export function memberIds(value: unknown): readonly string[] {
  const list = v.safeParse(memberList, Array.isArray(value) ? value : [value])
  if (!list.success) throw refusal('value_unusable', 'members must be a list of objects with a value')
  return [...new Set(list.output.map((member) => member.value).filter(isOwnId))]
}

type Filter = ReturnType<typeof parse>

function idsInFilter(filter: string): readonly string[] {
  const ids = valuesIn(parsedFilter(filter))
  if (ids === null) throw refusal('path_unusable', 'members can be chosen by value eq "…" only')
  return ids
}

/** `null`: it is another condition than one on ids. */
function valuesIn(filter: Filter): readonly string[] | null {
  if (filter.op === 'or') {
    const lists = filter.filters.map(valuesIn)
    return lists.includes(null) ? null : lists.flatMap((list) => list ?? [])
  }
  const isId = filter.op === 'eq' && filter.attrPath.toLowerCase() === 'value' && typeof filter.compValue === 'string'
  return isId ? [String(filter.compValue)] : null
}

function parsedFilter(filter: string): Filter {
  try {
    return parse(filter)
  } catch (thrown) {
    throw refusal('path_unusable', 'the filter in the path cannot be read', thrown)
  }
}

/** The operations on attributes that are kept. One without a path is one for each attribute in its value. */
function operationsIn(body: unknown, known: Attributes, schema: string): readonly Operation[] {
  const members = isObject(body) ? Object.entries(body) : []
  const operations = members.find(([key]) => key.toLowerCase() === 'operations')?.[1]
  const read = v.safeParse(patchBody, { operations })
  if (!read.success) {
    const sentence = `the body has no list "Operations" of 1 to ${OPERATIONS_MAX}, each with "op": add, replace or remove`
    throw refusal('request_unreadable', sentence)
  }
  return read.output.operations.flatMap(({ op, path, value }) => {
    if (op !== 'remove' && value === undefined) throw refusal('value_unusable', `${op} needs a value`)
    if (path !== undefined && path !== null && path !== '') return operation(op, path, value, known, schema)
    if (op === 'remove') throw refusal('target_missing', 'remove needs a path')
    if (!isObject(value)) throw refusal('value_unusable', 'without a path, the value must be an object')
    return Object.entries(value).flatMap(([key, one]) => operation(op, key, one, known, schema))
  })
}

const PATH = /^([a-z][\w$-]*)(?:\[(.+)\])?(?:\.([a-z][\w$-]*))?$/i

/** None, if the path is of something that is not kept. */
function operation(
  op: Operation['op'],
  written: string,
  value: unknown,
  known: Attributes,
  schema: string,
): readonly Operation[] {
  const plain = withoutSchema(written, schema)
  if (/^urn:/i.test(plain)) return []
  const [, name = '', filter = null, writtenPart] = PATH.exec(plain) ?? []
  if (name === '') throw refusal('path_unusable', 'the path of an operation cannot be read')
  const attribute = nameIn(Object.keys(known), name)
  if (attribute === undefined) return []
  const parts = known[attribute] ?? []
  const part = writtenPart === undefined ? null : nameIn(parts, writtenPart)
  if (part === undefined) return []
  return [{ op, path: { attribute, filter, part }, value: part === null ? canonicalValue(value, parts) : value }]
}

function refusal(reason: ReasonOf<'invalid_request'>, sentence: string, cause?: unknown): GatehouseError {
  const publicMessage = `${sentence[0]?.toUpperCase()}${sentence.slice(1)}`
  return new GatehouseError('invalid_request', reason, sentence, { cause, publicMessage })
}
