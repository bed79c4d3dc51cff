/**
 * The kinds of value that La Suite writes with commas, and its dictionaries; knows no setting by name.
 */
import * as v from 'valibot'
import type { Kind } from './kinds.ts'
import { isJsonList, listed, splitOutsideNames } from './listed.ts'
import { pythonDictionary } from './python-dictionary.ts'
import { isSecure, origin } from './urls.ts'

/** Entries separated by commas, as La Suite writes lists, or a list. Empty entries do not count. */
const entriesOf = (split: (text: string) => readonly string[]) =>
  v.pipe(
    listed('must be text', split),
    v.transform((list) => [...new Set(list.map((entry) => entry.trim()).filter((entry) => entry !== ''))]),
  )

const atCommas = (text: string) => text.split(',')

/** A list of entries, each of which must pass; `complaint` is followed by the first that does not. */
function listOfEntries(
  label: string,
  complaint: string,
  isGood: (entry: string) => boolean,
  split: (text: string) => readonly string[] = atCommas,
): Kind<readonly string[]> {
  return {
    label: `${label}, separated by commas`,
    separator: ',',
    schema: v.pipe(
      entriesOf(split),
      v.rawCheck(({ dataset, addIssue }) => {
        if (!dataset.typed) return
        const bad = dataset.value.find((entry) => !isGood(entry))
        if (bad !== undefined) addIssue({ message: `${complaint}: ${bad}` })
      }),
      v.readonly(),
    ),
  }
}

const namesWithoutBlanks = listOfEntries('names', 'has an entry that is no name', (entry) => /^\S+$/.test(entry))
const namesInList = listOfEntries('names', 'has an entry that is no name', (entry) => entry !== '')

/**
 * Names, such as those of claims, scopes and clients. In a text, blanks between two of them are a mistake; a list may have a name with
 * blanks or commas in it.
 */
export const names: Kind<readonly string[]> = {
  ...namesWithoutBlanks,
  schema: v.lazy((raw) =>
    typeof raw === 'string' && !isJsonList(raw) ? namesWithoutBlanks.schema : namesInList.schema,
  ),
}

/** Hosts as Django has them: a name, `.name` with the hosts below it, or `*` for any; ports do not count there. */
export const hostPatterns = listOfEntries('hosts', 'has an entry that is no host', (entry) =>
  /^(?:\*|\.?[\w-]+(?:\.[\w-]+)*|\[[\da-f:.]+\])$/i.test(entry),
)

/** Origins; `https://*.name` stands for all hosts below a name. */
export const originPatterns = listOfEntries('origins', 'has an entry that is no origin', (entry) =>
  v.is(origin.schema, entry.replace('://*.', '://any.')),
)

/** Paths of this host. */
export const paths = listOfEntries('paths', 'has an entry that can be no path', (entry) => /^[\w:./~-]+$/.test(entry))

/**
 * People or groups of a provider, each as the id of the provider, a colon, and the name that they have there. A distinguished name may
 * have its commas; any other name with a comma takes a list.
 */
export const members = listOfEntries(
  'provider:name',
  'has an entry that is not the id of a provider, a colon and a name (a name with a comma takes a JSON list: ["default:Sales, Berlin"])',
  (entry) => /^[a-z][a-z\d_]{0,30}:\S(?:.*\S)?$/.test(entry),
  splitOutsideNames,
)

/** A host that may be returned to. */
export interface AllowedHost {
  /** Host and port as in `URL.host`. */
  readonly host: string
  /** The one scheme and port allowed, when the entry names a scheme; else `null`: https, or http on this machine. */
  readonly origin: string | null
  /** Whether hosts below this one are allowed too. */
  readonly withSubdomains: boolean
}

/**
 * `host`, `host:port`, `.host` or `*.host` (with the hosts below it), or a full origin, separated by commas. La Suite's own examples
 * have a scheme; the dot is known from oauth2-proxy.
 */
export const hosts: Kind<readonly AllowedHost[]> = {
  label: 'hosts, separated by commas',
  schema: v.pipe(
    entriesOf(atCommas),
    v.rawTransform<string[], AllowedHost[]>(({ dataset, addIssue, NEVER }) => {
      const allowed: AllowedHost[] = []
      for (const entry of dataset.value) {
        const host = allowedHost(entry)
        if (host === null) {
          addIssue({ message: `has an entry that is neither a host nor an origin: ${entry}` })
          return NEVER
        }
        allowed.push(host)
      }
      return allowed
    }),
    v.readonly(),
  ),
}

function allowedHost(entry: string): AllowedHost | null {
  const hasScheme = entry.includes('://')
  const [, prefix = '', name = ''] = /^(\*?\.)?(.*)$/.exec(entry) ?? []
  const candidate = hasScheme ? entry : `https://${name}`
  if ((hasScheme && prefix !== '') || !URL.canParse(candidate)) return null
  const url = new URL(candidate)
  const isPlain = url.href === `${url.origin}/` && !/[*@]/.test(name) && !url.hostname.startsWith('.')
  if (!isPlain || !isSecure(url) || (!hasScheme && name.includes('/'))) return null
  return { host: url.host, origin: hasScheme ? url.origin : null, withSubdomains: prefix !== '' }
}

/** Names with text values: JSON, or the Python literal that La Suite's settings are written in. */
export const dictionary: Kind<Readonly<Record<string, string>>> = {
  label: 'JSON object of texts',
  schema: v.pipe(
    v.union([
      v.custom<object>((value) => typeof value === 'object' && value !== null),
      v.pipe(v.string('must be a JSON object'), v.transform(fromText)),
    ]),
    v.check((value) => typeof value === 'object' && !Array.isArray(value), 'must be a JSON object'),
    v.record(
      v.string(),
      v.union([v.string(), v.pipe(v.number(), v.transform(String))]),
      'must be a JSON object of texts',
    ),
    v.readonly(),
  ),
}

function fromText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return pythonDictionary(text) // what is neither has no cause worth keeping
  }
}
