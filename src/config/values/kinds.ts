/**
 * What a kind of value is, and the plain ones: texts, secrets, numbers, yes and no, choices; knows no setting by name.
 */
import * as v from 'valibot'
import { listed } from './listed.ts'

/** A kind of value: how it is called in the documents, and how the text of a variable becomes it. */
export interface Kind<T> {
  readonly label: string
  /** What stands between the parts of a list; absent: a blank. */
  readonly separator?: string
  readonly schema: v.GenericSchema<unknown, T>
}

export const present = v.pipe(v.string('must be text'), v.trim(), v.nonEmpty('is empty'))

export const text: Kind<string> = { label: 'text', schema: present }

/**
 * The name of a client as it is registered, blanks included. Line breaks at its ends come from files and pipes, not from the name.
 *
 * @see RFC 6749 appendix A.1
 */
export const clientId: Kind<string> = {
  label: 'text, blanks included',
  schema: v.pipe(
    v.string('must be text'),
    v.transform((value) => value.replace(/^[\r\n]+|[\r\n]+$/g, '')),
    v.check((value) => value.trim() !== '', 'is empty'),
    v.regex(/^\P{Cc}*$/u, 'must not have control characters'),
  ),
}

/** Letters, digits, hyphen and underscore, as in a path of a URL. */
export const word: Kind<string> = {
  label: 'word',
  schema: v.pipe(present, v.regex(/^[\w-]+$/, 'must be letters, digits, - and _ only')),
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

/** Entries that a text separates by `separator`, each once; a list may hold whatever `entry` matches. */
function listKind(label: string, separator: RegExp, entry: RegExp, fewest = 1): Kind<readonly string[]> {
  const complaint = `must be ${label}`
  return {
    label,
    schema: v.pipe(
      listed(complaint, (value) => value.split(separator).filter((part) => part !== '')),
      v.check((list) => list.length >= fewest && list.every((one) => entry.test(one)), complaint),
      v.transform((value) => [...new Set(value)]),
      v.readonly(),
    ),
  }
}

/** Words separated by blanks, each once; a table may have them as a list. */
export const words = listKind('words, separated by blanks', /\s+/, /^\S+$/)

/** The same, where none may be meant, which is written as an empty list. */
export const wordsOrNone = listKind('words, separated by blanks, or [] for none', /\s+/, /^\S+$/, 0)

/** Scopes; commas between them are understood, because other software writes them that way. A list may have a scope with a comma in it. */
export const scopes = listKind('scopes, separated by blanks', /[\s,]+/, /^\S+$/)

/** Names that others have chosen, such as client ids. Those with blanks need a list, whose entries are taken as they are. */
export const texts = listKind('names, separated by blanks, or a JSON list', /\s+/, /\S/)

/** A colour as style sheets write it. */
export const color: Kind<string> = {
  label: 'colour, as #rrggbb',
  schema: v.pipe(
    present,
    v.toLowerCase(),
    v.regex(/^#[0-9a-f]{6}$/, 'must be a number sign and six digits, as in #1f4fbf'),
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
