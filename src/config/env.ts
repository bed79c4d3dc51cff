/**
 * The settings of Gatehouse itself, one entry each, and what comes out of all settings; those of a provider are in `provider-settings.ts`.
 */
import type { D1Database, KVNamespace } from '@cloudflare/workers-types'
import { administratorSettings } from './administrator-settings.ts'
import { djangoSettings } from './django-settings.ts'
import { fixedSettings } from './fixed-settings.ts'
import { bool, listOf, secrets } from './kinds.ts'
import { hosts } from './lists.ts'
import type { OpenTalk, UserSearch } from './opentalk-settings.ts'
import type { ProviderType } from './place-settings.ts'
import { providerSettings } from './provider-settings.ts'
import { sessionSettings } from './session-settings.ts'
import { optional, required, type ValuesOf } from './setting.ts'
import { tokenSettings } from './token-settings.ts'
import { origin, target } from './urls.ts'
import { visitSettings } from './visit-settings.ts'

/** What a request may be allowed to pass on. Parameters of the protocol itself can never come from a request. */
const PASSED_ON = ['ui_locales', 'kc_idp_hint', 'domain_hint', 'prompt'] as const

export const ownSettings = {
  BASE_URL: required(origin, {
    origin: 'Gatehouse',
    example: 'https://login.example.org',
    meaning:
      'Where Gatehouse itself is reached. Redirect URIs are built from it, never from the request. Unset: see DJANGO_ALLOWED_HOSTS.',
  }),
  GATEHOUSE_SECRET: required(secrets, {
    origin: 'Gatehouse',
    secret: true,
    example: 'the output of: openssl rand -base64 32',
    meaning:
      'Seals cookies and stored provider tokens. Several are separated by blanks: the first seals, all open, so that a secret can be changed without signing anybody out. Unset: see DJANGO_SECRET_KEY.',
  }),
  GATEHOUSE_LOGIN_PARAMETERS: optional(listOf(PASSED_ON), {
    default: ['ui_locales'],
    origin: 'Gatehouse',
    example: 'ui_locales kc_idp_hint prompt',
    meaning:
      'What a sign-in may pass on to the provider from its own query, beside login_hint. Of `prompt` only login, select_account and consent.',
  }),
  ALLOW_LOGOUT_GET_METHOD: optional(bool, {
    default: false,
    example: 'true',
    meaning:
      'Lets a page of the same host sign out with a plain link. Everybody else, other sites included, still gets the page that asks. Off: a link always leads to that page.',
  }),
  OIDC_REDIRECT_ALLOWED_HOSTS: optional(hosts, {
    default: [],
    example: 'app.example.org, https://meet.example.org:8443',
    meaning:
      'Other hosts that `returnTo` may lead to. Without a scheme: https (http on this machine). Everything else goes to LOGIN_REDIRECT_URL.',
  }),
  LOGIN_REDIRECT_URL: optional(target, {
    default: '/',
    example: 'https://meet.example.org/',
    meaning: 'Where people go after signing in, without a valid `returnTo`.',
  }),
  LOGIN_REDIRECT_URL_FAILURE: optional(target, {
    example: 'https://meet.example.org/sign-in-failed',
    meaning:
      'Where people go when a sign-in fails, with `?error=<code>&ref=<reference>`. Unset: a page of Gatehouse that says what to do.',
  }),
  LOGOUT_REDIRECT_URL: optional(target, {
    default: '/',
    example: 'https://meet.example.org/',
    meaning: 'Where people go after signing out.',
  }),
  ...administratorSettings,
  ...sessionSettings,
  ...visitSettings,
  ...djangoSettings,
  ...tokenSettings,
} as const

/** Every setting there is, for whoever goes through them all. */
export const settings = { ...ownSettings, ...fixedSettings, ...providerSettings } as const

export type SettingName = keyof typeof settings

/** One provider, with everything that its type decides already decided. */
export type ProviderConfig = Omit<ValuesOf<typeof providerSettings>, 'OIDC_OP_TYPE'> & {
  /** Names it in paths, cookies, the log and the database. */
  readonly id: string
  /** Names it for people. */
  readonly name: string
  readonly OIDC_OP_TYPE: ProviderType
  /** Other names that the provider may call itself by, if it is asked by another name than browsers know it by. */
  readonly otherIssuers: readonly string[]
  /** The host that introspection and userinfo are to believe they were asked by; `null`: the one that they are asked by. */
  readonly forwardedHost: string | null
  /** Where people are looked for who have not signed in yet; `null`: nowhere. */
  readonly userSearch: UserSearch | null
}

/** The settings of Gatehouse itself, under the names that operators know. */
export type OwnConfig = ValuesOf<typeof ownSettings>

/** All settings, checked and frozen. */
export type Config = OwnConfig & {
  /** The first is the one that people sign in with who say nothing else. */
  readonly providers: readonly [ProviderConfig, ...ProviderConfig[]]
  /** `null`: no setting of OpenTalk is in use. */
  readonly opentalk: OpenTalk | null
}

/** The bindings of the Worker. Everything else in it is a setting and unchecked until `load.ts` has read it. */
export interface Env {
  readonly KV: KVNamespace
  readonly DB: D1Database
  readonly [setting: string]: unknown
}
