/**
 * What makes a provider send a claim, in the words of its console, for the log of a sign-in that lacked one; refuses no one.
 */
import type { ProviderConfig } from '../config/model.ts'
import { withNames } from '../config/names.ts'
import { type ProviderType, VENDORS } from '../vendors/vendors.ts'
import type { Identity } from './person.ts'

/** @see OpenID Connect Core 1.0 section 5.4 */
const SCOPE_OF: Readonly<Record<string, string>> = {
  email: 'email',
  email_verified: 'email',
  phone_number: 'phone',
  phone_number_verified: 'phone',
  address: 'address',
  name: 'profile',
  family_name: 'profile',
  given_name: 'profile',
  middle_name: 'profile',
  nickname: 'profile',
  preferred_username: 'profile',
  profile: 'profile',
  picture: 'profile',
  website: 'profile',
  gender: 'profile',
  birthdate: 'profile',
  zoneinfo: 'profile',
  locale: 'profile',
  updated_at: 'profile',
}

/**
 * Says what brings a claim: a scope of scopes, or something to set up at the provider.
 *
 * @see the documentation of each provider, gathered in docs/providers/
 */
export function sourceOfClaim(claim: string, type: ProviderType): string {
  const { specialSource, otherSource } = VENDORS[type]
  return withNames(specialSource(claim) ?? scopeSource(SCOPE_OF[claim]) ?? otherSource(claim))
}

/** The claims that a member of what is kept comes from, by their names, the best first; groups may also be pushed. */
export function claimsOf(
  member: keyof Identity,
  {
    fullNameClaims,
    shortNameClaim,
    groupsClaims,
    scimTokens,
  }: Pick<ProviderConfig, 'fullNameClaims' | 'shortNameClaim' | 'groupsClaims' | 'scimTokens'>,
): readonly string[] {
  if (member === 'full_name') return fullNameClaims ?? ['given_name', 'family_name', 'name']
  if (member === 'short_name') return shortNameClaim === undefined ? ['given_name', 'nickname'] : [shortNameClaim]
  if (member === 'family_name') return ['family_name', 'usual_name']
  if (member === 'roles') return ['roles', 'realm_access.roles']
  if (member !== 'x_grp') return [member]
  return scimTokens === undefined ? groupsClaims : [...groupsClaims, 'SCIM']
}

function scopeSource(scope: string | undefined): string | null {
  return scope === undefined ? null : `the scope ${scope} brings it, if the account has one`
}
