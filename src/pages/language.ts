/**
 * Chooses the language of a page from what the browser prefers; the sentences are in `messages/`.
 */
import type { Brand } from './brand.ts'
import { de } from './messages/de.ts'
import { en, type Messages } from './messages/en.ts'
import { fr } from './messages/fr.ts'

export interface Language {
  readonly tag: string
  readonly messages: Messages
  /** The ways to the same page in each language; absent: there are none. */
  readonly others?: readonly LanguageLink[]
  /** Absent: that of Gatehouse. */
  readonly brand?: Brand
}

export interface LanguageLink {
  readonly tag: string
  /** In the language itself. */
  readonly name: string
  readonly href: string
  readonly isCurrent: boolean
}

/** What each language calls itself. */
export const LANGUAGE_NAMES = [
  ['en', 'English'],
  ['fr', 'Français'],
  ['de', 'Deutsch'],
] as const

const LANGUAGES: ReadonlyMap<string, Messages> = new Map([
  ['en', en],
  ['fr', fr],
  ['de', de],
])

/**
 * The best of our languages for an Accept-Language header; English when none fits. Read by hand, because Hono's parser takes a weight that
 * cannot be read for 1.
 *
 * @see RFC 9110 section 12.5.4
 */
export function languageFor(acceptLanguage: string | undefined): Language {
  const wishes = (acceptLanguage ?? '').slice(0, 500).split(',').map(parseWish)
  const wished = wishes.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight)
  for (const { tag } of wished) {
    const messages = LANGUAGES.get(tag)
    if (messages) return { tag, messages }
  }
  return { tag: 'en', messages: en }
}

function parseWish(range: string): { tag: string; weight: number } {
  const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
  const quality = parameters.find((parameter) => parameter.startsWith('q='))
  const weight = quality === undefined ? 1 : Number(quality.slice(2))
  return { tag: tag.split('-')[0] ?? '', weight: Number.isFinite(weight) ? weight : 0 }
}

/** Whether there are pages in this language. */
export function isOurs(tag: string): boolean {
  return LANGUAGES.has(tag)
}
