/**
 * Finds a claim by the name or path in the settings, and reads texts and lists of names (groups, roles) in the shapes that providers send;
 * decides nothing by them.
 */
import * as v from 'valibot'

/** What a JSON object has. */
type Members = Readonly<Record<string, unknown>>

/** Claims as they came, or what was stored of them. */
export type Claims = Members

/** Names read from a claim. */
export interface Names {
  readonly names: readonly string[]
  /** `false`: there was something that could not be read; what could be read is in `names`. */
  readonly isComplete: boolean
}

/**
 * The value of a claim. A name that is there as it is written counts before the same name as a path with dots, so that names that are
 * URLs work, alone and as the beginning of a path: `realm_access.roles`, `https://corp.example/claims.roles`.
 *
 * @returns `undefined`: it is not there, or null
 */
export function claimAt(claims: Claims, name: string): unknown {
  const value = Object.hasOwn(claims, name) ? claims[name] : undefined
  if (value !== undefined && value !== null) return value
  for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
    const head = name.slice(0, dot)
    const inner = Object.hasOwn(claims, head) ? objectIn(claims[head]) : null
    const found = inner ? claimAt(inner, name.slice(dot + 1)) : undefined
    if (found !== undefined) return found
  }
  return undefined
}

const elsewhereSchema = v.object({ _claim_names: v.record(v.string(), v.unknown()) })

/**
 * The claims that the provider leaves out and says where else to get, by name.
 *
 * @returns `null`: it says nothing of the kind
 * @see OpenID Connect Core 1.0 section 5.6.2
 */
export function claimsElsewhere(claims: Claims): Claims | null {
  return v.is(elsewhereSchema, claims) ? claims._claim_names : null
}

/**
 * Reads names from a list of texts or objects, from a map whose keys are the names (Zitadel's roles), from a single text, or from JSON in
 * a text. Entries that cannot be read do not hide the others.
 */
export function namesIn(claim: unknown): Names {
  if (isEmpty(claim)) return { names: [], isComplete: true }
  const value = typeof claim === 'string' ? (jsonIn(claim) ?? claim) : claim
  const read = Array.isArray(value) ? value.map(namesOfEntry) : [namesOfWhole(value)]
  return {
    names: [...new Set(read.flatMap((one) => one.names))].filter((name) => name !== ''),
    isComplete: read.every((one) => one.isComplete),
  }
}

const UNREADABLE: Names = { names: [], isComplete: false }

/** How a list or an object of names begins, for JSON that was cut off somewhere. */
const BROKEN_JSON = /^\s*(?:\[\s*["{]|\{\s*")/

/** What is no list is a name, an object with a member that identifies it, or a map; what a map says of a name is never a name. */
function namesOfWhole(value: unknown): Names {
  if (typeof value === 'string') return BROKEN_JSON.test(value) ? UNREADABLE : { names: [value], isComplete: true }
  if (!isObject(value)) return UNREADABLE
  const name = identifierOf(value)
  return name === null ? keysOf(value) : { names: [name], isComplete: true }
}

/** In a list, an object with one member is known by that, whatever it is called. */
function namesOfEntry(entry: unknown): Names {
  if (typeof entry === 'string') return { names: [entry], isComplete: true }
  const members = isObject(entry) ? Object.values(entry) : []
  const [only] = members
  return members.length === 1 && isText(only) ? { names: [only], isComplete: true } : namesOfWhole(entry)
}

/** Members by which an object is known, those first that do not change: ids, then SCIM's word for one, then names. */
const IDENTIFYING = ['groupId', 'group_id', 'roleId', 'role_id', 'id', 'value', 'name']

function identifierOf(entry: Claims): string | null {
  return IDENTIFYING.map((member) => entry[member]).find(isText) ?? null
}

/** A map: its keys are the names, but for those that it denies. One with a list in it is something else, such as Keycloak's realm_access. */
function keysOf(map: Claims): Names {
  const values = Object.values(map)
  if (values.some(Array.isArray) || values.some((value) => isObject(value) && !isFlat(value))) return UNREADABLE
  const isDenied = (value: unknown) => value === false || value === null
  const isHeld = (value: unknown) => value === true || isObject(value)
  return {
    names: Object.keys(map).filter((key) => isHeld(map[key])),
    isComplete: values.every((value) => isHeld(value) || isDenied(value)),
  }
}

/** What is under a name of a map, such as the organisations that grant a role, has nothing further inside. */
function isFlat(value: Claims): boolean {
  return Object.values(value).every((inner) => typeof inner !== 'object' || inner === null)
}

function objectIn(value: unknown): Claims | null {
  const inner = typeof value === 'string' ? jsonIn(value) : value
  return isObject(inner) ? inner : null
}

/** A list or an object written as JSON; `null`: it is a plain text. */
export function jsonIn(text: string): object | null {
  if (!/^\s*[[{]/.test(text)) return null
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' ? value : null
  } catch {
    return null // a name may begin like this, too
  }
}

/** The audiences as a list, in whichever form they were written. @see RFC 7519 section 4.1.3 */
export function audiencesOf({ aud }: { readonly aud?: string | readonly string[] | undefined }): readonly string[] {
  if (aud === undefined) return []
  return typeof aud === 'string' ? [aud] : aud
}

/** Whether a value is absent, or one of those that providers write instead of leaving a member out. */
export function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === ''
}

/** Whether it is a text that is not empty. */
export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

export function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `null`: no JSON object. */
export function objectOf(value: unknown): Members | null {
  return isObject(value) ? value : null
}

/** A copy without those members that are null or an empty text: of the named ones, or of all if no names are given. */
export function withoutEmpty(members: Members, names?: readonly string[]): Members {
  return Object.fromEntries(
    Object.entries(members).filter(([name, value]) => !isEmpty(value) || names?.includes(name) === false),
  )
}

export const TEXT_MAX_CHARACTERS = 500

/** @see OpenID Connect Core 1.0 section 2, "sub" */
export const SUBJECT_MAX_CHARACTERS = 255

/** Text, cut to a sane length; empty text and other types count as absent. */
export const text = v.fallback(
  v.nullable(
    v.pipe(
      v.string(),
      v.trim(),
      v.transform((value) => value.slice(0, TEXT_MAX_CHARACTERS)),
      v.nonEmpty(),
    ),
    null,
  ),
  null,
)
