/**
 * The kinds of value that a setting may have, each with its parser and the sentence for a wrong value; knows no setting by name.
 */
import * as v from 'valibot'

/** A kind of value: how it is called in the documents, and how the text of a variable becomes it. */
export interface Kind<T> {
  readonly label: string
  readonly schema: v.GenericSchema<unknown, T>
}

const present = v.pipe(v.string('must be text'), v.trim(), v.nonEmpty('is empty'))

export const text: Kind<string> = { label: 'text', schema: present }

const SECRET_MIN_CHARACTERS = 32

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

/** Whole seconds above zero; variables arrive as text, values in wrangler.toml may be numbers. */
export const seconds: Kind<number> = {
  label: 'seconds',
  schema: v.pipe(
    v.union([v.number(), v.pipe(present, v.regex(/^\d+$/), v.transform(Number))], 'must be a whole number of seconds'),
    v.safeInteger('must be a whole number of seconds'),
    v.minValue(1, 'must be at least 1 second'),
  ),
}

/** Whole seconds from zero to a maximum. */
export function secondsUpTo(maximum: number): Kind<number> {
  const wrong = `must be a whole number of seconds from 0 to ${maximum}`
  return {
    label: `seconds, ${maximum} at most`,
    schema: v.pipe(
      v.union([v.number(), v.pipe(present, v.regex(/^\d+$/), v.transform(Number))], wrong),
      v.safeInteger(wrong),
      v.minValue(0, wrong),
      v.maxValue(maximum, wrong),
    ),
  }
}

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

/** Words separated by blanks, each once. */
export const words: Kind<readonly string[]> = {
  label: 'words, separated by blanks',
  schema: v.pipe(
    present,
    v.transform((value) => [...new Set(value.split(/\s+/))]),
    v.readonly(),
  ),
}

/** Names with text values: JSON, or the Python literal that La Suite's settings are written in. */
export const dictionary: Kind<Readonly<Record<string, string>>> = {
  label: 'JSON object of texts',
  schema: v.pipe(
    v.union([
      v.record(v.string(), v.unknown()),
      v.pipe(
        present,
        v.transform((value) => value.replace(/'([^'"\\]*)'/g, '"$1"')),
        v.parseJson(undefined, 'must be a JSON object'),
        v.record(v.string(), v.unknown(), 'must be a JSON object'),
      ),
    ]),
    v.record(v.string(), v.union([v.string(), v.pipe(v.number(), v.transform(String))]), 'must have texts as values'),
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

const INSECURE = 'must begin with https:// (http:// is for localhost only)'

const secureUrl = v.pipe(
  present,
  v.check((value) => URL.canParse(value), 'is not a URL'),
  v.check((value) => isSecure(new URL(value)), INSECURE),
  v.check(
    (value) => new URL(value).username === '' && new URL(value).password === '',
    'must not contain a user name or password',
  ),
)

/** A URL of the provider, kept to the letter: an issuer is compared character by character. */
export const issuer: Kind<string> = {
  label: 'URL',
  schema: v.pipe(
    secureUrl,
    v.check((value) => !value.includes('?') && !value.includes('#'), 'must not have a query or a fragment'),
  ),
}

export const endpoint: Kind<string> = {
  label: 'URL',
  schema: v.pipe(
    secureUrl,
    v.check((value) => !value.includes('#'), 'must not have a fragment'),
  ),
}

/** Scheme, host and port, nothing else; given back without a final slash. */
export const origin: Kind<string> = {
  label: 'URL without a path',
  schema: v.pipe(
    secureUrl,
    v.check(
      (value) => new URL(value).href === `${new URL(value).origin}/`,
      'must be scheme and host only, without a path',
    ),
    v.transform((value) => new URL(value).origin),
  ),
}

/** A page to send people to: a path of this host, or a full URL. */
export const target: Kind<string> = {
  label: 'path or URL',
  schema: v.pipe(
    present,
    v.check(
      (value) => (value.startsWith('/') ? URL.canParse(value, 'https://h') : URL.canParse(value)),
      'must be a path or a URL',
    ),
    v.check((value) => !/^\/[/\\]/.test(value), 'must be a path or a URL'),
    v.check((value) => value.startsWith('/') || isSecure(new URL(value)), INSECURE),
  ),
}

/** A host that may be returned to. Without a scheme: https, or http on this machine. */
export interface AllowedHost {
  /** Host and port as in `URL.host`. */
  readonly host: string
  /** The one scheme and port allowed, when the entry names a scheme; else `null`. */
  readonly origin: string | null
}

/** `host`, `host:port` or a full origin, separated by commas. La Suite's own examples have a scheme. */
export const hosts: Kind<readonly AllowedHost[]> = {
  label: 'hosts, separated by commas',
  schema: v.pipe(
    v.string('must be text'),
    v.transform((value) =>
      value
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    ),
    v.array(
      v.pipe(
        v.string(),
        v.check(
          (entry) => allowedHost(entry) !== null,
          (issue) => `has an entry that is neither a host nor an origin: ${String(issue.input)}`,
        ),
        v.transform((entry) => allowedHost(entry) ?? { host: '', origin: null }),
      ),
    ),
    v.readonly(),
  ),
}

function allowedHost(entry: string): AllowedHost | null {
  const hasScheme = /^https?:\/\//i.test(entry)
  const candidate = hasScheme ? entry : `https://${entry}`
  if (!URL.canParse(candidate)) return null
  const url = new URL(candidate)
  const plain =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === ''
  if (!plain || entry.includes('*') || (!hasScheme && /[/@?#]/.test(entry))) return null
  return { host: url.host, origin: hasScheme ? url.origin : null }
}
