/**
 * The kinds of value of lists that say who may come in: entries for every provider, and entries for one of them.
 */
import * as v from 'valibot'
import { foldedAddress } from '../../claims/verified-address.ts'
import type { Kind } from './kinds.ts'
import { listed, splitOutsideNames } from './listed.ts'

/** One entry of a list. */
export interface Allowed {
  /** The provider that it is for, by its id in the settings; `null`: every one. */
  readonly providerId: string | null
  readonly value: string
}

/** What stands before the first colon, if anything does, is the id of a provider, or `*` for all. */
const ENTRY = /^(?:(\*|[a-z][a-z\d_]{0,30}):)?([^\s:](?:.*\S)?)$/s

/** A star before the @ is a mistake for a domain. */
const ADDRESS = /^[^\s@*]+@[\p{L}\p{M}\d-]+(?:\.[\p{L}\p{M}\d-]+)*$/u
const DOMAIN = /^@(?:\*\.)?[\p{L}\p{M}\d-]+(?:\.[\p{L}\p{M}\d-]+)*$/u

function allowed(
  label: string,
  complaint: string,
  split: (text: string) => readonly string[],
  readValue: (value: string) => string | null,
): Kind<readonly Allowed[]> {
  return {
    label: `${label}, separated by commas`,
    separator: ',',
    schema: v.pipe(
      listed('must be text', split),
      v.rawTransform<readonly string[], readonly Allowed[]>(({ dataset, addIssue, NEVER }) => {
        const entries: Allowed[] = []
        for (const text of dataset.value.map((entry) => entry.trim()).filter((entry) => entry !== '')) {
          const [, provider = '*', given] = ENTRY.exec(text) ?? []
          const value = given === undefined ? null : readValue(given)
          if (value === null) {
            addIssue({ message: `${complaint}: ${text}` })
            return NEVER
          }
          entries.push({ providerId: provider === '*' ? null : provider, value })
        }
        if (entries.length > 0) return entries
        // The one who empties a list may mean that no one is let in.
        addIssue({ message: 'has no entry; leave it out to let everyone in' })
        return NEVER
      }),
      v.readonly(),
    ),
  }
}

/** `alice@example.org`, `@example.org` for every address of a domain, `@*.example.org` for those of the domains below it. */
export const allowedAddresses = allowed(
  'e-mail addresses or @domains',
  'has an entry that is neither an e-mail address nor a domain after an @',
  (text) => text.split(','),
  (value) => {
    const folded = foldedAddress(value)
    return ADDRESS.test(folded) || DOMAIN.test(folded) ? folded : null
  },
)

/** Names of groups. A distinguished name may have its commas; any other name with a comma takes a list. */
export const allowedGroups = allowed('groups', 'has an entry that is no group', splitOutsideNames, (value) => value)

/** The same of roles. */
export const allowedRoles = allowed('roles', 'has an entry that is no role', splitOutsideNames, (value) => value)
