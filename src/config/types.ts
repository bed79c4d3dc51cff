/**
 * The kinds of value that a setting may have, each with its parser and the sentence for a wrong value; knows no setting by name.
 */
import * as v from 'valibot'

/** A kind of value: how it is called in the documents, and how the text of a variable becomes it. */
export interface Kind<T> {
  readonly label: string
  /** What stands between the parts of a list; absent: a blank. */
  readonly separator?: string
  readonly schema: v.GenericSchema<unknown, T>
}

export const present = v.pipe(v.string('must be text'), v.trim(), v.nonEmpty('is empty'))

export const text: Kind<string> = { label: 'text', schema: present }

/** Letters, digits, hyphen and underscore, as in a path of a URL. */
export const word: Kind<string> = {
  label: 'word',
  schema: v.pipe(present, v.regex(/^[\w-]+$/, 'must be letters, digits, - and _ only')),
}

/** A host, with a port if need be, and nothing else. */
export const hostName: Kind<string> = {
  label: 'host',
  schema: v.pipe(
    present,
    v.toLowerCase(),
    v.check(
      (value) =>
        /^[\w.:-]+$/.test(value) && URL.canParse(`https://${value}`) && new URL(`https://${value}`).host === value,
      'must be a host only, without https:// and without a path',
    ),
  ),
}

const SECRET_MIN_CHARACTERS = 32

/** One secret, blanks included. */
export const secret: Kind<string> = {
  label: 'secret',
  schema: v.pipe(present, v.minLength(SECRET_MIN_CHARACTERS, `needs ${SECRET_MIN_CHARACTERS} characters or more`)),
}

/** One or more secrets, separated by blanks. */
export const secrets: Kind<readonly string[]> = {
  label: 'secrets, separated by blanks',
  schema: v.pipe(
    present,
    v.transform((value) => value.split(/\s+/)),
    v.everyItem(
      (secret) => secret.length >= SECRET_MIN_CHARACTERS,
      `needs ${SECRET_MIN_CHARACTERS} characters or more in each secret`,
    ),
    v.readonly(),
  ),
}

/** Browsers keep no cookie longer. @see RFC 6265bis section 5.5 */
const COOKIE_SECONDS_MAX = 400 * 86_400

/** A whole number within bounds, with its unit in the plural; variables arrive as text, values in wrangler.toml may be numbers. */
export function wholeBetween(min: number, max: number, unit: string): Kind<number> {
  const whole = `must be a whole number of ${unit}`
  return {
    label: unit,
    schema: v.pipe(
      v.union([v.number(), v.pipe(present, v.regex(/^\d+$/), v.transform(Number))], whole),
      v.safeInteger(whole),
      v.minValue(min, `must be at least ${min} ${min === 1 ? unit.replace(/s$/, '') : unit}`),
      v.maxValue(max, `must be at most ${max} ${unit}`),
    ),
  }
}

export function secondsBetween(min: number, max: number): Kind<number> {
  return wholeBetween(min, max, 'seconds')
}

export const seconds = secondsBetween(1, COOKIE_SECONDS_MAX)

/** yes, true or 1, and no, false or 0, in any letter case, as La Suite reads them. */
export const bool: Kind<boolean> = {
  label: 'true or false',
  schema: v.union(
    [
      v.boolean(),
      v.pipe(
        present,
        v.toLowerCase(),
        v.picklist(['yes', 'true', '1', 'no', 'false', '0']),
        v.transform((value) => ['yes', 'true', '1'].includes(value)),
      ),
    ],
    'must be true or false',
  ),
}

/** A choice that has been made: the other value is refused, with the reason. */
export function refused(value: boolean, why: string): Kind<boolean> {
  return {
    label: bool.label,
    schema: v.pipe(
      bool.schema,
      v.check((given) => given !== value, why),
    ),
  }
}

