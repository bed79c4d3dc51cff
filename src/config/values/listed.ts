/**
 * How a list may be written: as a list in wrangler.toml, as a JSON list, or as a text that each kind takes apart in its own way.
 */
import * as v from 'valibot'

/** Whether a text is meant as a JSON list, also with the wrong quotes. An IPv6 address in a list of hosts begins with a bracket, too. */
export function isJsonList(text: string): boolean {
  return /^\s*\[\s*["'\]]/.test(text)
}

/**
 * Reads a list.
 *
 * @param complaint what is said of a value that is neither a list of texts nor a text
 * @param split takes a text apart; entries of a list are taken as they are, separators included
 */
export function listed(complaint: string, split: (text: string) => readonly string[]) {
  return v.pipe(
    v.unknown(),
    v.rawTransform<unknown, readonly string[]>(({ dataset: { value }, addIssue, NEVER }) => {
      if (typeof value === 'string' && !isJsonList(value)) return split(value)
      const list = v.safeParse(typeof value === 'string' ? textsInJson : texts, value)
      if (list.success) return list.output
      addIssue({
        // Not the message of the parser, which would quote the value.
        message: typeof value === 'string' ? 'begins like a JSON list and is no JSON list of texts' : complaint,
      })
      return NEVER
    }),
  )
}

const texts = v.array(v.string())

const textsInJson = v.pipe(v.string(), v.parseJson(), texts)

/** After a comma in a distinguished name comes another attribute. @see RFC 4514 section 3 */
const FURTHER_ATTRIBUTE = /^\s*(?:[a-z][a-z\d-]*|\d+(?:\.\d+)+)\s*=/i

/**
 * Splits a text at its commas, except those inside a distinguished name (`default:CN=Admins,OU=Groups,DC=corp`) and those escaped there
 * by a backslash.
 */
export function splitOutsideNames(text: string): readonly string[] {
  const entries: string[] = []
  for (const part of text.split(/(?<!\\),/)) {
    const last = entries.at(-1)
    if (last?.includes('=') && FURTHER_ATTRIBUTE.test(part)) entries[entries.length - 1] = `${last},${part}`
    else entries.push(part)
  }
  return entries
}
