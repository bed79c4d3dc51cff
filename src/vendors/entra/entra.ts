/**
 * Microsoft Entra ID.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/ and docs/providers/entra.md
 */

import { isText } from '../../claims/claim-values.ts'
import { foldedAddress, verificationOf } from '../../claims/verified-address.ts'
import { firstText, isSaid, STANDARD, textsIn } from '../standard/standard.ts'
import type { Denial, DeniedAnswer, Principal, TokenFacts, Vendor } from '../vendor.ts'
import * as issuers from './issuers.ts'
import { refusals } from './refusals.ts'

/** The last is of version 1, which is refused with the right sentence when it is known to be Microsoft's. */
const MICROSOFT = [
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
  'sts.windows.net',
]

/** The host of version 1 issuers. */
const VERSION_1 = 'sts.windows.net'

const CONSOLE = 'App registrations → the application'

export const entra: Vendor = {
  ...STANDARD,
  label: 'Microsoft',
  facts: ['tenant'],
  issuer: ({ tenant }) => tenant && `https://login.microsoftonline.com/${tenant}/v2.0`,
  recognises: ({ hostname }) => MICROSOFT.includes(hostname),
  issuerOf: ({ origin, pathname }) => `${origin}/${pathname.split('/')[1]}/v2.0`,
  // `sub` is another one for each application. @see Microsoft, "ID token claims reference"
  defaults: { subjectClaim: 'oid', groupsClaims: ['groups'] },
  issuersAt: issuers.issuersAt,
  adviceOn: issuers.adviceOn,
  issues: issuers.issues,
  isFrom: issuers.isFrom,
  isKeyOf: issuers.isKeyOf,
  denialOf,
  accessTokenIssuer: issuers.accessTokenIssuer,
  isAccessToken: issuers.isAccessToken,
  accessTokenHint:
    'an access token of Entra ID has scp or roles: ask for a scope of an API of your own (docs/providers/entra.md)',
  clientOf: ({ azp, appid }) => firstText(azp, appid),
  principalOf,
  rolesIn: ({ roles }) => textsIn(roles),
  notAllowed: ({ tid }, config) =>
    issuers.isAllowed(tid, config)
      ? null
      : {
          message: 'the account belongs to none of the tenants that may come in (tid)',
          setting: 'allowedTenants',
        },
  furtherScopes: ['offline_access'],
  wantsConsentForOfflineAccess: false,
  // @see https://github.com/nginxinc/nginx-openid-connect/issues/117
  leavesOutIssuer: true,
  // A policy of the tenant demands that the person signs in again, so the session does not go on.
  // @see https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes#oauth-errors-sent-by-azure-ad
  refusesRefresh: (error) => error === 'invalid_grant' || error === 'interaction_required',
  takesSignOutForm: false,
  // Without it Entra asks which account. @see https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc
  signOutParameters: (usual, { login_hint }) => (isText(login_hint) ? { ...usual, logout_hint: login_hint } : usual),
  ownSetting: 'allowedTenants',
  issuerProblem: ({ hostname }) =>
    hostname === VERSION_1
      ? 'is of version 1 of the Microsoft identity platform; write https://login.microsoftonline.com/TENANT/v2.0, with the directory (tenant) id'
      : null,
  whyRequired: ({ pathname }) =>
    /^\/(?:organizations|common)(?:\/|$)/.test(pathname)
      ? 'is not set, and through organizations or common people of any tenant come; name the tenants that may, or * for all'
      : null,
  /** @see the optional claims `xms_edov` and `verified_primary_email` */
  emailVerified(claims, email, said) {
    const byMicrosoft = verificationOf(claims, 'xms_edov')
    if (said === false || byMicrosoft === false) return false
    return (said ?? byMicrosoft) || isListed(email, claims.verified_primary_email)
  },
  console: {
    redirectUris: `${CONSOLE} → Authentication → platform Web → Redirect URIs`,
    postLogoutUris: `${CONSOLE} → Authentication → platform Web → Redirect URIs (they serve for this too)`,
    backchannelLogout: null,
    frontchannelLogout: `${CONSOLE} → Authentication → Front-channel logout URL`,
    clientId: `${CONSOLE} → Overview → Application (client) ID`,
    clientSecret: `${CONSOLE} → Certificates & secrets → Client secrets → Value (not Secret ID)`,
    authenticationMethod: `${CONSOLE} → Certificates & secrets`,
    scopes: `${CONSOLE} → API permissions`,
    idTokenAlgorithm: 'Microsoft signs with RS256',
  },
  refusals,
  specialSource(claim) {
    switch (claim) {
      case 'email':
        return 'the scope email brings it for accounts with a mailbox, else the optional claim email (Token configuration)'
      case 'oid':
      case 'tid':
        return 'the scope profile brings it'
      case 'groups':
        return 'a groups claim brings it (Token configuration, Add groups claim)'
      default:
        return null
    }
  },
  otherSource: () => 'an optional claim brings it (Token configuration), or a claims mapping policy',
  tooManyGroups:
    'at Microsoft: App registrations, Token configuration, groups claim "Groups assigned to the application"; or app roles, with {groupsClaims}=roles',
  takesUnlistedPkce: true,
  // It says so of a code that is not of its make, and it is not known whether it has looked at the client by then.
  unreadCode: /\bAADSTS9002313:/,
  otherPaths: ({ hostname, pathname }) => [
    hostname.includes('microsoft') && !pathname.endsWith('/v2.0') ? `${pathname}/v2.0` : null,
  ],
  differenceOf(said) {
    if (said.includes('{tenantid}')) {
      return {
        seen: 'That is a template: this address serves many tenants.',
        fix: 'Set {tenant} (or the path of {issuer}) to the Directory (tenant) ID. To let in several tenants, set {type}=entra, {tenant}=organizations and {allowedTenants}.',
      }
    }
    if (!URL.canParse(said) || new URL(said).hostname !== VERSION_1) return null
    return { seen: 'That is version 1 of the Microsoft identity platform.', fix: 'Add /v2.0 to the end of {issuer}.' }
  },
  outOfSight: /\bAADSTS\d{1,10}:[^"<\\]*/,
}

/** `null`: there is no list. One that cannot be read, or names other addresses, does not confirm this one. */
function isListed(email: string, list: unknown): boolean | null {
  if (list === undefined || list === null) return null
  return Array.isArray(list) && list.some((one) => typeof one === 'string' && foldedAddress(one) === email)
}

/**
 * A token that acts for a person has `scp`; a program's has `roles` alone, and a subject that is its object id. `idtyp` says it outright
 * where the app asks for that claim.
 *
 * @see https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference
 */
function principalOf({ claims }: TokenFacts): Principal | undefined {
  const { idtyp, scp, roles, oid, sub } = claims
  if (isSaid(idtyp)) return idtyp === 'app' ? 'service' : idtyp === 'user' ? 'user' : undefined
  if (isSaid(scp)) return 'user'
  return isSaid(roles) && (oid ?? sub) === (sub ?? oid) ? 'service' : undefined
}

const DECLINED_AT_ENTRA = [65004]
/** Not assigned, no consent of an administrator, Conditional Access, of another tenant, disabled. */
const NOT_ALLOWED_AT_ENTRA = [
  50105, 65001, 90093, 90094, 90095, 53000, 53001, 53002, 53003, 53004, 530032, 530035, 50020, 50057,
]

/** @see https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes; `cancel` is the subcode of going back */
function denialOf({ description, detail }: DeniedAnswer): Denial | null {
  const [, number] = /\bAADSTS(\d+)/.exec(description) ?? []
  if (detail === 'cancel' || DECLINED_AT_ENTRA.includes(Number(number))) return 'cancelled'
  return NOT_ALLOWED_AT_ENTRA.includes(Number(number)) ? 'not_allowed' : null
}
