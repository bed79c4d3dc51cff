/**
 * The settings of how a sign-in is protected on its way; they are settings of a provider, for providers differ in what they can do.
 */

import { bool, wholeBetween } from '../values/kinds.ts'
import { publicKey } from '../values/public-key.ts'
import { optional } from './setting.ts'

export const requestSettings = {
  useNonce: optional(bool, {
    name: 'OIDC_USE_NONCE',
    default: true,
    example: 'false',
    meaning:
      'Binds the ID token to the sign-in. Only off for a provider that cannot do it: a warning says so, and OIDC_USE_PKCE must be on.',
  }),
  usePkce: optional(bool, {
    name: 'OIDC_USE_PKCE',
    default: true,
    example: 'false',
    meaning:
      'Binds the code to the sign-in (PKCE, always S256). Only off for a provider that cannot do it: a warning says so, and OIDC_USE_NONCE must be on.',
  }),
  // What the standard allows. @see RFC 7636 section 4.1
  codeVerifierCharacters: optional(wholeBetween(43, 128, 'characters'), {
    name: 'OIDC_PKCE_CODE_VERIFIER_SIZE',
    default: 64,
    example: '64',
    meaning: 'The length of the secret of PKCE. The shortest already has 256 random bits.',
  }),
  pinnedKey: optional(publicKey, {
    name: 'OIDC_RP_IDP_SIGN_KEY',
    example: '{"kty": "RSA", "n": "…", "e": "AQAB"}',
    meaning:
      'The one public key of the provider, when it shows none: a JWK or a PEM. Its published keys are not asked for then, so a change of its key is to be followed by hand.',
  }),
} as const
