/**
 * What a person is called, from the claims of a sign-in; never by the e-mail address, which others would then see.
 */
import * as v from 'valibot'
import { claimAt } from '../claims/claim-values.ts'
import { type Claims, TEXT_MAX_CHARACTERS, text } from '../claims/text-claim.ts'
import { foldedAddress } from '../claims/verified-address.ts'
import type { ProviderConfig } from '../config/model.ts'

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
