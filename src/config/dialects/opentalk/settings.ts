/**
 * The settings of OpenTalk that Gatehouse knows, one entry each, by the names that they have in OpenTalk's file; read in `opentalk.ts`.
 */

import type { SearchPlace } from '../../../vendors/keycloak/user-search.ts'
import { optional as optionalOf, type Setting, type ValuesOf } from '../../schema/setting.ts'
import { bool, clientId, oneOf, text } from '../../values/kinds.ts'
import { names } from '../../values/lists.ts'
import { endpoint, issuer } from '../../values/urls.ts'

type About = Parameters<typeof optionalOf>[1]

/** All of them are known from OpenTalk; which of them are required depends on one another. */
function optional<T>(kind: Setting<T>['kind'], about: About & { default: NoInfer<T> }): Setting<T>
function optional<T>(kind: Setting<T>['kind'], about: About): Setting<T | undefined>
function optional<T>(kind: Setting<T>['kind'], about: About & { default?: T }): Setting<T> | Setting<T | undefined> {
  return optionalOf(kind, { ...about, origin: 'OpenTalk' })
}

/** Whom a search of people asks. */
const FIND_BEHAVIORS = ['disabled', 'from_database', 'from_user_search_backend', 'from_both'] as const

/** @see the documentation of the OpenTalk controller, version 0.33 */
export const opentalkSettings = {
  'keycloak.base_url': optional(issuer, {
    example: 'https://accounts.example.org/auth',
    meaning: 'Where the Keycloak is, with the path that it is under. **Required** in `[keycloak]`.',
  }),
  'keycloak.realm': optional(text, {
    example: 'MyRealm',
    meaning: 'The realm. Capital letters count. **Required** in `[keycloak]`.',
  }),
  'keycloak.client_id': optional(clientId, {
    example: 'Controller',
    meaning:
      'The confidential client of the controller. People sign in with it, unless OIDC_RP_CLIENT_ID names another. **Required** in `[keycloak]`.',
  }),
  'keycloak.client_secret': optional(text, {
    secret: true,
    example: 'the secret on the tab Credentials of that client',
    meaning: 'The secret of that client. **Required** in `[keycloak]`.',
  }),
  'oidc.authority': optional(issuer, {
    example: 'https://accounts.example.org/auth/realms/MyRealm',
    meaning: 'The issuer, exactly as the provider writes it. **Required** in `[oidc]`.',
  }),
  'oidc.frontend.authority': optional(issuer, {
    example: 'https://accounts.example.org/auth/realms/MyRealm',
    meaning:
      'The issuer under the name that browsers know it by. The provider may call itself this or oidc.controller.authority. Unset: oidc.authority.',
  }),
  'oidc.frontend.client_id': optional(clientId, {
    example: 'Frontend',
    meaning: 'The public client of the front end. Access tokens that it got are accepted. **Required** in `[oidc]`.',
  }),
  'oidc.controller.authority': optional(issuer, {
    example: 'http://localhost:8080/auth/realms/MyRealm',
    meaning: 'The issuer under the name that Gatehouse asks it by. Unset: oidc.authority.',
  }),
  'oidc.controller.client_id': optional(clientId, {
    example: 'Controller',
    meaning:
      'The confidential client of the controller. People sign in with it, unless OIDC_RP_CLIENT_ID names another. **Required** in `[oidc]`.',
  }),
  'oidc.controller.client_secret': optional(text, {
    secret: true,
    example: 'the secret on the tab Credentials of that client',
    meaning: 'The secret of that client. **Required** in `[oidc]`.',
  }),
  'keycloak.external_id_user_attribute_name': optional(text, {
    example: 'externalId',
    meaning:
      'The attribute of a user at the Keycloak that is the same as `sub`. Unset: the id of the user at the Keycloak is.',
  }),
  'user_search.backend': optional(oneOf(['keycloak_webapi']), {
    example: 'keycloak_webapi',
    meaning: 'Where to look for people who have not signed in yet. Unset: nowhere.',
  }),
  'user_search.api_base_url': optional(endpoint, {
    example: 'https://accounts.example.org/auth/admin/realms/MyRealm',
    meaning: 'The admin API of the realm. Unset: what belongs to the issuer, if it is that of a Keycloak.',
  }),
  'user_search.client_id': optional(clientId, {
    example: 'Search',
    meaning:
      'The client whose service account asks the admin API. It needs the roles query-users and view-users of realm-management. Unset: oidc.controller.client_id.',
  }),
  'user_search.client_secret': optional(text, {
    secret: true,
    example: 'the secret on the tab Credentials of that client',
    meaning: 'The secret of that client. Unset: oidc.controller.client_secret; required with user_search.client_id.',
  }),
  'user_search.external_id_user_attribute_name': optional(text, {
    example: 'externalId',
    meaning: 'The same as keycloak.external_id_user_attribute_name, for `[oidc]`.',
  }),
  'user_search.users_find_behavior': optional(oneOf(FIND_BEHAVIORS), {
    example: 'from_both',
    meaning:
      'Whom a search of people asks: no one, the people who have signed in here, the backend, or both. Unset: from_user_search_backend if there is a backend, else disabled.',
  }),
  'endpoints.disable_users_find': optional(bool, {
    default: false,
    example: 'true',
    meaning: 'For `[keycloak]`: the same as user_search.users_find_behavior = "disabled".',
  }),
  'endpoints.users_find_use_kc': optional(bool, {
    default: false,
    example: 'true',
    meaning:
      'For `[keycloak]`: whether a search of people asks the Keycloak; else it asks those who have signed in here.',
  }),
  'tenants.assignment': optional(oneOf(['static', 'by_external_tenant_id']), {
    default: 'static',
    example: 'by_external_tenant_id',
    meaning: 'Whether everybody is of one tenant, or of that in the claim `tenant_id`, which must then be there.',
  }),
  'tenants.static_tenant_id': optional(text, {
    default: 'OpenTalkDefaultTenant',
    example: 'OpenTalkDefaultTenant',
    meaning: 'The one tenant.',
  }),
  'tenants.external_tenant_id_user_attribute_name': optional(text, {
    default: 'tenant_id',
    example: 'tenant_id',
    meaning: 'The attribute of a user at the Keycloak by which a search of people stays within the tenant.',
  }),
  'tariffs.assignment': optional(oneOf(['static', 'by_external_tariff_id']), {
    default: 'static',
    example: 'by_external_tariff_id',
    meaning: 'Whether everybody has one tariff, or that in the claim `tariff_id`, which must then be there.',
  }),
  'tariffs.static_tariff_name': optional(text, {
    default: 'OpenTalkDefaultTariff',
    example: 'OpenTalkDefaultTariff',
    meaning: 'The one tariff.',
  }),
  'tariffs.status_mapping.downgraded_tariff_name': optional(text, {
    example: 'OpenTalkFreeTariff',
    meaning: 'The tariff of people whose status is downgraded. The four of this mapping go together.',
  }),
  'tariffs.status_mapping.default': optional(names, {
    example: 'default, trial',
    meaning: 'The values of the claim `tariff_status` that mean default. With a mapping the claim must be there.',
  }),
  'tariffs.status_mapping.paid': optional(names, {
    example: 'paid',
    meaning: 'Those that mean paid.',
  }),
  'tariffs.status_mapping.downgraded': optional(names, {
    example: 'downgraded, unpaid',
    meaning: 'Those that mean downgraded. A value may be in one list only.',
  }),
  'avatar.libravatar_url': optional(endpoint, {
    example: 'https://seccdn.libravatar.org/avatar/',
    meaning:
      'Where pictures are of people who are found and have none: the SHA-256 of their e-mail address is put behind it, which tells that server who is looked at. Unset: they have no picture; OpenTalk asks seccdn.libravatar.org then.',
  }),
  'defaults.user_language': optional(text, {
    example: 'de-DE',
    meaning: 'What users/me says is the language of people whose provider does not say it.',
  }),
} as const

export type OpenTalkSettingName = keyof typeof opentalkSettings

/** All of them, each of its own type. */
export type OpenTalkValues = ValuesOf<typeof opentalkSettings>

/** What OpenTalk's settings say, checked. */
export interface OpenTalk {
  readonly settings: OpenTalkValues
  /** How the provider may call itself, the name that we ask it by first; empty: there is neither `[keycloak]` nor `[oidc]`. */
  readonly issuers: readonly string[]
  /** The confidential client; `null`: there is neither `[keycloak]` nor `[oidc]`. */
  readonly controller: { readonly clientId: string; readonly clientSecret: string } | null
  /** The public client of the front end; `null`: the settings do not say. */
  readonly frontendClientId: string | null
}

export type FindBehavior = (typeof FIND_BEHAVIORS)[number]

/** Where people are searched, and who asks. */
export interface UserSearch extends SearchPlace {
  readonly clientSecret: string
}
