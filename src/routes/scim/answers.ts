/**
 * What a client of SCIM is answered: resources as they are shown, lists of them, and refusals; which of those is decided by the routes.
 */
import type { Context } from 'hono'
import type { Asked } from '../../accounts/scim/queries.ts'
import {
  GROUP_SCHEMA,
  nameIn,
  type PushedGroup,
  type PushedUser,
  USER_SCHEMA,
  withoutSchema,
} from '../../accounts/scim/resources.ts'
import { isoTime } from '../../clock.ts'
import type { GatehouseError, Outside } from '../../errors.ts'
import type { Reason } from '../../reasons.ts'
import { PATHS } from '../paths.ts'

export const SCIM_TYPE = 'application/scim+json'

const LIST_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'
const ERROR_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:Error'

/** A resource as JSON. */
export type Shown = Readonly<Record<string, unknown>> & {
  readonly meta: { readonly resourceType: string; readonly location: string }
}

export function showUser({ id, attributes, createdAt, modifiedAt }: PushedUser, baseUrl: string): Shown {
  const meta = { resourceType: 'User', location: `${baseUrl}${PATHS.scimUsers}/${id}`, ...times(createdAt, modifiedAt) }
  return { schemas: [USER_SCHEMA], id, ...attributes, meta }
}

export function showGroup({ id, attributes, members, createdAt, modifiedAt }: PushedGroup, baseUrl: string): Shown {
  const location = `${baseUrl}${PATHS.scimGroups}/${id}`
  const meta = { resourceType: 'Group', location, ...times(createdAt, modifiedAt) }
  const shown = members?.map((value) => ({ value, type: 'User', $ref: `${baseUrl}${PATHS.scimUsers}/${value}` }))
  return { schemas: [GROUP_SCHEMA], id, ...attributes, ...(shown === undefined ? {} : { members: shown }), meta }
}

function times(createdAt: number, modifiedAt: number) {
  return { created: isoTime(createdAt), lastModified: isoTime(modifiedAt) }
}

/** Which attributes of a resource are wanted. @see RFC 7644 section 3.9 */
export interface Selection {
  /** `null`: all. */
  readonly only: readonly string[] | null
  readonly without: readonly string[]
}

/** What the address of a request asks for. */
export function askedIn(c: Context): Asked {
  const names = (text: string | undefined) => text?.split(',').map((name) => name.trim())
  const { attributes, excludedAttributes, ...others } = c.req.query()
  return { ...others, attributes: names(attributes), excludedAttributes: names(excludedAttributes) }
}

export function selectionOf({ attributes, excludedAttributes = [] }: Asked, schema: string): Selection {
  const plain = (names: readonly string[]) => names.map((name) => withoutSchema(name, schema))
  return { only: attributes === undefined ? null : plain(attributes), without: plain(excludedAttributes) }
}

/** Of the address of a request for one resource. */
export function selectionIn(c: Context, schema: string): Selection {
  return selectionOf(askedIn(c), schema)
}

/** Whether an attribute is wanted as a whole or in part. */
export function isSelected(attribute: string, { only, without }: Selection): boolean {
  if (nameIn(without, attribute) !== undefined) return false
  return only === null || only.some((name) => name.split('.')[0]?.toLowerCase() === attribute.toLowerCase())
}

/** These are always shown. */
const ALWAYS = ['schemas', 'id', 'meta']

function selected(resource: Shown, selection: Selection): object {
  const entries = Object.entries(resource).filter(([name]) => ALWAYS.includes(name) || isSelected(name, selection))
  return Object.fromEntries(entries)
}

export function answerResource(c: Context, resource: Shown, selection: Selection, status: 200 | 201 = 200): Response {
  const headers = { 'Content-Type': SCIM_TYPE, ...(status === 201 ? { Location: resource.meta.location } : {}) }
  return c.body(JSON.stringify(selected(resource, selection)), status, headers)
}

/** @param resources of one page @see RFC 7644 section 3.4.2 */
export function answerList(
  c: Context,
  { total, startIndex, resources }: { total: number; startIndex: number; resources: readonly Shown[] },
  selection: Selection,
): Response {
  const list = {
    schemas: [LIST_SCHEMA],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources.map((resource) => selected(resource, selection)),
  }
  return answerJson(c, list)
}

export function answerJson(c: Context, body: object): Response {
  return c.body(JSON.stringify(body), 200, { 'Content-Type': SCIM_TYPE })
}

/** @see RFC 7644 section 3.12, table 9 */
const SCIM_TYPES: Partial<Record<Reason, string>> = {
  already_provisioned: 'uniqueness',
  filter_unusable: 'invalidFilter',
  path_unusable: 'invalidPath',
  request_unreadable: 'invalidSyntax',
  target_missing: 'noTarget',
  too_many_results: 'tooMany',
  value_unusable: 'invalidValue',
}

export function answerRefusal(
  c: Context,
  { reason }: GatehouseError,
  status: Outside['status'],
  sentence: string,
): Response {
  const scimType = SCIM_TYPES[reason]
  const body = { schemas: [ERROR_SCHEMA], status: String(status), ...(scimType ? { scimType } : {}), detail: sentence }
  return c.body(JSON.stringify(body), status, { 'Content-Type': SCIM_TYPE })
}
