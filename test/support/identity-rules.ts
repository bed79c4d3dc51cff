/**
 * The rules by which claims become an identity when no setting says otherwise.
 */
import type { IdentityRules } from '../../src/accounts/identity.ts'

export const RULES: IdentityRules = {
  OIDC_OP_TYPE: 'generic',
  OIDC_USERINFO_FULLNAME_FIELDS: undefined,
  OIDC_USERINFO_SHORTNAME_FIELD: undefined,
  OIDC_USERINFO_GROUPS_CLAIM: ['x_grp', 'groups'],
}
