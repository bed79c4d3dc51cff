/**
 * The rules by which claims become an identity when no setting says otherwise.
 */
import type { IdentityRules } from '../../src/accounts/identity.ts'

export const RULES: IdentityRules = {
  type: 'generic',
  fullNameClaims: undefined,
  shortNameClaim: undefined,
  groupsClaims: ['x_grp', 'groups'],
}
