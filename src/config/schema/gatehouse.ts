/**
 * The settings of Gatehouse itself, by subject; those of a provider are in `provider.ts`.
 */
import { djangoSettings } from '../dialects/la-suite/django.ts'
import { bool, listOf, secrets } from '../values/kinds.ts'
import { hosts } from '../values/lists.ts'
import { origin, target } from '../values/urls.ts'
import { accountSyncSettings } from './account-sync.ts'
import { administratorSettings } from './administrators.ts'
import { allowListSettings } from './allow-lists.ts'
import { brandSettings } from './brand.ts'
import { permissionSettings } from './permissions.ts'
import { sessionSettings } from './session.ts'
import { optional, required } from './setting.ts'
import { tokenSettings } from './tokens.ts'
import { visitSettings } from './visits.ts'

/** What a request may be allowed to pass on. Parameters of the protocol itself can never come from a request. */
const PASSED_ON = ['ui_locales', 'kc_idp_hint', 'domain_hint', 'prompt', 'invitation', 'organization'] as const

export const ownSettings = {
  baseUrl: required(origin, {
    name: 'BASE_URL',
    origin: 'Gatehouse',
    example: 'https://login.example.org',
    meaning:
      'Where Gatehouse itself is reached. Redirect URIs are built from it, never from the request. Unset: see DJANGO_ALLOWED_HOSTS.',
  }),
  sealingSecrets: required(secrets, {
    name: 'GATEHOUSE_SECRET',
    origin: 'Gatehouse',
    secret: true,
    example: 'the output of: openssl rand -base64 32',
    meaning:
      'Seals cookies and stored provider tokens. Several are separated by blanks: the first seals, all open, so that a secret can be changed without signing anyone out. Unset: see DJANGO_SECRET_KEY.',
  }),
  passableParameters: optional(listOf(PASSED_ON), {
    name: 'GATEHOUSE_LOGIN_PARAMETERS',
    default: ['ui_locales'],
    origin: 'Gatehouse',
    example: 'ui_locales kc_idp_hint prompt',
    meaning:
      'What a sign-in may pass on to the provider from its own query, beside login_hint. Of `prompt` only login, select_account and consent; `invitation` and `organization` are those of Auth0.',
  }),
  logoutByGet: optional(bool, {
    name: 'ALLOW_LOGOUT_GET_METHOD',
    default: false,
    example: 'true',
    meaning:
      'Lets a page of the same host sign out with a plain link. Everybody else, other sites included, still gets the page that asks. Off: a link always leads to that page.',
  }),
  allowedReturnHosts: optional(hosts, {
    name: 'OIDC_REDIRECT_ALLOWED_HOSTS',
    default: [],
    example: 'app.example.org, https://meet.example.org:8443',
    meaning:
      'Other hosts that `returnTo` may lead to. Without a scheme: https (http on this machine). Everything else goes to LOGIN_REDIRECT_URL.',
  }),
  loginRedirectUrl: optional(target, {
    name: 'LOGIN_REDIRECT_URL',
    default: '/',
    example: 'https://meet.example.org/',
    meaning: 'Where people go after signing in, without a valid `returnTo`.',
  }),
  loginFailureUrl: optional(target, {
    name: 'LOGIN_REDIRECT_URL_FAILURE',
    example: 'https://meet.example.org/sign-in-failed',
    meaning:
      'Where people go when a sign-in fails, with `?error=<code>&ref=<reference>`. Unset: a page of Gatehouse that says what to do.',
  }),
  logoutRedirectUrl: optional(target, {
    name: 'LOGOUT_REDIRECT_URL',
    default: '/',
    example: 'https://meet.example.org/',
    meaning: 'Where people go after signing out.',
  }),
  ...allowListSettings,
  ...permissionSettings,
  ...administratorSettings,
  ...brandSettings,
  ...accountSyncSettings,
  ...sessionSettings,
  ...visitSettings,
  ...djangoSettings,
  ...tokenSettings,
} as const
