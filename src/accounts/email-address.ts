/**
 * An e-mail address as Gatehouse keeps and compares it, and whether the provider says that it is verified: yes, no, or nothing.
 */
import * as v from 'valibot'
import type { ProviderType } from '../config/place-settings.ts'
import type { Claims } from './text-claim.ts'

/**
 * An address in the one spelling in which addresses are compared: lower case. A letter that is only another way of writing its
 * small letter, such as the Kelvin sign for k, stays as it is, for somebody else may have the address that it looks like.
 */
export function foldedAddress(address: string): string {
  return [...address].map(foldedLetter).join('')
}

function foldedLetter(letter: string): string {
  const small = letter.toLowerCase()
  return small.toUpperCase() === letter ? small : letter
}

/** Google and Cognito have sent the words instead of the values. */
const yesOrNo = v.fallback(
  v.nullable(
    v.pipe(
      v.union([v.boolean(), v.picklist(['true', 'false'])]),
      v.transform((value) => value === true || value === 'true'),
    ),
    null,
  ),
  null,
)

/** Microsoft has sent all of these. */
const entraYesOrNo = v.fallback(
  v.nullable(
    v.pipe(
      v.union([v.boolean(), v.picklist(['true', 'false', '1', '0']), v.picklist([1, 0])]),
      v.transform((value) => [true, 'true', '1', 1].includes(value)),
    ),
    null,
  ),
  null,
)

const addresses = v.fallback(v.array(v.string()), [])

/**
 * Whether the provider says that the address of these claims is verified.
 *
 * @param email the address as it is kept
 * @returns `null`: it does not say
 * @see Microsoft Entra ID, optional claims `xms_edov` and `verified_primary_email`
 */
export function emailVerifiedOf(claims: Claims, email: string | null, type: ProviderType): boolean | null {
  // Blanks around it were taken away, or its end was cut off: what is kept is not what the provider speaks of.
  if (typeof claims.email === 'string' && email !== null && foldedAddress(claims.email) !== email) return false
  const said = v.parse(yesOrNo, claims.email_verified)
  if (said !== null || type !== 'entra' || email === null) return said
  const isListed = v.parse(addresses, claims.verified_primary_email).some((one) => foldedAddress(one) === email)
  return isListed || v.parse(entraYesOrNo, claims.xms_edov)
}
