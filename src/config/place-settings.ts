/**
 * The settings of one provider that say which it is, where it is, and whose people it may send; part of `provider-settings.ts`.
 */

import { oneOf, text, word } from './kinds.ts'
import { domains, tenant, tenants } from './organisations.ts'
import { optional } from './setting.ts'
import { hostName, issuer } from './urls.ts'

/** The kinds of provider that Gatehouse knows more of than the standard says. */
export const PROVIDER_TYPES = [
  'keycloak',
  'authentik',
  'dex',
  'auth0',
  'google',
  'entra',
  'proconnect',
  'generic',
] as const

export type ProviderType = (typeof PROVIDER_TYPES)[number]

export const placeSettings = {
  OIDC_OP_TYPE: optional(oneOf(PROVIDER_TYPES), {
    origin: 'Gatehouse',
    example: 'keycloak',
    meaning:
      'Which provider it is. It knows the form of the issuer and what this provider does otherwise than others. Unset: told from OIDC_OP_URL.',
  }),
  OIDC_OP_BASE_URL: optional(issuer, {
    origin: 'Gatehouse',
    example: 'https://id.example.org/auth',
    meaning:
      'In place of OIDC_OP_URL, for keycloak (with OIDC_OP_REALM), authentik (with OIDC_OP_SLUG) and dex: where it is, with the path that it is under, such as /auth.',
  }),
  OIDC_OP_REALM: optional(text, {
    origin: 'Gatehouse',
    example: 'main',
    meaning: 'The realm of a keycloak. Capital letters count.',
  }),
  OIDC_OP_SLUG: optional(word, {
    origin: 'Gatehouse',
    example: 'gatehouse',
    meaning: 'The slug of the application at an authentik.',
  }),
  OIDC_OP_DOMAIN: optional(hostName, {
    origin: 'Gatehouse',
    example: 'example.eu.auth0.com',
    meaning: 'In place of OIDC_OP_URL, for auth0 and proconnect: the host of the tenant or of the environment.',
  }),
  OIDC_OP_TENANT: optional(tenant, {
    origin: 'Gatehouse',
    example: '88888888-8888-8888-8888-888888888888',
    meaning:
      'In place of OIDC_OP_URL, for entra: the directory (tenant) id. `organizations` or `common` let in people of several tenants, `consumers` personal accounts.',
  }),
  OIDC_OP_ALLOWED_TENANTS: optional(tenants, {
    origin: 'Gatehouse',
    example: '88888888-8888-8888-8888-888888888888',
    meaning:
      'Whose people may come in through an entra that serves several tenants: the directory (tenant) ids, or * for everybody. **Required** with `organizations` and `common`.',
  }),
  OIDC_OP_HOSTED_DOMAINS: optional(domains, {
    origin: 'Gatehouse',
    example: 'example.org',
    meaning:
      'Whose people may come in through google: the domains of the Workspaces (`hd` of the ID token). Unset: everybody whom Google lets in.',
  }),
  OIDC_OP_URL: optional(issuer, {
    example: 'https://id.example.org/realms/main',
    meaning:
      'The issuer, to the letter as the provider writes it. Endpoints and keys are discovered from it. **Required**, unless OIDC_OP_TYPE and what belongs to it say the same, or the authorization, token and JWKS endpoints are set: then the issuer is looked for on the way to them.',
  }),
} as const
