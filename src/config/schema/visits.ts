/**
 * The settings of how people get in and what they meet there: addresses, the start page, and what a page may know of it.
 */

import { bool, wholeBetween, word } from '../values/kinds.ts'
import { paths } from '../values/lists.ts'
import { callbackTarget, endpoint, target } from '../values/urls.ts'
import { optional } from './setting.ts'

/** As many sign-ins may be under way in a browser: each has a cookie, and servers refuse requests with long headers. */
export const ATTEMPTS_MAX = 7

export const visitSettings = {
  returnToField: optional(word, {
    name: 'OIDC_REDIRECT_FIELD_NAME',
    default: 'returnTo',
    example: 'next',
    meaning: 'The parameter that says where to go after signing in.',
  }),
  unauthenticatedUrl: optional(target, {
    name: 'OIDC_REDIRECT_UNAUTHENTICATED_URL',
    example: 'https://www.example.org/welcome',
    meaning:
      'Where a visitor of a page is sent who is not signed in, with the page as `returnTo`, in place of our own page and of the provider. Applications that ask still get 401. A visitor who comes back from a failed sign-in stays and reads why.',
  }),
  callbackPath: optional(callbackTarget, {
    name: 'OIDC_AUTHENTICATION_CALLBACK_URL',
    example: '/oidc/callback/',
    meaning:
      'The path where the provider’s answer comes back, in place of `/api/v1.0/callback/`. The name of a Django route is passed over.',
  }),
  pendingLoginsMax: optional(wholeBetween(1, 1_000_000, 'sign-ins'), {
    name: 'OIDC_MAX_STATES',
    default: ATTEMPTS_MAX,
    example: '5',
    meaning: `How many sign-ins may be under way in one browser, each for 10 minutes; the oldest is dropped. More than ${ATTEMPTS_MAX} are ${ATTEMPTS_MAX}, with a warning.`,
  }),
  exemptPaths: optional(paths, {
    name: 'OIDC_EXEMPT_URLS',
    default: [],
    example: '/api/v1.0/users/me/',
    meaning:
      'Paths at which the provider is not asked whether the session goes on. Names of Django routes have no effect.',
  }),
  silentSignIn: optional(bool, {
    name: 'FRONTEND_IS_SILENT_LOGIN_ENABLED',
    default: true,
    example: 'false',
    meaning:
      'A visitor of the start page who is signed out is signed in without being asked, if the provider knows them: one attempt in 30 seconds, none before the first sign-in with these settings, none after signing out, after a refused sign-in or after the session was ended, and none at a provider that cannot do it. `?silentLogin=false` leaves it out. Applications learn of it at /api/v1.0/config/.',
  }),
  externalHomeUrl: optional(endpoint, {
    name: 'FRONTEND_EXTERNAL_HOME_URL',
    example: 'https://www.example.org/',
    meaning:
      'Where the start page leads visitors who are not signed in, if their browser can reach it. A redirect from there to another host counts as not reachable.',
  }),
  proConnectButton: optional(bool, {
    name: 'FRONTEND_USE_PROCONNECT_BUTTON',
    default: false,
    example: 'true',
    meaning: 'The button to sign in is that of ProConnect.',
  }),
  allowGuests: optional(bool, {
    name: 'ALLOW_UNREGISTERED_ROOMS',
    aliases: ['ALLOW_GUESTS'],
    default: false,
    example: 'true',
    meaning:
      'Visitors who are not signed in may stay on a page, and OIDC_REDIRECT_UNAUTHENTICATED_URL sends none of them away; with a name to show, they may be guests for an hour (POST /api/v1.0/guest/), who may do what GATEHOUSE_GUEST_PERMISSIONS says.',
  }),
  canEditDisplayName: optional(bool, {
    name: 'AUTHENTICATED_PARTICIPANTS_CAN_EDIT_DISPLAY_NAME',
    default: true,
    example: 'false',
    meaning:
      'Tells applications, at /api/v1.0/config/, whether people who are signed in may choose another name to show.',
  }),
  allowUserListing: optional(bool, {
    name: 'ALLOW_UNSECURE_USER_LISTING',
    default: false,
    example: 'true',
    meaning:
      'Lets anyone who is signed in find others of the same provider and tenant at /api/v1.0/users/?q=, by 3 characters or more of a name or an address, 20 at most. There is never a list of everybody. Off: no one is found there.',
  }),
} as const
