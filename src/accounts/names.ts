/**
 * What a person is called, from the claims of a sign-in; never by the e-mail address, which others would then see.
 */
import * as v from 'valibot'
import type { ProviderConfig } from '../config/env.ts'
import { type Claims, TEXT_MAX_CHARACTERS, text } from './text-claim.ts'

/** The settings that decide what people are called. */
export type NameRules = Pick<ProviderConfig, 'OIDC_USERINFO_FULLNAME_FIELDS' | 'OIDC_USERINFO_SHORTNAME_FIELD'>

/**
 * The full name: exactly the claims that are configured, or else given and family name, or the whole name, or what the person is
 * called otherwise. `null`: the provider says nothing of it.
 *
 * @see specs of La Suite Meet, OIDC_USERINFO_FULLNAME_FIELDS; ProConnect has `usual_name` in place of `family_name`
 */
export function fullNameOf(claims: Claims, { OIDC_USERINFO_FULLNAME_FIELDS: fields }: NameRules): string | null {
  const said = (name: string) => v.parse(text, claims[name])
  if (fields) return joined(fields.map(said))
  const ordinary = joined([said('given_name'), said('usual_name') ?? said('family_name')])
  return ordinary ?? said('name') ?? said('nickname') ?? said('preferred_username')
}

/** The short form by which the person is greeted: exactly the claim that is configured, or else the best that there is. */
export function shortNameOf(claims: Claims, rules: NameRules): string | null {
  const { OIDC_USERINFO_SHORTNAME_FIELD: field } = rules
  if (field !== undefined) return v.parse(text, claims[field])
  return v.parse(text, claims.given_name) ?? v.parse(text, claims.nickname) ?? fullNameOf(claims, rules)
}

function joined(parts: readonly (string | null)[]): string | null {
  const said = parts.filter((part) => part !== null)
  return said.length > 0 ? said.join(' ').slice(0, TEXT_MAX_CHARACTERS) : null
}
