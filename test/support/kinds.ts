/**
 * What a kind of value makes of what an operator wrote.
 */
import * as v from 'valibot'
import type { Kind } from '../../src/config/values/kinds.ts'

/** The value, or the first complaint; as the settings are read, a value is judged no further after it. */
export function readAs<T>(kind: Kind<T>, raw: unknown): { value: T } | { complaint: string } {
  const result = v.safeParse(kind.schema, raw, { abortPipeEarly: true })
  return result.success ? { value: result.output } : { complaint: result.issues[0].message }
}
