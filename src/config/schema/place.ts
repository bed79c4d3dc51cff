/**
 * The settings of one provider that say which it is, where it is, and whose people it may send; part of `provider.ts`.
 */
import { PROVIDER_TYPES } from '../../vendors/vendors.ts'
import { oneOf, text, word } from '../values/kinds.ts'
import { domains, tenant, tenants } from '../values/organizations.ts'
import { hostName, issuer } from '../values/urls.ts'
import { optional } from './setting.ts'

export const placeSettings = {
  type: optional(oneOf(PROVIDER_TYPES), {
    name: 'OIDC_OP_TYPE',
    origin: 'Gatehouse',
    example: 'keycloak',
    meaning:
      'Which provider it is. It knows the form of the issuer and what this provider does differently from others. Unset: told from OIDC_OP_URL.',
  }),
  providerBaseUrl: optional(issuer, {
    name: 'OIDC_OP_BASE_URL',
    origin: 'Gatehouse',
    example: 'https://id.example.org/auth',
    meaning:
      'In place of OIDC_OP_URL, for keycloak (with OIDC_OP_REALM), authentik (with OIDC_OP_SLUG) and dex: where it is, with the path that it is under, such as /auth.',
  }),
  realm: optional(text, {
    name: 'OIDC_OP_REALM',
    origin: 'Gatehouse',
    example: 'main',
    meaning: 'The realm of a keycloak. Capital letters count.',
  }),
  slug: optional(word, {
    name: 'OIDC_OP_SLUG',
    origin: 'Gatehouse',
    example: 'gatehouse',
    meaning: 'The slug of the application at an authentik.',
  }),
  domain: optional(hostName, {
    name: 'OIDC_OP_DOMAIN',
    origin: 'Gatehouse',
    example: 'example.eu.auth0.com',
    meaning:
      'In place of OIDC_OP_URL, for auth0, okta, zitadel, gitlab and proconnect: the host of the tenant, instance or environment.',
  }),
  tenant: optional(tenant, {
    name: 'OIDC_OP_TENANT',
    origin: 'Gatehouse',
    example: '88888888-8888-8888-8888-888888888888',
    meaning:
      'In place of OIDC_OP_URL, for entra: the directory (tenant) id. `organizations` or `common` let in people of several tenants, `consumers` personal accounts.',
  }),
  allowedTenants: optional(tenants, {
    name: 'OIDC_OP_ALLOWED_TENANTS',
    origin: 'Gatehouse',
    example: '88888888-8888-8888-8888-888888888888',
    meaning:
      'Whose people may come in through an entra that serves several tenants: the directory (tenant) ids, or * for everybody. **Required** with `organizations` and `common`.',
  }),
  hostedDomains: optional(domains, {
    name: 'OIDC_OP_HOSTED_DOMAINS',
    origin: 'Gatehouse',
    example: 'example.org',
    meaning:
      'Whose people may come in through google: the domains of the Workspaces (`hd` of the ID token). Unset: everybody whom Google lets in.',
  }),
  issuer: optional(issuer, {
    name: 'OIDC_OP_URL',
    example: 'https://id.example.org/realms/main',
    meaning:
      'The issuer, exactly as the provider writes it. Endpoints and keys are discovered from it. **Required**, unless OIDC_OP_TYPE and what belongs to it say the same, or the authorization, token and JWKS endpoints are set: then the issuer is looked for on the way to them.',
  }),
} as const
