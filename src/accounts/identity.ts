/**
 * Claims of the provider as an Identity: the members that Gatehouse keeps of a person, each of its own type, and whether the
 * address is verified; nothing is stored here.
 */
import * as v from 'valibot'
import { type Claims, text } from '../claims/text-claim.ts'
import { foldedAddress, verificationOf } from '../claims/verified-address.ts'
import type { ProviderConfig } from '../config/model.ts'
import { type ProviderType, VENDORS } from '../vendors/vendors.ts'
import { type GroupRules, groupsOf } from './groups.ts'
import { fullNameOf, type NameRules, shortNameOf } from './names.ts'
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
