/**
 * What access tokens look like by the standards, and how the claims of one are read; the forms of each vendor are in its own file.
 *
 * An ID token must never pass for an access token. So no form relies on what an ID token may have, too, and where only the presence of a
 * claim decides, the token must not be meant for the client that it was issued to, as every ID token is.
 */
import { audiencesOf, claimAt, jsonIn, namesIn } from '../../claims/claim-values.ts'
import { isEmpty, isText } from '../../claims/values.ts'
import type { AccessTokenForm, Claims, Principal, TokenFacts } from '../vendor.ts'

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
