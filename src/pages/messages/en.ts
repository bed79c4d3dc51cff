/**
 * Every sentence that people read, in English; the other languages have the same members.
 */
import { nameOf } from '../../config/names.ts'
import type { Result } from '../../diagnosis/check.ts'
import type { ErrorCode, ReasonOf } from '../../reasons.ts'
import { people } from './people/en.ts'
import type { PeopleMessages } from './people/sentences.ts'

export interface Sentences {
  readonly title: string
  readonly text: string
}

export interface Messages {
  readonly signIn: string
  readonly chooseProvider: string
  readonly signInOtherwise: string
  readonly signInWithProConnect: string
  readonly whatIsProConnect: string
  readonly signOut: string
  readonly signInAgain: string
  readonly toStart: string
  readonly cancel: string
  readonly support: string
  readonly imprint: string
  readonly notSignedIn: string
  readonly signedOut: string
  readonly signedOutHint: string
  readonly signedInAs: (name: string) => string
  readonly unnamed: string
  readonly signedInHint: string
  readonly signOutQuestion: string
  readonly signOutHint: string
  readonly signOutEverywhere: string
  readonly signOutEverywhereQuestion: string
  readonly signOutEverywhereHint: string
  readonly signOutAtProviderHint: string
  readonly signedOutHere: string
  readonly signedOutHereHint: string
  readonly goOn: string
  readonly missingClaims: (names: string) => string
  readonly diagnosis: {
    readonly title: string
    readonly wellTitle: string
    readonly failedTitle: (count: number) => string
    /** @param time date and time in UTC */
    readonly lookedAt: (time: string) => string
    readonly again: string
    readonly fix: string
    readonly results: Readonly<Record<Result, string>>
    readonly notAdministratorTitle: string
    readonly notAdministratorText: string
  }
  /** The account page and the pages for administrators. */
  readonly people: PeopleMessages
  readonly reference: (reference: string) => string
  readonly failures: Readonly<Record<ErrorCode, Sentences>>
  /** In the place of `failures.access_denied`, where it is known which of its two meanings it has. */
  readonly denials: Readonly<Record<Extract<ReasonOf<'access_denied'>, 'cancelled' | 'not_allowed'>, Sentences>>
  /** In the place of `failures`, where trying again does not help and only the operator can. */
  readonly setUpWrong: Sentences
}