/** Words separated by blanks, each once; a table may have them as a list. */
export const words: Kind<readonly string[]> = {
  label: 'words, separated by blanks',
  schema: v.pipe(
    v.union(
      [
        v.pipe(v.array(v.pipe(v.string(), v.regex(/^\S+$/))), v.minLength(1)),
        v.pipe(
          present,
          v.transform((value) => value.split(/\s+/)),
        ),
      ],
      'must be words, separated by blanks',
    ),
    v.transform((value) => [...new Set(value)]),
    v.readonly(),
  ),
}

/** One of a closed list. */
export function oneOf<const T extends string>(options: readonly T[]): Kind<T> {
  return {
    label: options.join(', '),
    schema: v.pipe(present, v.picklist(options, `must be one of ${options.join(', ')}`)),
  }
}

/** Some of a closed list, separated by blanks. */
export function listOf<const T extends string>(options: readonly T[]): Kind<readonly T[]> {
  return {
    label: `some of ${options.join(', ')}, separated by blanks`,
    schema: v.pipe(words.schema, v.array(v.picklist(options, `must be some of ${options.join(', ')}`)), v.readonly()),
  }
}

/** True for the names and addresses of this very machine, where plain http is allowed for development. */
export function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  )
}

function isSecure(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
}

/** A text that `flawOf` finds nothing wrong with. */
function flawless(flawOf: (value: string) => string | null) {
  return v.pipe(
    present,
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed || dataset.issues) return
      const message = flawOf(dataset.value)
      if (message !== null) addIssue({ message })
    }),
  )
}

function flawOfUrl(value: string): string | null {
  if (!URL.canParse(value)) return 'is not a URL'
  const url = new URL(value)
  if (!isSecure(url)) return 'must begin with https:// (http:// is for localhost only)'
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password'
  return null
}

/** A URL of the provider, kept to the letter: an issuer is compared character by character. */
export const issuer: Kind<string> = {
  label: 'URL',
  schema: flawless((value) => flawOfUrl(value) ?? (/[?#]/.test(value) ? 'must not have a query or a fragment' : null)),
}

export const endpoint: Kind<string> = {
  label: 'URL',
  schema: flawless((value) => flawOfUrl(value) ?? (value.includes('#') ? 'must not have a fragment' : null)),
}

/** Scheme, host and port, nothing else; given back without a final slash. */
export const origin: Kind<string> = {
  label: 'URL without a path',
  schema: v.pipe(
    flawless((value) => flawOfUrl(value) ?? flawOfOrigin(new URL(value))),
    v.transform((value) => (URL.canParse(value) ? new URL(value).origin : value)),
  ),
}

function flawOfOrigin(url: URL): string | null {
  return url.href === `${url.origin}/` ? null : 'must be scheme and host only, without a path'
}

/** A page to send people to: a path of this host, or a full URL. */
export const target: Kind<string> = {
  label: 'path or URL',
  schema: flawless(flawOfTarget),
}

function flawOfTarget(value: string): string | null {
  const isPath = value.startsWith('/')
  const isOdd = /[\p{Cc}\\]/u.test(value) || value.startsWith('//')
  if (isOdd || !URL.canParse(value, isPath ? 'https://host' : undefined)) return 'must be a path or a URL'
  return isPath ? null : flawOfUrl(value)
}

/** A path for the provider's answers. A name without a slash is that of a route in other software, and no path of ours. */
export const callbackTarget: Kind<string | undefined> = {
  label: 'path',
  schema: v.pipe(
    present,
    v.regex(/^(?:(?:\/[\w~-]+(?:\.[\w~-]+)*)+\/?|[\w:-]+)$/, 'must be a path of letters, digits, - and _'),
    v.transform((value) => (value.startsWith('/') ? value : undefined)),
  ),
}

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
    v.string('must be text'),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const allowed: AllowedHost[] = []
      for (const entry of dataset.value.split(',').map((part) => part.trim())) {
        const host = entry === '' ? undefined : allowedHost(entry)
        if (host === null) {
          addIssue({ message: `has an entry that is neither a host nor an origin: ${entry}` })
          return NEVER
        }
        if (host) allowed.push(host)
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
