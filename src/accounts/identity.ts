/**
 * Claims of the provider as an Identity: what Gatehouse keeps of a person (names, groups, whether the address is verified), and the texts
 * by which people are found; nothing is stored here.
 */

import * as v from 'valibot'
import { type Claims, claimAt, claimsElsewhere, namesIn, TEXT_MAX_CHARACTERS, text } from '../claims/claim-values.ts'
import { foldedAddress, verificationOf } from '../claims/verified-address.ts'
import type { ProviderConfig } from '../config/model.ts'
import { distance } from '../config/values/nearest.ts'
import { type ProviderType, VENDORS } from '../vendors/vendors.ts'
import { type Identity, TEXT_MEMBERS, type TextMember } from './person.ts'

/** The settings of a provider that decide what its claims mean. */
export type IdentityRules = Pick<ProviderConfig, 'type'> & NameRules & GroupRules

/** The claims that are kept as text; ProConnect has no family_name. Names by the rules of the settings are made of others. */
type TextClaim = Exclude<TextMember, 'full_name' | 'short_name'> | 'usual_name'

/** The claims that must be text. */
export const TEXT_CLAIMS: readonly string[] = [
  ...TEXT_MEMBERS.filter((name) => name !== 'full_name' && name !== 'short_name'),
  'usual_name',
]

/** What is kept of a claim that is text, where that is not the text itself. */
const KEPT: Readonly<Record<string, (text: string) => string | null>> = {
  email: foldedAddress,
  picture: (picture) => (picture.startsWith('https://') && URL.canParse(picture) ? picture : null),
}

/**
 * Reads what is known of a person from claims. Never fails: what cannot be read counts as not said.
 *
 * @param claims of the ID token and userinfo, already verified
 * @param rules of the provider that they are from
 */
export function identityOf(claims: Claims, rules: IdentityRules): Identity {
  const { usual_name, ...texts } = textsOf(claims)
  return {
    ...texts,
    family_name: texts.family_name ?? usual_name,
    email_verified: emailVerifiedOf(claims, texts.email, rules.type),
    x_grp: groupsOf(claims, rules),
    roles: rolesOf(claims, rules),
    full_name: fullNameOf(claims, rules),
    short_name: shortNameOf(claims, rules),
  }
}

function textsOf(claims: Claims): Record<TextClaim, string | null> {
  const read = (name: string) => {
    const said = v.parse(text, claims[name])
    const keep = KEPT[name]
    return said === null || keep === undefined ? said : keep(said)
  }
  // TEXT_CLAIMS has exactly these names.
  return Object.fromEntries(TEXT_CLAIMS.map((name) => [name, read(name)])) as Record<TextClaim, string | null>
}

/**
 * Whether the provider says that the address of these claims is verified. Where its claims disagree, a no outweighs a yes.
 *
 * @param email the address as it is kept
 * @returns `null`: it does not say
 */
export function emailVerifiedOf(claims: Claims, email: string | null, type: ProviderType): boolean | null {
  // Blanks around it were taken away, or its end was cut off: what is kept is not what the provider speaks of.
  if (typeof claims.email === 'string' && email !== null && foldedAddress(claims.email) !== email) return false
  const said = verificationOf(claims, 'email_verified')
  return email === null ? said : VENDORS[type].emailVerified(claims, email, said)
}

/** The setting that says where the groups are. */
export type GroupRules = Pick<ProviderConfig, 'groupsClaims'>

const GROUPS_MAX = 1000

/**
 * Reads the groups from the first of the configured claims that the provider speaks of.
 *
 * @returns `null`: there are groups, and the provider did not say which
 * @see Microsoft Entra ID, "groups overage claim": more than 200 groups are not in the token
 */
export function groupsOf(claims: Claims, rules: GroupRules): readonly string[] | null {
  const name = groupsClaimOf(claims, rules)
  if (name === undefined) return []
  return isElsewhere(claims, name) ? null : namesIn(claimAt(claims, name)).names.slice(0, GROUPS_MAX)
}

/** The configured claim that the groups are read from; `undefined`: the provider speaks of none of them. */
export function groupsClaimOf(claims: Claims, { groupsClaims: names }: GroupRules): string | undefined {
  return names.find((one) => isElsewhere(claims, one) || claimAt(claims, one) !== undefined)
}

/** The roles, where this type of provider has them. @returns `null`: it does not speak of roles */
export function rolesOf(claims: Claims, { type }: Pick<ProviderConfig, 'type'>): readonly string[] | null {
  return VENDORS[type].rolesIn(claims)?.slice(0, GROUPS_MAX) ?? null
}

function isSaid(value: unknown): boolean {
  return value !== undefined && value !== null
}

