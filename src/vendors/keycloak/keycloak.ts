/**
 * Keycloak (16 to 26), and Red Hat's build of it.
 *
 * @see https://www.keycloak.org/docs/latest/server_admin/ and docs/providers/keycloak.md
 */
import { cancelledDenial, STANDARD, STANDARD_FORM, withoutSlash } from '../standard/standard.ts'
import type { Vendor } from '../vendor.ts'
import { keycloakPrincipal } from './access-tokens.ts'
import { refusals } from './refusals.ts'

const CLIENT = 'Clients → the client'

export const keycloak: Vendor = {
  ...STANDARD,
  label: 'Keycloak',
  facts: ['providerBaseUrl', 'realm'],
  issuer: ({ providerBaseUrl: base, realm }) =>
    base && realm && `${withoutSlash(base)}/realms/${encodeURIComponent(realm)}`,
  recognises: ({ pathname }) => /\/realms\/[^/]+$/.test(pathname),
  defaults: {},
  principalOf: keycloakPrincipal,
  rolesIn: ({ realm_access }) => STANDARD_FORM.rolesIn({ realm_access }),
  // @see https://www.keycloak.org/docs/latest/release_notes/#keycloak-24-0-0, "Authentication session expired"
  isExpiredSignIn: (error, description) =>
    error === 'temporarily_unavailable' && description === 'authentication_expired',
  denialOf: cancelledDenial,
  // @see https://github.com/keycloak/keycloak/issues/49113
  whyInactive: (asker, audiences) =>
    audiences.includes(asker)
      ? undefined
      : `verified here, and not active at Keycloak, which since 26.6.2 says so of every token without ${asker} in aud: give the client of the token a mapper of type Audience with ${asker} as Included Client Audience, on for access tokens and for introspection`,
  console: {
    redirectUris: `${CLIENT} → Settings → Valid redirect URIs`,
    postLogoutUris: `${CLIENT} → Settings → Valid post logout redirect URIs`,
    backchannelLogout: `${CLIENT} → Settings → Backchannel logout URL, with Backchannel logout session required on and Front channel logout off`,
    frontchannelLogout: `${CLIENT} → Settings → Front-channel logout URL; better leave it off and use the back channel`,
    clientId: `${CLIENT} → Settings → Client ID`,
    clientSecret: `${CLIENT} → Credentials → Client secret`,
    authenticationMethod: `${CLIENT} → Credentials → Client Authenticator`,
    scopes: `${CLIENT} → Client scopes`,
    idTokenAlgorithm: `${CLIENT} → Advanced → ID token signature algorithm`,
  },
  refusals,
  specialSource: (claim) =>
    claim === 'groups' || claim === 'x_grp'
      ? `a mapper of type Group Membership brings it, with the token claim name ${claim} and "Add to userinfo" on`
      : rolesSource(claim),
  otherSource: (claim) =>
    `a mapper of type User Attribute brings it, with the token claim name ${claim} and "Add to userinfo" on`,
  introspectsForAudience: true,
  otherPaths({ pathname }) {
    return [
      /^\/auth\/realms\//.test(pathname) ? pathname.slice('/auth'.length) : null,
      /^\/realms\//.test(pathname) ? `/auth${pathname}` : null,
      /\/realms\//.test(pathname) ? pathname.replace(/[^/]+$/, (realm) => realm.toLowerCase()) : null,
    ]
  },
  factsFor(issuer, { providerBaseUrl, realm }) {
    const [, base = '', name = ''] = /^(.*)\/realms\/([^/]+)$/.exec(issuer) ?? []
    if (providerBaseUrl === undefined || realm === undefined || name === '') return null
    return `Set {providerBaseUrl} to ${base} and {realm} to ${decoded(name)}.`
  },
  hostFix: (said, host) =>
    `If ${host} is its public name, set {issuer} to ${said}. If not, start Keycloak with --hostname set to its public URL; without it the issuer is taken from each request.`,
  behindProxy: ', and Keycloak must be started with --hostname and --proxy-headers=xforwarded',
  // @see Keycloak Server Administration, "Admin REST API": /admin/realms/{realm}, beside /realms/{realm}
  adminApiOf(issuer) {
    const [, base, realm] = /^(.*)\/realms\/([^/]+)$/.exec(issuer) ?? []
    return base === undefined ? undefined : `${base}/admin/realms/${realm}`
  },
}

/** Roles are in access tokens only, unless a mapper says otherwise; those of a client are under its id. */
function rolesSource(claim: string): string | null {
  const isOfRealm = claim === 'realm_access.roles'
  if (!isOfRealm && !/^resource_access\..+\.roles$/.test(claim)) return null
  return `a mapper of type User ${isOfRealm ? 'Realm' : 'Client'} Role brings it, with the token claim name ${claim} and "Add to userinfo" on`
}

/** As it is, where it is not percent-encoded as it should be. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}
