/**
 * Whether the provider says that the e-mail address of a person is verified: yes, no, or nothing.
 */
import { foldedAddress, verificationOf } from '../claims/verified-address.ts'
import { type ProviderType, VENDORS } from '../vendors/vendors.ts'
import type { Claims } from './text-claim.ts'

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
