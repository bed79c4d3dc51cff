/**
 * What a provider does that keeps to the standards, what its access tokens look like, and what its words usually mean; every other type
 * says only how it differs.
 *
 * An ID token must never pass for an access token. So no form relies on what an ID token may have, too, and where only the presence of a
 * claim decides, the token must not be meant for the client that it was issued to, as every ID token is.
 */
import { audiencesOf, claimAt, isEmpty, isText, jsonIn, namesIn } from '../../claims/claim-values.ts'
import type {
  AccessTokenForm,
  Claims,
  Denial,
  DenialRule,
  DeniedAnswer,
  Principal,
  TokenFacts,
  Vendor,
} from '../vendor.ts'

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

/** An address, or its path, without slashes at its end. */
export function withoutSlash(text: string): string {
  let end = text.length
  while (text[end - 1] === '/') end -= 1
  return text.slice(0, end)
}

/**
 * A token whose subject is its client is the program's own. Without a subject, only a signed `at+jwt` shows that: the answer of an
 * introspection endpoint may leave out the `sub` of a person, too, as Doorkeeper does.
 *
 * @see RFC 9068 section 2.2, "sub"; RFC 7662 section 2.2, "sub" and "username"
 */
export function standardPrincipal({ claims, client, isProfiled }: TokenFacts): Principal | undefined {
  const { sub, sid, auth_time, username, preferred_username, email, gty } = claims
  const isOfPerson = [sid, auth_time, username, preferred_username, email].some(isSaid)
  if (sub === undefined) return isProfiled && client !== undefined && !isOfPerson ? 'service' : undefined
  if (sub === client) return isOfPerson ? undefined : 'service'
  // An Auth0 with a custom domain may be configured as a generic provider.
  if (gty === 'client-credentials' || sub === `${client}@clients`) return undefined
  return client !== undefined || isSaid(username) ? 'user' : undefined
}

/**
 * Whether `typ` is what Keycloak writes into access tokens: `DPoP` where they are bound to a key, and `Bearer` otherwise.
 *
 * @see https://www.keycloak.org/securing-apps/dpop
 */
export function hasKeycloakTyp({ typ }: Claims): boolean {
  return typ === 'Bearer' || typ === 'DPoP'
}

/** A time of 0 and an empty text say nothing; some programs write them where they do not know the value. */
export function isSaid(value: unknown): boolean {
  return !isEmpty(value) && value !== 0
}

/** Claims of ID tokens and of logout tokens. @see OpenID Connect Core 1.0 section 2 and 3.3.2.11, Back-Channel Logout 1.0 section 2.4 */
const NEVER = ['nonce', 'at_hash', 'c_hash', 's_hash', 'events'] as const

/** Whether the claims say outright that this is not an access token. */
export function saysOtherToken(claims: Claims): boolean {
  const { token_use } = claims
  const isOtherUse = token_use !== undefined && token_use !== 'access' && token_use !== 'access_token'
  return isOtherUse || NEVER.some((name) => claims[name] !== undefined)
}

/**
 * Whether claims call themselves those of an access token, where Keycloak says what others say in the header, and have nothing that an
 * access token never has. A nonce does not count here: Keycloak wrote it into both kinds of token before version 25.
 */
export function callsItselfAccessToken(claims: Claims): boolean {
  return hasKeycloakTyp(claims) && !saysOtherToken({ ...claims, nonce: undefined })
}

/** What tokens look like by the standards: only the header says that one is an access token. */
export const STANDARD_FORM: AccessTokenForm = {
  isAccessToken: () => false,
  clientOf: ({ client_id, azp }) => firstText(client_id, azp),
  principalOf: standardPrincipal,
  rolesIn: (claims) => rolesAt(claims, 'roles') ?? rolesAt(claims, 'realm_access.roles'),
  accessTokenHint:
    'if it is an access token, {accessTokenForm} says how this provider writes them (docs/providers/generic.md)',
}

/** An ID token is for the client that it was issued to, and perhaps for others as well. @see OpenID Connect Core 1.0 section 2, "aud" */
export function isForItsClient(claims: Claims, client: unknown): boolean {
  return audiencesOf(claims).some((audience) => audience === client)
}

/** The first of them that is there, if it is text. */
export function firstText(...values: readonly unknown[]): string | undefined {
  const value = values.find((one) => one !== undefined && one !== null)
  return isText(value) ? value : undefined
}

/** The texts of a list; `undefined`: it is no list. */
export function textsIn(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.filter(isText) : undefined
}

/** Roles in any of the shapes that providers send, except a single text; `undefined`: they are not there, or none of them can be read. */
export function rolesAt(claims: Claims, name: string): readonly string[] | undefined {
  const claim = claimAt(claims, name)
  const value = typeof claim === 'string' ? jsonIn(claim) : claim
  if (value === undefined || value === null) return undefined
  const { names, isComplete } = namesIn(value)
  return names.length > 0 || isComplete || Array.isArray(value) ? names : undefined
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
