/**
 * What makes a provider send a claim, in the words of its console, for the log of a sign-in that lacked one; refuses nobody.
 */
import type { ProviderType } from '../config/place-settings.ts'

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

const GROUPS = ['groups', 'x_grp']

/**
 * Says what brings a claim: a scope of OIDC_RP_SCOPES, or something to set up at the provider.
 *
 * @see the documentation of each provider, gathered in docs/providers/
 */
export function sourceOfClaim(claim: string, type: ProviderType): string {
  return specialSource(claim, type) ?? scopeSource(SCOPE_OF[claim]) ?? otherSource(claim, type)
}

function scopeSource(scope: string | undefined): string | null {
  return scope === undefined ? null : `the scope ${scope} brings it, if the account has one`
}

/** Where a type of provider differs from the standard scopes. */
function specialSource(claim: string, type: ProviderType): string | null {
  const isGroups = GROUPS.includes(claim)
  switch (type) {
    case 'keycloak':
      return isGroups
        ? `a mapper of type Group Membership brings it, with the token claim name ${claim} and "Add to userinfo" on`
        : null
    case 'authentik':
      return claim === 'groups' ? 'the scope profile brings it' : null
    case 'dex':
      return claim === 'groups' ? 'the scope groups brings it, with a connector that knows groups' : null
    case 'entra':
      return entraSource(claim)
    case 'proconnect':
      return proConnectSource(claim)
    case 'auth0':
    case 'google':
    case 'generic':
      return null
  }
}

function entraSource(claim: string): string | null {
  switch (claim) {
    case 'email':
      return 'the scope email brings it for accounts with a mailbox, else the optional claim email (Token configuration)'
    case 'oid':
    case 'tid':
      return 'the scope profile brings it'
    case 'groups':
      return 'a groups claim brings it (Token configuration, Add groups claim)'
    default:
      return null
  }
}

/** Its scopes have the names of their claims. @see ProConnect, "scope et claims" */
function proConnectSource(claim: string): string {
  if (['name', 'family_name'].includes(claim)) return 'ProConnect has no such claim; the family name is usual_name'
  if (['email_verified', 'preferred_username'].includes(claim)) return 'ProConnect has no such claim'
  return `the scope ${claim} brings it, once ProConnect has allowed it to the client`
}

/** What the standard does not know must be made by somebody. */
function otherSource(claim: string, type: ProviderType): string {
  switch (type) {
    case 'keycloak':
      return `a mapper of type User Attribute brings it, with the token claim name ${claim} and "Add to userinfo" on`
    case 'authentik':
      return `a scope mapping that returns ${claim} brings it (Customization, Property Mappings), and its scope in OIDC_RP_SCOPES`
    case 'dex':
      return 'Dex sends no claims of its own making'
    case 'auth0':
      return 'an Action of the login flow brings it (api.idToken.setCustomClaim), under a name that is a URL'
    case 'google':
      return 'Google has no such claim'
    case 'entra':
      return 'an optional claim brings it (Token configuration), or a claims mapping policy'
    case 'proconnect':
    case 'generic':
      return 'the provider must be told to put it into userinfo or the ID token'
  }
}
