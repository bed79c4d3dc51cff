/**
 * How values are written where they travel: media types, values of forms, and the compact forms of JOSE; decodes nothing.
 */

/** Three parts of base64url without padding, and nothing else, which the library would be lenient about. @see RFC 7515 section 7.1 */
export const COMPACT_JWS = /^[\w-]+\.[\w-]+\.[\w-]+$/
/** The same without a signature. @see RFC 7519 section 6.1 */
export const UNSIGNED_JWT = /^[\w-]+\.[\w-]+\.$/
/** Five parts, of which the key and the text may be empty, which the library would be lenient about, too. @see RFC 7516 section 7.1 */
export const COMPACT_JWE = /^[\w-]+\.[\w-]*\.[\w-]+\.[\w-]*\.[\w-]+$/

/** The media type in a Content-Type, without its parameters, in small letters; `undefined`: there is none. */
export function mediaTypeIn(contentType: string | null | undefined): string | undefined {
  return contentType?.split(';')[0]?.trim().toLowerCase()
}

/** A value as a form has it. @see RFC 6749 appendix B */
export function formEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll('%20', '+')
}
