/**
 * What an app is told of a person, beside whose token it is: only the claims that the operator has given the app, under the names of OpenID
 * Connect.
 */
import type { OpenTalkValues } from '../config/dialects/opentalk/settings.ts'
import type { Claims } from '../vendors/vendor.ts'
import type { App, ClaimSet } from './apps.ts'
import { asName, groupsClaimOf, type IdentityRules, identityOf } from './identity.ts'
import type { Identity } from './person.ts'
import { standingOf } from './standing.ts'

type Told = Readonly<Record<string, unknown>>

const MEMBERS: Readonly<Record<ClaimSet, (person: Identity, opentalk: OpenTalkValues | null) => Told>> = {
  // Whether it is verified says nothing without the address.
  email: ({ email, email_verified }) => (email === null ? {} : { email, email_verified }),
  profile: ({ full_name, given_name, family_name, nickname, picture, locale, zoneinfo, email }) => ({
    name: full_name,
    given_name: asName(given_name, email),
    family_name: asName(family_name, email),
    nickname: asName(nickname, email),
    picture,
    locale,
    zoneinfo,
  }),
  groups: ({ x_grp }) => ({ groups: x_grp }),
  tenant: (person, opentalk) => ({ ...standingOf({ ...person }, opentalk) }),
}

/** The claims of a person that an app may have; what is not known is left out. @param opentalk `null`: OpenTalk is not in use */
export function claimsForApp(person: Identity, { claims }: Pick<App, 'claims'>, opentalk: OpenTalkValues | null): Told {
  const told = claims.map((set) => MEMBERS[set](person, opentalk))
  return Object.fromEntries(told.flatMap(Object.entries).filter(([, value]) => value !== null))
}

/** What an access token says of its person. One that does not speak of groups does not say that there are none. */
export function personOf(claims: Claims, rules: IdentityRules): Identity {
  const identity = identityOf(claims, rules)
  return groupsClaimOf(claims, rules) === undefined ? { ...identity, x_grp: null } : identity
}
