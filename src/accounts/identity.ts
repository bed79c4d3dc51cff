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

/** What is known of a person. `null`: the provider did not say. @see OpenID Connect Core 1.0 section 5.1 */
export interface Identity {
  readonly email: string | null
  /** Three states: an absent claim is not the same as `false`. */
  readonly email_verified: boolean | null
  readonly given_name: string | null
  readonly family_name: string | null
  readonly name: string | null
  readonly preferred_username: string | null
  readonly nickname: string | null
  readonly phone_number: string | null
  readonly tenant_id: string | null
  readonly tariff_id: string | null
  readonly tariff_status: string | null
  /** `null`: there are groups, and the provider did not say which. */
  readonly x_grp: readonly string[] | null
  readonly picture: string | null
  readonly locale: string | null
  readonly zoneinfo: string | null
  /** What the person is called, by the rules of the settings. */
  readonly full_name: string | null
  readonly short_name: string | null
  /** The organisation, and the identity provider behind the provider. @see ProConnect */
  readonly siret: string | null
  readonly idp_id: string | null
}

/** The settings of a provider that decide what its claims mean. */
export type IdentityRules = Pick<ProviderConfig, 'type'> & NameRules & GroupRules

const textsSchema = v.object({
  email: v.pipe(
    text,
    v.transform((email) => (email === null ? null : foldedAddress(email))),
  ),
  given_name: text,
  family_name: text,
  usual_name: text,
  name: text,
  preferred_username: text,
  nickname: text,
  phone_number: text,
  tenant_id: text,
  tariff_id: text,
  tariff_status: text,
  picture: v.pipe(
    text,
    v.transform((picture) => (picture?.startsWith('https://') && URL.canParse(picture) ? picture : null)),
  ),
  locale: text,
  zoneinfo: text,
  siret: text,
  idp_id: text,
})

/** The claims that must be text. */
export const TEXT_CLAIMS: readonly string[] = Object.keys(textsSchema.entries)

/**
 * Reads what is known of a person from claims. Never fails: what cannot be read counts as not said.
 *
 * @param claims of the ID token and userinfo, already verified
 * @param rules of the provider that they are from
 */
export function identityOf(claims: Claims, rules: IdentityRules): Identity {
  const known = Object.fromEntries(TEXT_CLAIMS.map((name) => [name, claims[name] ?? null]))
  const { usual_name, ...texts } = v.parse(textsSchema, known)
  return {
    ...texts,
    // ProConnect has no family_name.
    family_name: texts.family_name ?? usual_name,
    email_verified: emailVerifiedOf(claims, texts.email, rules.type),
    x_grp: groupsOf(claims, rules),
    full_name: fullNameOf(claims, rules),
    short_name: shortNameOf(claims, rules),
  }
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
