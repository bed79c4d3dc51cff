/**
 * The settings of what a session keeps of the provider, and how often the provider is asked about it.
 */
import { optional } from './setting.ts'
import { bool, seconds, secrets } from './types.ts'

export const sessionSettings = {
  OIDC_STORE_ID_TOKEN: optional(bool, {
    default: true,
    example: 'false',
    meaning:
      'Keeps the ID token, sealed, to name the session to the provider at sign-out. Off: its claims are kept without its signature, and the provider is told the client id alone.',
  }),
  OIDC_STORE_ACCESS_TOKEN: optional(bool, {
    default: false,
    example: 'true',
    meaning: 'Keeps the access token too, sealed; where there is no refresh token it is given back at sign-out.',
  }),
  OIDC_STORE_REFRESH_TOKEN_KEY: optional(secrets, {
    secret: true,
    example: 'the output of: openssl rand -base64 32',
    meaning: 'Seals the stored tokens in place of GATEHOUSE_SECRET, which still opens what it has sealed.',
  }),
  OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS: optional(seconds, {
    default: 900,
    example: '900',
    meaning:
      'After this time at the latest the provider is asked whether the session goes on: with the refresh token, or without one at the next visit of the start page, if FRONTEND_IS_SILENT_LOGIN_ENABLED is on and the provider can do that. A session that it does not confirm ends.',
  }),
} as const
