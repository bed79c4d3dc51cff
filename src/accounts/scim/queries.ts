/**
 * What a client of SCIM asks a list for: a page, or the resources that fit a filter; found by an index where the filter names one resource.
 */
import { type Filter, parse, filter as tester } from 'scim2-parse-filter'
import * as v from 'valibot'
import { isObject } from '../../claims/claim-values.ts'
import { GatehouseError } from '../../errors.ts'
import { nameIn, withoutSchema } from './resources.ts'

export const PAGE_MAX = 200
const PAGE_DEFAULT = 100

/** Of so many a filter without an index is tried on each. */
export const FILTERED_MAX = 1000

export interface Query {
  /** Counted from 1. */
  readonly startIndex: number
  readonly count: number
  /** `null`: all. */
  readonly filter: Condition | null
}

export interface Condition {
  /** An attribute that the resource must have exactly this value of, in any letter case but for ids; `null`: the filter asks for no such thing. */
  readonly lookup: Lookup | null
  /** Whether the members of a group must be known. */
  readonly isAboutMembers: boolean
  /** Whether a resource, as it is shown, fits. */
  fits(resource: object): boolean
}

export interface Lookup {
  readonly attribute: string
  readonly value: string
}

/** What is asked for, in an address or in a body. @see RFC 7644 sections 3.4.2 and 3.4.3 */
export interface Asked {
  readonly startIndex?: string | number | undefined
  readonly count?: string | number | undefined
  readonly filter?: string | undefined
  readonly attributes?: readonly string[] | undefined
  readonly excludedAttributes?: readonly string[] | undefined
}

const whole = v.optional(v.number())
const attributeNames = v.optional(v.array(v.string()))

const searchRequest = v.object({
  startIndex: whole,
  count: whole,
  filter: v.optional(v.string()),
  attributes: attributeNames,
  excludedAttributes: attributeNames,
})

/** A search whose parameters are in the body. @throws GatehouseError `invalid_request` `value_unusable` */
export function searchIn(body: unknown): Asked {
  const read = v.safeParse(searchRequest, body)
  if (read.success) return read.output
  throw new GatehouseError('invalid_request', 'value_unusable', 'a search request that cannot be read', {
    publicMessage: `${v.getDotPath(read.issues[0]) ?? 'The search request'} cannot be used`,
  })
}

/**
 * @param indexed the attributes by which resources are found
 * @throws GatehouseError `invalid_request` `filter_unusable`
 * @see RFC 7644 section 3.4.2
 */
export function queryIn(asked: Asked, indexed: readonly string[], schema: string): Query {
  return {
    // A value less than 1 means 1, and a negative count 0. @see RFC 7644 section 3.4.2.4
    startIndex: Math.max(1, wholeIn(asked.startIndex, 1)),
    count: Math.min(PAGE_MAX, Math.max(0, wholeIn(asked.count, PAGE_DEFAULT))),
    filter: asked.filter === undefined ? null : conditionIn(asked.filter, indexed, schema),
  }
}

function wholeIn(written: string | number | undefined, otherwise: number): number {
  const value = Number(written ?? Number.NaN)
  return Number.isSafeInteger(value) ? value : otherwise
}

function conditionIn(text: string, indexed: readonly string[], schema: string): Condition {
  const filter = folded(parsed(text), schema)
  const test = tester(filter)
  return {
    lookup: lookupIn(filter, indexed),
    isAboutMembers: /members/i.test(text),
    fits: (resource) => test(foldedResource(resource)),
  }
}

function parsed(text: string): Filter {
  try {
    return parse(text)
  } catch (cause) {
    throw new GatehouseError('invalid_request', 'filter_unusable', 'a filter that cannot be read', {
      cause,
      publicMessage: 'The filter cannot be read',
    })
  }
}

/** Ids are compared as they are, and everything else in any letter case. @see RFC 7643 sections 3.1 and 4.1.1 */
const EXACT = ['id', 'externalid', 'members.value']

/** Entra asks for `members eq "…"`. */
const SHORT_FORMS: Readonly<Record<string, string>> = { members: 'members.value', emails: 'emails.value' }

/** @param path of the attribute in whose brackets the filter is; empty: of a whole resource */
function folded(filter: Filter, schema: string, path = ''): Filter {
  const again = (one: Filter) => folded(one, schema, path)
  switch (filter.op) {
    case 'and':
    case 'or':
      return { ...filter, filters: filter.filters.map(again) }
    case 'not':
      return { ...filter, filter: again(filter.filter) }
    case '[]':
      return { ...filter, valFilter: folded(filter.valFilter, schema, `${withoutSchema(filter.attrPath, schema)}.`) }
    case 'pr':
      return { ...filter, attrPath: withoutSchema(filter.attrPath, schema) }
    default: {
      const written = withoutSchema(filter.attrPath, schema).toLowerCase()
      const attrPath = (path === '' ? SHORT_FORMS[written] : undefined) ?? written
      return { ...filter, attrPath, compValue: foldedValue(filter.compValue, `${path.toLowerCase()}${attrPath}`) }
    }
  }
}

function foldedValue<T>(value: T, path: string): T | string {
  return typeof value === 'string' && !EXACT.includes(path) ? value.toLowerCase() : value
}

function foldedResource(value: unknown, path = ''): unknown {
  if (Array.isArray(value)) return value.map((one) => foldedResource(one, path))
  if (!isObject(value)) return foldedValue(value, path)
  const entries = Object.entries(value).map(([key, one]) => {
    const below = `${path === '' ? '' : `${path}.`}${key.toLowerCase()}`
    return [key, foldedResource(one, below)] as const
  })
  return Object.fromEntries(entries)
}

/** Something that every resource must equal that fits. */
function lookupIn(filter: Filter, indexed: readonly string[]): Lookup | null {
  if (filter.op === 'and') {
    const found = filter.filters.map((one) => lookupIn(one, indexed))
    return found.find((lookup) => lookup !== null) ?? null
  }
  if (filter.op !== 'eq' || typeof filter.compValue !== 'string') return null
  const { attrPath: attribute, compValue: value } = filter
  return nameIn(indexed, attribute) === undefined ? null : { attribute, value }
}

/** @throws GatehouseError `invalid_request` `too_many_results` */
export function refuseTooMany(total: number, indexed: readonly string[]): void {
  if (total <= FILTERED_MAX) return
  const names = indexed.join(', ')
  throw new GatehouseError(
    'invalid_request',
    'too_many_results',
    `a filter without an index, and more than ${FILTERED_MAX} resources`,
    {
      publicMessage: `There are more than ${FILTERED_MAX} of these, so the filter must have eq with one of ${names}`,
    },
  )
}