/** The provider says where else the claim could be had. */
function isElsewhere(claims: Claims, name: string): boolean {
  if (Object.hasOwn(claimsElsewhere(claims) ?? {}, name)) return true
  if (name !== 'groups' || isSaid(claims.groups) || !isSaid(claims.hasgroups)) return false
  // What is not clearly a no means that there are some.
  return claims.hasgroups !== false && claims.hasgroups !== 'false'
}

/** The settings that decide what people are called. */
export type NameRules = Pick<ProviderConfig, 'fullNameClaims' | 'shortNameClaim'>

/**
 * The full name: exactly the claims that are configured, or else given and family name together, or the whole name, or one of the two,
 * or what the person is called otherwise. `null`: the provider says nothing of it.
 *
 * @see specs of La Suite Meet, fullNameClaims; ProConnect has `usual_name` in place of `family_name`
 */
export function fullNameOf(claims: Claims, { fullNameClaims: fields }: NameRules): string | null {
  const said = (name: string) => nameAt(claims, name)
  if (fields) return joined(fields.map(said))
  const [given, family] = [said('given_name'), said('usual_name') ?? said('family_name')]
  if (given !== null && family !== null) return joined([given, family])
  return said('name') ?? given ?? family ?? said('nickname') ?? said('preferred_username')
}

/** The short form by which the person is greeted: exactly the claim that is configured, or else the best that there is. */
export function shortNameOf(claims: Claims, rules: NameRules): string | null {
  const { shortNameClaim: field } = rules
  if (field !== undefined) return nameAt(claims, field)
  return nameAt(claims, 'given_name') ?? nameAt(claims, 'nickname') ?? fullNameOf(claims, rules)
}

/** A claim as a name. Some providers put the e-mail address into `name` or `preferred_username`; that is no name. */
function nameAt(claims: Claims, name: string): string | null {
  return asName(v.parse(text, claimAt(claims, name)), v.parse(text, claims.email))
}

/** Only the first dot can match, so a row of dots is read once. */
const ADDRESS = /^[^\s@]+@[^\s@][^\s@.]*\.[^\s@]+$/

/**
 * A name as it may be shown to others: never the person's e-mail address, nor anything that looks like one.
 *
 * @param email of the person, if it is known
 */
export function asName(called: string | null, email: string | null): string | null {
  if (called === null || ADDRESS.test(called)) return null
  return email !== null && foldedAddress(called) === foldedAddress(email) ? null : called
}

function joined(parts: readonly (string | null)[]): string | null {
  const said = parts.filter((part) => part !== null)
  return said.length > 0 ? said.join(' ').slice(0, TEXT_MAX_CHARACTERS) : null
}

/** A name that is spelt almost like this may be the one that is meant. */
const SIMILAR_DISTANCE_MAX = 2

/** What is found by a text: the whole of it, its beginning, somewhere in it, or nearly. The smaller the better; `null`: not at all. */
export type Closeness = 0 | 1 | 2 | 3 | null

/** One letter may fold to as many as 18 (U+FDFA), so the length counts before and after. No claim that is kept is longer. */
const FOLDED_MAX_CHARACTERS = TEXT_MAX_CHARACTERS

/** Lower case, without accents, and no longer than FOLDED_MAX_CHARACTERS. */
export function folded(text: string): string {
  const plain = text.slice(0, TEXT_MAX_CHARACTERS).normalize('NFKD').replace(/\p{M}/gu, '')
  return plain.slice(0, FOLDED_MAX_CHARACTERS).toLowerCase().slice(0, FOLDED_MAX_CHARACTERS)
}

/** Everything that a person can be found by, folded, one line each; `null`: nothing. */
export function searchTextOf(
  identity: Pick<Identity, 'full_name' | 'given_name' | 'family_name' | 'nickname' | 'email'>,
) {
  const given = [identity.given_name, identity.family_name].filter((part) => part !== null).join(' ')
  const lines = [identity.full_name, given, identity.nickname, identity.email].map((line) => folded(line ?? ''))
  return [...new Set(lines)].filter((line) => line !== '').join('\n') || null
}

/**
 * @param wanted folded
 * @param searchText as {@link searchTextOf} makes it
 */
export function closeness(wanted: string, searchText: string): Closeness {
  const lines = searchText.split('\n')
  if (lines.includes(wanted)) return 0
  if (lines.some((line) => line.startsWith(wanted))) return 1
  if (searchText.includes(wanted)) return 2
  // A word that comes again is compared once.
  const words = new Set([...lines, ...searchText.split(/[\s@.-]+/)])
  const letters = [...wanted]
  for (const word of words) {
    if (distance(letters, [...word], SIMILAR_DISTANCE_MAX) <= SIMILAR_DISTANCE_MAX) return 3
  }
  return null
}