export const en: Messages = {
  signIn: 'Sign in',
  chooseProvider: 'How do you want to sign in?',
  signInOtherwise: 'Sign in another way',
  signInWithProConnect: 'Sign in with ProConnect',
  whatIsProConnect: 'What is ProConnect?',
  signOut: 'Sign out',
  signInAgain: 'Sign in again',
  toStart: 'To the start page',
  cancel: 'Cancel',
  support: 'Help',
  imprint: 'Imprint',
  notSignedIn: 'You are not signed in',
  signedOut: 'You are signed out',
  signedOutHint: 'You sign in with the account of your organisation. There is no password here.',
  signedInAs: (name) => `Hello, ${name}`,
  unnamed: 'there',
  signedInHint: 'You are signed in. You can close this page.',
  signOutQuestion: 'Sign out?',
  signOutHint: 'You will be signed out here and at your organisation’s sign-in service.',
  signOutEverywhere: 'Sign out on all devices',
  signOutEverywhereQuestion: 'Sign out on all devices?',
  signOutEverywhereHint: 'Every browser in which you are signed in here will be signed out.',
  signOutAtProviderHint: 'One step is left: sign out at your organisation’s sign-in service.',
  signedOutHere: 'You are signed out here',
  signedOutHereHint:
    'Your organisation’s sign-in service does not answer at the moment, so you may still be signed in there. On a computer that you share with others, close the browser, or sign in and out again later.',
  goOn: 'Go on',
  missingClaims: (names) =>
    `For your administrator: the missing claims are ${names}. The log says, under the reference below, which scope or mapper brings each.`,
  diagnosis: {
    title: 'Diagnosis',
    wellTitle: 'Nothing is wrong that can be seen from here',
    failedTitle: (count) => (count === 1 ? 'One thing needs attention' : `${count} things need attention`),
    lookedAt: (time) => `Seen by Gatehouse, from where it runs, on ${time} UTC.`,
    again: 'Look again',
    fix: 'What to do:',
    results: { pass: 'Pass', fail: 'Fail', 'cannot tell': 'Cannot tell' },
    notAdministratorTitle: 'Only for administrators',
    notAdministratorText: `You are signed in, but not as an administrator of Gatehouse. Its operator can make you one by adding this to ${nameOf('administrators')}:`,
  },
  people,
  reference: (reference) => `Reference: ${reference}`,
  failures: {
    access_denied: {
      title: 'You were not signed in',
      text: 'The sign-in was cancelled, or your organisation does not let this account in. If you did not cancel, ask your administrator.',
    },
    account_disabled: {
      title: 'Your account here is disabled',
      text: 'You signed in, but your account with this service was disabled. If you think that this is a mistake, give the reference below to your administrator.',
    },
    account_not_allowed: {
      title: 'This account is not allowed here',
      text: 'You signed in, but this service lets in only certain people, and this account is not among them. If you have another account, sign in with that one; otherwise give the reference below to your administrator.',
    },
    account_unknown: {
      title: 'You have no account here',
      text: 'You signed in, but this service has no account for you and does not create one by itself. If you have another account at your organisation, sign in with that one; otherwise ask your administrator for an account here.',
    },
    authentication_too_weak: {
      title: 'A stronger sign-in is needed',
      text: 'This page asks for a stronger or more recent sign-in than your organisation’s sign-in service gave. Please try again, and sign in there with the second factor that your organisation uses.',
    },
    claims_missing: {
      title: 'Your account lacks something',
      text: 'Your organisation’s sign-in service did not tell us enough about your account. Give the reference below to your administrator.',
    },
    clock_skew: {
      title: 'The clocks do not agree',
      text: 'Your organisation’s sign-in service and this service disagree about the time. Please try again; if this keeps happening, give the reference below to your administrator.',
    },
    conflict: { title: 'This exists already', text: 'Nothing was changed.' },
    csrf_refused: {
      title: 'Please press the button yourself',
      text: 'This request did not come from our own page, so nothing was done.',
    },
    email_conflict: {
      title: 'We cannot tell which account is yours',
      text: 'You were not signed in. Only your administrator can fix that: give them the reference below.',
    },
    interaction_required: {
      title: 'Please sign in yourself',
      text: 'Your organisation’s sign-in service needs you to do something before it can sign you in.',
    },
    internal: {
      title: 'Something went wrong here',
      text: 'That is our fault, not yours. Please try again; if this keeps happening, give the reference below to your administrator.',
    },
    invalid_client: { title: 'Unknown application', text: 'The application is not known here.' },
    invalid_request: {
      title: 'This request cannot be understood',
      text: 'The address or the form was not complete. Please start again from the beginning.',
    },
    login_ended: {
      title: 'You signed out meanwhile',
      text: 'While you were signing in here, your organisation’s sign-in service said that you have signed out there. Nothing is lost: just sign in again.',
    },
    login_expired: {
      title: 'Your sign-in took too long',
      text: 'The page of your organisation’s sign-in service was open for too long. Nothing is lost: just sign in again.',
    },
    login_required: { title: 'Please sign in', text: 'This page is for people who are signed in.' },
    method_not_allowed: {
      title: 'This page cannot do that',
      text: 'The page exists, but not for this kind of request.',
    },
    not_configured: {
      title: 'Sign-in is not set up yet',
      text: 'The operator of this service still has to complete its settings. The log says which ones.',
    },
    not_found: { title: 'There is no such page', text: 'Please check the address.' },
    payload_too_large: { title: 'The request is too large', text: 'It is larger than anything this service needs.' },
    provider_error: {
      title: 'The sign-in did not work',
      text: 'Your organisation’s sign-in service gave an answer that cannot be used. Please try again; if this keeps happening, give the reference below to your administrator.',
    },
    provider_unreachable: {
      title: 'The identity provider cannot be reached',
      text: 'Your organisation’s sign-in service does not answer at the moment. Please try again in a minute. People who are already signed in stay signed in.',
    },
    rate_limited: { title: 'Too many requests', text: 'Please try again in a minute.' },
    state_unknown: {
      title: 'Please start again',
      text: 'This sign-in was already completed, took too long, or was started in another browser. Nothing is lost: just sign in again. If this page comes back, allow cookies for this site.',
    },
    store_unavailable: {
      title: 'Please try again in a moment',
      text: 'This service cannot look up sessions at the moment. You have not been signed out.',
    },
    temporarily_unavailable: {
      title: 'Please try again in a moment',
      text: 'We could not check your sign-in in time. Your organisation’s sign-in service is there, and you have done nothing wrong: just sign in again.',
    },
    token_invalid: {
      title: 'The sign-in was refused',
      text: 'The answer of your organisation’s sign-in service did not pass our checks. Please try again; if this keeps happening, give the reference below to your administrator.',
    },
  },
  setUpWrong: {
    title: 'Sign-in is not set up correctly',
    text: 'Your organisation’s sign-in service is not where the settings of this service say. Trying again does not help: give the reference below to your administrator.',
  },
  denials: {
    cancelled: {
      title: 'You did not agree',
      text: 'You cancelled the sign-in, or did not agree to what your organisation’s sign-in service asked. Nothing has changed. If you want to come in, just sign in again.',
    },
    not_allowed: {
      title: 'You do not have access',
      text: 'Your organisation’s sign-in service does not let your account into this service. If you should have access, ask your administrator, and give them the reference below.',
    },
  },
}
