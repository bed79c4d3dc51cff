/**
 * What a provider pushes by SCIM: users and groups as Gatehouse keeps them, and how they are read from a request; they are stored in
 * `store/scim/`.
 */
import * as v from 'valibot'
import { isObject, SUBJECT_MAX_CHARACTERS, TEXT_MAX_CHARACTERS } from '../../claims/claim-values.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'

/** @see RFC 7643 section 8.7.1 */
export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group'

/** What is kept of a pushed resource beside what it is about. Times are seconds since the epoch. */
interface Kept {
  readonly id: string
  readonly providerId: string
  readonly createdAt: number
  readonly modifiedAt: number
}

export interface PushedUser extends Kept {
  readonly attributes: UserAttributes
}

export interface PushedGroup extends Kept {
  readonly attributes: GroupAttributes
  /** The ids of pushed users; `null`: they were not asked for. */
  readonly members: readonly string[] | null
}

const NAME_PARTS = ['formatted', 'familyName', 'givenName'] as const
const EMAIL_PARTS = ['value', 'type', 'primary'] as const
const EMAILS_MAX = 20

/** The attributes of a user that are kept, with their parts; all others are passed over. */
export const USER_ATTRIBUTES: Attributes = {
  userName: [],
  externalId: [],
  active: [],
  displayName: [],
  name: NAME_PARTS,
  emails: EMAIL_PARTS,
}

/** The same for a group. */
export const GROUP_ATTRIBUTES: Attributes = { displayName: [], externalId: [], members: ['value'] }

export type Attributes = Readonly<Record<string, readonly string[]>>

/** Microsoft Entra sends "True" and "False". @see https://learn.microsoft.com/en-us/entra/identity/app-provisioning/application-provisioning-config-problem-scim-compatibility */
const flag = v.union([
  v.boolean(),
  v.pipe(
    v.string(),
    v.toLowerCase(),
    v.picklist(['true', 'false']),
    v.transform((word) => word === 'true'),
  ),
])

/** An attribute that is `null` is one that is not there. @see RFC 7643 section 2.5 */
function unassigned<T>(schema: v.GenericSchema<unknown, T>): v.GenericSchema<unknown, T | undefined> {
  return v.pipe(
    v.optional(v.nullable(schema)),
    v.transform((value) => value ?? undefined),
  )
}

/** What is not well formed would be stored as another text. */
const wellFormed = v.pipe(
  v.string(),
  v.check((text) => text.isWellFormed()),
)
const line = v.pipe(wellFormed, v.maxLength(TEXT_MAX_CHARACTERS))
const name = v.object({ formatted: unassigned(line), familyName: unassigned(line), givenName: unassigned(line) })
const email = v.object({ value: unassigned(line), type: unassigned(line), primary: unassigned(flag) })
const required = v.pipe(line, v.trim(), v.nonEmpty())

/** What a claim of a sign-in is to equal. */
const externalId = v.pipe(wellFormed, v.nonEmpty(), v.maxLength(SUBJECT_MAX_CHARACTERS))

const userAttributes = v.object({
  userName: required,
  externalId,
  active: v.pipe(
    unassigned(flag),
    v.transform((active) => active ?? true),
  ),
  displayName: unassigned(line),
  name: unassigned(name),
  emails: unassigned(v.pipe(v.array(email), v.maxLength(EMAILS_MAX))),
})

export type UserAttributes = Readonly<v.InferOutput<typeof userAttributes>>

const groupAttributes = v.object({ displayName: required, externalId: unassigned(externalId) })

export type GroupAttributes = Readonly<v.InferOutput<typeof groupAttributes>>

/**
 * Reads a whole user, as POST and PUT send it.
 *
 * @param before what is not said keeps the value of `externalId` and `active` that it has here: neither is lost by silence
 * @throws GatehouseError `invalid_request` `value_unusable`, which names the attribute
 */
export function userIn(body: unknown, before: Partial<UserAttributes> = {}): UserAttributes {
  const said = attributesIn(body, USER_ATTRIBUTES, USER_SCHEMA)
  const { externalId, active } = before
  return read(userAttributes, { ...said, externalId: said.externalId ?? externalId, active: said.active ?? active })
}

/** The same for a group, without its members. */
export function groupIn(body: unknown): GroupAttributes {
  return read(groupAttributes, attributesIn(body, GROUP_ATTRIBUTES, GROUP_SCHEMA))
}

function read<T>(schema: v.GenericSchema<unknown, T>, value: unknown): T {
  const result = v.safeParse(schema, value)
  if (result.success) return result.output
  const attribute = v.getDotPath(result.issues[0]) ?? 'the resource'
  const sentence =
    attribute === 'externalId'
      ? `externalId must be text of 1 to ${SUBJECT_MAX_CHARACTERS} characters: what the claim of a sign-in says of the same person (${nameOf('scimExternalIdClaim')})`
      : `${attribute} is missing, or cannot be used`
  throw new GatehouseError('invalid_request', 'value_unusable', sentence, { publicMessage: sentence })
}

/** The attributes that are kept, under their right names: SCIM takes names in any letter case. @see RFC 7643 section 2.1 */
function attributesIn(body: unknown, known: Attributes, schema: string): Readonly<Record<string, unknown>> {
  if (!isObject(body)) {
    throw new GatehouseError('invalid_request', 'request_unreadable', 'no resource in the body', {
      publicMessage: 'Send a resource as JSON',
    })
  }
  const renamed = Object.entries(body).flatMap(([key, value]) => {
    const attribute = nameIn(Object.keys(known), withoutSchema(key, schema))
    return attribute === undefined ? [] : [[attribute, canonicalValue(value, known[attribute] ?? [])] as const]
  })
  return Object.fromEntries(renamed)
}

/** An attribute may be written with the schema that it belongs to. @see RFC 7644 section 3.10 */
export function withoutSchema(name: string, schema: string): string {
  return name.toLowerCase().startsWith(`${schema.toLowerCase()}:`) ? name.slice(schema.length + 1) : name
}

/** The right name of an attribute; `undefined`: it is none of these. */
export function nameIn(names: readonly string[], written: string): string | undefined {
  return names.find((name) => name.toLowerCase() === written.toLowerCase())
}

/** A complex value, or a list of them, with the right names of its parts, and without others. */
export function canonicalValue(value: unknown, parts: readonly string[]): unknown {
  if (parts.length === 0) return value
  if (Array.isArray(value)) return value.map((one) => canonicalValue(one, parts))
  if (!isObject(value)) return value
  const renamed = Object.entries(value).flatMap(([key, part]) => {
    const name = nameIn(parts, key)
    return name === undefined ? [] : [[name, part] as const]
  })
  return Object.fromEntries(renamed)
}

/** What joins a pushed user with the account of the same person. No id of a provider has a blank. */
export function scimKey(providerId: string, externalId: string): string {
  return `${providerId} ${externalId}`
}
