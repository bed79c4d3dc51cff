/**
 * Values of JSON from outside: text, objects, and what providers write instead of leaving a member out; knows no member by name.
 */

type Members = Readonly<Record<string, unknown>>

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
