/**
 * The algorithms that a provider may sign and encrypt with, as far as settings name them; which of them counts is decided where a token is read.
 */

/** The signature algorithms of a provider's keys. What everybody may verify, such as an access token, has one of these. */
export const SIGNING_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const

/** Authenticated encryption only. @see RFC 7518 section 5 */
export const CONTENT_ENCRYPTION = ['A128GCM', 'A256GCM', 'A128CBC-HS256', 'A256CBC-HS512'] as const
