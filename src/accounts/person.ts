/**
 * What Gatehouse keeps of a person, once: members, columns of `users` and the answer to apps follow from this schema; reads no claim.
 */
import * as v from 'valibot'

const text = v.nullable(v.string())

/** What is known of a person. `null`: the provider did not say. @see OpenID Connect Core 1.0 section 5.1 */
export const personSchema = v.object({
  email: text,
  /** Three states: an absent claim is not the same as `false`. */
  email_verified: v.nullable(v.boolean()),
  given_name: text,
  family_name: text,
  name: text,
  preferred_username: text,
  nickname: text,
  phone_number: text,
  tenant_id: text,
  tariff_id: text,
  tariff_status: text,
  /** `null`: there are groups, and the provider did not say which. */
  x_grp: v.nullable(v.pipe(v.array(v.string()), v.readonly())),
  /** `null`: the provider does not speak of roles. */
  roles: v.nullable(v.pipe(v.array(v.string()), v.readonly())),
  picture: text,
  locale: text,
  zoneinfo: text,
  /** What the person is called, by the rules of the settings. */
  full_name: text,
  short_name: text,
  /** The organisation, and the identity provider behind the provider. @see ProConnect */
  siret: text,
  idp_id: text,
})

export type Identity = Readonly<v.InferOutput<typeof personSchema>>

type NotText = 'email_verified' | 'x_grp' | 'roles'

/** The members that are text. */
export type TextMember = Exclude<keyof Identity, NotText>

/** Their names, which are also those of their columns. */
export const TEXT_MEMBERS: readonly TextMember[] = v.keyof(personSchema).options.filter((name) => isTextMember(name))

function isTextMember(name: keyof Identity): name is TextMember {
  return name !== 'email_verified' && name !== 'x_grp' && name !== 'roles'
}
