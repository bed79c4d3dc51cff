/**
 * The settings of how long a session lives, what it keeps of the provider, and how often the provider is asked about it.
 */

import { bool, oneOf, seconds, secondsBetween, secrets, wholeBetween } from '../values/kinds.ts'
import { optional } from './setting.ts'

export const sessionSettings = {
  storeRefreshToken: optional(bool, {
    name: 'OIDC_STORE_REFRESH_TOKEN',
    default: true,
    example: 'false',
    meaning:
      'Keeps the refresh token of the provider, sealed, and asks it with that, every OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS, whether the session goes on; a person who is no longer let in there is then signed out here. Off: it is asked at visits of the start page only.',
  }),
  sessionIdleSeconds: optional(seconds, {
    name: 'GATEHOUSE_SESSION_IDLE_AGE',
    origin: 'Gatehouse',
    example: '3600',
    meaning: 'How long a session may go unused before it ends. Unset: only SESSION_COOKIE_AGE ends it.',
  }),
  unconfirmedSeconds: optional(seconds, {
    name: 'GATEHOUSE_UNCONFIRMED_AGE',
    origin: 'Gatehouse',
    example: '3600',
    meaning:
      'How long a session lives after the provider last confirmed it, by a sign-in or a refresh. The next use after that asks the provider once more, if there is a refresh token, and ends the session unless it is confirmed. Without a refresh token only a new sign-in confirms, which may be a silent one at the start page. Should be longer than OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS. Unset: SESSION_COOKIE_AGE, so that an outage of the provider signs no one out.',
  }),
  sessionSeconds: optional(seconds, {
    name: 'SESSION_COOKIE_AGE',
    default: 43_200,
    example: '43200',
    meaning: 'The life of a session from sign-in on; using it does not prolong it.',
  }),
  storeIdToken: optional(bool, {
    name: 'OIDC_STORE_ID_TOKEN',
    default: true,
    example: 'false',
    meaning:
      'Keeps the ID token, sealed, to name the session to the provider at sign-out. Off: its claims are kept without its signature, and the provider is told the client id alone.',
  }),
  storeAccessToken: optional(bool, {
    name: 'OIDC_STORE_ACCESS_TOKEN',
    default: false,
    example: 'true',
    meaning: 'Keeps the access token too, sealed; where there is no refresh token it is given back at sign-out.',
  }),
  tokenSealingSecrets: optional(secrets, {
    name: 'OIDC_STORE_REFRESH_TOKEN_KEY',
    secret: true,
    example: 'the output of: openssl rand -base64 32',
    meaning: 'Seals the stored tokens in place of GATEHOUSE_SECRET, which still opens what it has sealed.',
  }),
  confirmEverySeconds: optional(seconds, {
    name: 'OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS',
    default: 900,
    example: '900',
    meaning:
      'After this time at the latest the provider is asked whether the session goes on: with the refresh token, or without one at the next visit of the start page, if FRONTEND_IS_SILENT_LOGIN_ENABLED is on and the provider can do that. A session that it does not confirm ends. Should be shorter than the time after which the provider ends a session that no one uses there (Keycloak: SSO Session Idle).',
  }),
  auditRetentionDays: optional(wholeBetween(1, 3650, 'days'), {
    name: 'AUDIT_RETENTION_DAYS',
    origin: 'Gatehouse',
    default: 365,
    example: '90',
    meaning:
      'How long the database keeps the audit: who signed in and out or was refused, who changed what, when and from where. Whatever is set, the newest five million entries at most are kept, which are about 1 GB of the 10 GB that a database may have.',
  }),
  auditAddresses: optional(oneOf(['shortened', 'full', 'none']), {
    name: 'AUDIT_ADDRESSES',
    origin: 'Gatehouse',
    default: 'shortened',
    example: 'none',
    meaning:
      'What the audit and the list of sessions keep of the address that a person signs in from. `shortened`: the network (of 203.0.113.7 the first 24 bits, of an IPv6 address the first 48) and the country. `full`: the address and the country. `none`: neither.',
  }),
  revocationLagSeconds: optional(secondsBetween(0, 600), {
    name: 'REVOCATION_LAG_SECONDS',
    origin: 'Gatehouse',
    default: 5,
    example: '5',
    meaning:
      'How long an app that asks about a token may still be told that it is good after a session was ended, a person or an app was changed or removed, or the provider has signed someone out. Each isolate asks the database at most once in that time, whatever is asked of it. 0: it asks at each check. When the database does not answer for longer, checks are answered with 503.',
  }),
} as const
