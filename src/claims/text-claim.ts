/**
 * Claims before anything is known of them, and one that is text, as everything of a person that is neither a list nor yes or no.
 */
import * as v from 'valibot'

/** Claims as they came, or what was stored of them. */
export type Claims = Readonly<Record<string, unknown>>

export const TEXT_MAX_CHARACTERS = 500

/** @see OpenID Connect Core 1.0 section 2, "sub" */
export const SUBJECT_MAX_CHARACTERS = 255

/** Text, cut to a sane length; empty text and other types count as absent. */
export const text = v.fallback(
  v.nullable(
    v.pipe(
      v.string(),
      v.trim(),
      v.transform((value) => value.slice(0, TEXT_MAX_CHARACTERS)),
      v.nonEmpty(),
    ),
    null,
  ),
  null,
)
