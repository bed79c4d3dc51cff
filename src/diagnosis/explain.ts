/**
 * What a provider means when it refuses, told from how the refusal looks; asks no one and decides nothing else.
 */
import { withNames } from '../config/names.ts'
import type { Reason } from '../reasons.ts'
import { standardRefusals } from '../vendors/standard/standard-refusals.ts'
import type { Explanation, RefusalPattern, RefusalPlace } from '../vendors/vendor.ts'
import { type ProviderType, VENDORS } from '../vendors/vendors.ts'

/** What was seen. Nothing in it is a secret or a token; texts are as the provider wrote them. */
export interface Evidence {
  readonly status?: number | undefined
  /** The `error` of an OAuth answer, or our own code. */
  readonly error?: string | undefined
  /** Its `error_description`, or what `RefusalPlace` says. */
  readonly description?: string | undefined
  /** The body or the page, or its beginning. */
  readonly text?: string | undefined
  /** Why we refused the answer of the provider. */
  readonly reason?: Reason | undefined
  /** The claims that it did not send. */
  readonly missing?: readonly string[]
}

/**
 * Explains a refusal: by the patterns of this type of provider, or else by what the standards say.
 *
 * @returns `null`: no pattern describes this yet
 */
export function explain(type: ProviderType, where: RefusalPlace, evidence: Evidence): Explanation | null {
  const patterns = [...VENDORS[type].refusals, ...standardRefusals]
  const found = patterns.find((pattern) => isSeen(pattern, where, evidence))
  if (!found) return null
  const { cause, fix, about } = found
  return { cause: withNames(cause), fix: withNames(fix), ...(about === undefined ? {} : { about }) }
}

/** Of a description. No pattern describes a provider that writes more than this. */
const SEARCHED_MAX_CHARACTERS = 2000

function isSeen(pattern: RefusalPattern, where: RefusalPlace, evidence: Evidence): boolean {
  const { status, error, description, text, reason, missing = [] } = evidence
  if (!pattern.where.includes(where)) return false
  if (pattern.status && (status === undefined || !pattern.status.includes(status))) return false
  if (pattern.error && (error === undefined || !pattern.error.includes(error))) return false
  if (pattern.reasons && (reason === undefined || !pattern.reasons.includes(reason))) return false
  if (pattern.missing && !pattern.missing.some((name) => missing.includes(name))) return false
  if (pattern.says === undefined) return true
  return pattern.says.test(`${description?.slice(0, SEARCHED_MAX_CHARACTERS) ?? ''}\n${text ?? ''}`)
}
