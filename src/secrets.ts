/**
 * Takes secrets out of a text that someone else wrote, in whatever spelling they give them back; the callers know which secrets there are.
 */
import { formEncoded } from './crypto.ts'

/** Gives back a text without the secrets, each of which leaves a mark. */
export type Redact = (text: string) => string

const MARK = '…'
/** A shorter text is no secret, and without it the rest could not be read. */
const SECRET_MIN_CHARACTERS = 3
/** A secret that may be a word, such as "secret", counts only where it stands alone. */
const WORD_MAX_CHARACTERS = 7
/** Of a token the beginning is looked for, and goes with all that follows it. */
const LOOKED_FOR_MAX_CHARACTERS = 60

/**
 * @param secrets as they are; how they are spelt in URLs, forms, JSON, HTML and base64 is found out here
 * @returns what takes them out. A text with none of them stays as it is. The time is in proportion to the text and to the number of secrets.
 */
export function redactionOf(secrets: Iterable<string | null | undefined>): Redact {
  const spellings = new Set<string>()
  for (const secret of secrets) {
    if (secret === null || secret === undefined || secret.trim().length < SECRET_MIN_CHARACTERS) continue
    spellings.add(secret)
    // The base64 of a short one may be part of another word.
    if (secret.length > WORD_MAX_CHARACTERS) spellings.add(base64Of(secret))
  }
  if (spellings.size === 0) return (text) => text
  // The longest first, because one secret may be the beginning of another.
  const longestFirst = [...spellings].sort((one, other) => other.length - one.length)
  const patternFor = (partsOf: PartsOf) =>
    new RegExp(longestFirst.map((one) => patternOf(one, partsOf)).join('|'), 'giu')
  let plain: RegExp | undefined
  let encoded: RegExp | undefined
  return (text) => {
    if (ENCODING.test(text)) {
      encoded ??= patternFor(encodedParts)
      return text.replace(encoded, MARK)
    }
    plain ??= patternFor(plainParts)
    return text.replace(plain, MARK)
  }
}

/**
 * Every encoding of a character has one of these. A text without any is searched with a pattern that knows no encodings: the other one
 * takes about a hundred times as long to compile, and is only made for a text that needs it.
 */
const ENCODING = /[%\\&]/

/** A pattern for each part of a secret. */
type PartsOf = (secret: string) => readonly string[]

/** More than the part of a secret that is looked for takes in any spelling that is likely. */
const CUT_MAX_CHARACTERS = 1000

/**
 * The beginning of a text without the secrets. Where the text is cut, the end of the beginning goes as well: it may be half of a secret,
 * which no one would recognise.
 */
export function redactedBeginning(text: string, maxCharacters: number, redact: Redact): string {
  const beginning = redact(text.slice(0, maxCharacters))
  return text.length <= maxCharacters ? beginning : beginning.slice(0, -CUT_MAX_CHARACTERS)
}

/** An e-mail address with all that is around it, as it is or as URLs encode it: some providers name the person by one. */
const ADDRESS = /(?<!\S)\S*(?:@|%40)\S*/gi
/** A JWT, or letters and digits in a row as only codes and tokens have them; the numbers of requests and tenants (UUIDs) are shorter. */
const TOKEN = /\beyJ[\w-]{10,}(?:\.[\w-]*)*|[\w-]{40,}(?:\.[\w-]+)*/g

/**
 * A text without the e-mail addresses and tokens in it.
 *
 * @param kept a long word that stays although it looks like a token
 */
export function withoutAddressesAndTokens(text: string, kept?: string): string {
  return text.replace(ADDRESS, MARK).replace(TOKEN, (run) => (run === kept ? run : MARK))
}

/** What is in the header of client_secret_basic, by the standard and as many write it. @see RFC 6749 section 2.3.1 */
export function basicCredentials(clientId: string, secret: string): readonly string[] {
  return [base64Of(`${formEncoded(clientId)}:${formEncoded(secret)}`), base64Of(`${clientId}:${secret}`)]
}

/** Without its padding, which may be left out. */
function base64Of(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text))).replace(/=+$/, '')
}

function patternOf(secret: string, partsOf: PartsOf): string {
  const characters = [...secret]
  const looked = partsOf(characters.slice(0, LOOKED_FOR_MAX_CHARACTERS).join('')).join('')
  if (characters.length > LOOKED_FOR_MAX_CHARACTERS) return `${looked}[\\w.~+/%=-]*`
  return secret.length > WORD_MAX_CHARACTERS
    ? `${looked}(?:=|%3D){0,2}`
    : `(?<![\\p{L}\\p{N}_-])${looked}(?![\\p{L}\\p{N}_-])`
}

const NAMES_IN_HTML: Readonly<Record<string, string>> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' }

const ESCAPE = '\\\\{1,4}'

/**
 * A pattern for each character, and one for a row of backslashes, which takes all that are there. Backslashes also escape the character
 * after them, and each other; were each matched on its own, every way to share them out would be tried, which never ends.
 */
function encodedParts(text: string): readonly string[] {
  const parts = text.match(/\\+|[^\\]/gu) ?? []
  return parts.map((part, at) => {
    if (part.startsWith('\\')) return `(?:\\\\+|${encodingsOf('\\', ESCAPE)}{${part.length}})`
    return spellingsOf(part, parts[at - 1]?.startsWith('\\') ? '' : ESCAPE)
  })
}

/** The same for a text without encodings. */
function plainParts(text: string): readonly string[] {
  return [...text].map((character) => `(?:${plainSpellings(character).join('|')})`)
}

/** A character as it is or encoded. @param before what may be before it: backslashes, or nothing where they are matched already */
function spellingsOf(character: string, before: string): string {
  return `(?:${[
    ...plainSpellings(character),
    encodingsOf(character, before),
    ...(before !== '' && /["/]/.test(character) ? [`${before}${escaped(character)}`] : []),
    ...(character === ' ' ? ['&nbsp;'] : []),
  ].join('|')})`
}

function plainSpellings(character: string): readonly string[] {
  // In forms, and in base64url.
  const other: Readonly<Record<string, string>> = { ' ': '\\+', '+': '-', '/': '_' }
  return [escaped(character), ...(other[character] === undefined ? [] : [other[character]])]
}

/** A character by its number or its name. @see RFC 3986 section 2.1, RFC 8259 section 7, HTML section 13.5 */
function encodingsOf(character: string, before: string): string {
  const bytes = [...new TextEncoder().encode(character)].map((byte) => byte.toString(16).padStart(2, '0'))
  const units = Array.from({ length: character.length }, (_, at) =>
    character.charCodeAt(at).toString(16).padStart(4, '0'),
  )
  const code = character.codePointAt(0) ?? 0
  const named = NAMES_IN_HTML[character]
  return `(?:${[
    // Encoded twice, the sign of percent is encoded too.
    bytes.map((byte) => `%(?:25){0,3}${byte}`).join(''),
    units.map((unit, at) => `${at === 0 ? before : ESCAPE}u${unit}`).join(''),
    `&(?:amp;){0,2}#0{0,6}${code};`,
    `&(?:amp;){0,2}#x0{0,6}${code.toString(16)};`,
    ...(named === undefined ? [] : [`&(?:amp;){0,2}${named};`]),
  ].join('|')})`
}

function escaped(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character
}
