/**
 * What a provider does that keeps to the standards, and what its words usually mean; every other type says only how it differs.
 */

import type { Denial, DenialRule, DeniedAnswer, Vendor } from '../vendor.ts'
import { STANDARD_FORM } from './tokens.ts'

/**
 * Names from no standard, used by LinkedIn, Apple, TARA in Estonia (`user_cancel`) and others.
 *
 * @see https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow, https://e-gov.github.io/TARA-Doku/TechnicalSpecification
 */
const CANCELLED =
  /^(?:user_cancel(?:l?ed)?(?:_[a-z]+)?|user_(?:denied|declined|refused)|(?:login|signin|sign_in|authentication|authorization|consent)_cancell?ed|consent_(?:denied|declined)|cancell?ed(?:_by_user)?)$/
/** @see https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow, Azure AD B2C (AADB2C90091) and others */
const CANCELLED_IN_WORDS =
  /\buser_(?:denied|cancell?ed)|\b(?:user|owner) (?:has )?(?:cancell?ed|denied|declined|rejected)\b(?! (?:by|due to|because)\b)|\bcancell?ed by (?:the )?user\b|\bdid not (?:authorize|consent)\b/i
/** In the words of Okta, which other products have taken over. @see https://developer.okta.com/docs/reference/error-codes/ */
const NOT_ALLOWED_IN_WORDS = /\bnot assigned to the client application\b|\bPolicy evaluation failed\b/i

/** For a provider about which nothing more is known: what its words say. */
export const standardDenial: DenialRule = ({ error, description, detail }) => {
  if (error !== 'access_denied' && error !== 'consent_required') return null
  if (CANCELLED_IN_WORDS.test(`${detail} ${description}`)) return 'cancelled'
  return NOT_ALLOWED_IN_WORDS.test(description) ? 'not_allowed' : null
}

/** For those that show people whom they do not let in a page of their own: a person who comes back has cancelled. */
export const cancelledDenial: DenialRule = ({ error }) => (error === 'access_denied' ? 'cancelled' : null)

/**
 * Whether an answer means that the person is not let in, and whether they cancelled or the provider refused them, if that is known.
 *
 * @param wasAsked whether the provider could ask the person something: people cannot cancel what they were never asked
 * @returns `null`: the answer is about something else
 */
export function denialIn(answer: DeniedAnswer, rule: DenialRule, wasAsked: boolean): Denial | null {
  if (CANCELLED.test(answer.error)) return 'cancelled'
  const denial = rule(answer)
  if (answer.error === 'access_denied') return denial ?? 'refused_by_provider'
  if (!wasAsked) return null
  return answer.error === 'consent_required' ? (denial ?? 'refused_by_provider') : denial
}

/** What makes a provider send a claim that the standard does not know, where nothing more is known of it. */
const OTHER_SOURCE = 'the provider must be told to put it into userinfo or the ID token'

/** A provider about which nothing more is known. */
export const STANDARD: Omit<Vendor, 'label' | 'console' | 'refusals'> = {
  facts: [],
  issuer: () => undefined,
  recognises: () => false,
  defaults: {},
  ownSetting: null,
  issuerProblem: () => null,
  whyRequired: () => null,
  ...STANDARD_FORM,
  issuersAt: (url) => [url],
  adviceOn: () => undefined,
  issues: (iss, issuer) => iss === issuer,
  isFrom: ({ iss }, issuer) => iss === issuer,
  accountIssuer: (iss) => iss,
  trustsAudience: () => false,
  notAllowed: () => null,
  furtherScopes: [],
  wantsConsentForOfflineAccess: true,
  parametersOf: () => ({}),
  passesOn: () => true,
  freshSignIn: (maxAgeSeconds) => ({ max_age: String(maxAgeSeconds) }),
  canSignInSilently: true,
  takesHintAtSignIn: true,
  leavesOutIssuer: false,
  isExpiredSignIn: () => false,
  refusesRefresh: (error) => error === 'invalid_grant',
  denialOf: standardDenial,
  accessTokenHint: undefined,
  accessTokenIssuer: (iss) => iss,
  ownSignOut: () => null,
  takesSignOutForm: true,
  needsHintAtSignOut: false,
  signOutParameters: (usual) => usual,
  emailVerified: (_claims, _email, said) => said,
  whyInactive: () => undefined,
  specialSource: () => null,
  otherSource: () => OTHER_SOURCE,
  // Entra behind an address of one's own counts as generic, and no other provider is known to leave groups out like this.
  tooManyGroups:
    'let the provider send fewer groups, or roles in their place ({groupsClaims}); Microsoft does so with the groups claim "Groups assigned to the application" (Token configuration)',
  needsListedScopes: false,
  takesUnlistedPkce: false,
  hasIssuerPerDomain: false,
  introspectsForAudience: false,
  otherPaths: () => [],
  factsFor: () => null,
  differenceOf: () => null,
  pathDifference: () => null,
  hostFix: () => null,
  behindProxy: '',
  adminApiOf: () => undefined,
}

/** An address, or its path, without slashes at its end. */
export function withoutSlash(text: string): string {
  let end = text.length
  while (text[end - 1] === '/') end -= 1
  return text.slice(0, end)
}
