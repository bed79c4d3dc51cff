/**
 * What each type of provider does otherwise than the standard says, one entry each; the protocol asks here and stays readable.
 */
import type { JWK } from 'jose'
import type { ProviderConfig } from '../config/env.ts'
import type { ProviderType } from '../config/place-settings.ts'
import type { Claims } from './claims.ts'
import * as entra from './entra.ts'

type Parameters = Readonly<Record<string, string>>

/** The settings that say who may come in. */
type Restrictions = Pick<ProviderConfig, 'OIDC_OP_ALLOWED_TENANTS' | 'OIDC_OP_HOSTED_DOMAINS'>

/** Why a person may not come in, for the log. */
export interface Stranger {
  readonly reason: string
  readonly setting: string
}

export interface Quirks {
  /** What the provider may call itself in the metadata that are found at this address. */
  issuersAt(url: string): readonly string[]
  /** What to change when it calls itself otherwise. */
  adviceOn(issuer: string): string | undefined
  /** Whether a token with this `iss` may be from the provider that calls itself `issuer`. */
  issues(iss: string, issuer: string, config: Restrictions): boolean
  /** Whether the claims of a token are those of the provider that calls itself `issuer`. */
  isFrom(claims: Claims, issuer: string): boolean
  /** The issuer under which people are known here. */
  accountIssuer(iss: string): string
  /** Whether a key may verify a token that has these claims, of which nothing else is known yet; absent: each may. */
  readonly isKeyOf?: (key: JWK, claims: Claims, issuer: string) => boolean
  /** Whether a person whose ID token is good must be kept out all the same. */
  strangerOf(claims: Claims, config: Restrictions): Stranger | null
  /** Scopes that are asked for beside the usual ones, where the provider lists them and OIDC_RP_SCOPES is unset. */
  readonly furtherScopes: readonly string[]
  /** Whether offline_access needs a word about consent. @see OpenID Connect Core 1.0 section 11 */
  readonly wantsConsentForOfflineAccess: boolean
  /** What an authorization request has beside the usual. */
  parametersOf(config: Restrictions): Parameters
  /** Whether a parameter of an app may be passed on. */
  passesOn(name: string, value: string): boolean
  /** How a person is asked to prove anew who they are. */
  freshSignIn(maxAgeSeconds: number): Parameters
  /** Whether `prompt=none` is understood. */
  readonly canSignInSilently: boolean
  /** Whether an error in the answer means that its sign-in page was open for too long. */
  isExpiredSignIn(error: string, description: string | undefined): boolean
  /** Whether a JWT of the provider that does not say of which kind it is must be an access token, by its claims. */
  isAccessToken(claims: Claims): boolean
  /** Where signing out leads when the metadata say nothing of it; `null`: nowhere. */
  unlistedSignOut(issuer: string, clientId: string, backTo: string): { endpoint: string; parameters: Parameters } | null
  /**
   * Whether its front-channel logout names the session (`sid`) and not the issuer, as OpenID Connect Front-Channel Logout 1.0 section 3
   * would have it.
   */
  readonly leavesOutIssuer: boolean
  /** What a sign-out says, given what it would usually say, and the claims of the ID token. */
  signOutParameters(usual: Parameters, claims: Claims): Parameters
}

const NONE: Quirks = {
  issuersAt: (url) => [url],
  adviceOn: () => undefined,
  issues: (iss, issuer) => iss === issuer,
  isFrom: ({ iss }, issuer) => iss === issuer,
  accountIssuer: (iss) => iss,
  strangerOf: () => null,
  furtherScopes: [],
  wantsConsentForOfflineAccess: true,
  parametersOf: () => ({}),
  passesOn: () => true,
  freshSignIn: (maxAgeSeconds) => ({ max_age: String(maxAgeSeconds) }),
  canSignInSilently: true,
  leavesOutIssuer: false,
  isExpiredSignIn: () => false,
  isAccessToken: () => false,
  unlistedSignOut: () => null,
  signOutParameters: (usual) => usual,
}

const GOOGLE = 'https://accounts.google.com'
/** How old ID tokens of Google call it. @see https://developers.google.com/identity/openid-connect/reference */
const GOOGLE_WITHOUT_SCHEME = 'accounts.google.com'

function isGoogles(iss: string | undefined, issuer: string): boolean {
  return iss === issuer || (issuer === GOOGLE && iss === GOOGLE_WITHOUT_SCHEME)
}

const QUIRKS: Readonly<Record<ProviderType, Partial<Quirks>>> = {
  generic: {},

  keycloak: {
    // @see https://www.keycloak.org/docs/latest/release_notes/#keycloak-24-0-0, "Authentication session expired"
    isExpiredSignIn: (error, description) =>
      error === 'temporarily_unavailable' && description === 'authentication_expired',
  },

  authentik: {
    // Issuer mode "global": all applications of a host call themselves by its root, yet are discovered each below its own path.
    // @see https://docs.goauthentik.io/add-secure-apps/providers/oauth2/
    issuersAt: (url) => [url, url.replace(/application\/o\/[^/]+\/$/, '')],
    furtherScopes: ['offline_access'],
    wantsConsentForOfflineAccess: false,
    // They are the ID token and `scope`. @see https://github.com/goauthentik/authentik, providers/oauth2/id_token.py, to_access_token
    isAccessToken: ({ scope }) => typeof scope === 'string',
  },

  dex: {
    // Not offline_access: Dex keeps one refresh token for each person and client, so that a second browser would sign out the first.
    // @see https://github.com/dexidp/dex/blob/v2.45.1/server/handlers.go, exchangeAuthCode
    furtherScopes: ['groups'],
    wantsConsentForOfflineAccess: false,
    // It shows its page in spite of prompt=none. @see https://github.com/suitenumerique/meet/issues/459
    canSignInSilently: false,
    // Its access tokens are ID tokens but for the hash of the code. The ID token of a refresh has none either, and Dex itself takes
    // one for the other. @see https://github.com/dexidp/dex/blob/v2.45.1/server/oauth2.go, newAccessToken
    isAccessToken: ({ c_hash }) => c_hash === undefined,
  },

  auth0: {
    furtherScopes: ['offline_access'],
    wantsConsentForOfflineAccess: false,
    // Tenants from before November 2023. @see https://auth0.com/docs/api/authentication/logout/auth-0-logout
    unlistedSignOut: (issuer, clientId, backTo) => ({
      endpoint: new URL('/v2/logout', issuer).href,
      parameters: { client_id: clientId, returnTo: backTo },
    }),
  },

  google: {
    issues: isGoogles,
    isFrom: ({ iss }, issuer) => isGoogles(iss, issuer),
    accountIssuer: (iss) => (iss === GOOGLE_WITHOUT_SCHEME ? GOOGLE : iss),
    // Of the signed answer; the parameter is a wish for the page. @see https://developers.google.com/identity/openid-connect/openid-connect#hd-param
    strangerOf: ({ hd }, { OIDC_OP_HOSTED_DOMAINS: domains }) =>
      domains === undefined || (typeof hd === 'string' && domains.includes(hd.toLowerCase()))
        ? null
        : {
            reason: 'the account belongs to none of the Workspaces that may come in (hd)',
            setting: 'OIDC_OP_HOSTED_DOMAINS',
          },
    parametersOf: ({ OIDC_OP_HOSTED_DOMAINS: [hd, ...others] = [] }) =>
      hd !== undefined && others.length === 0 ? { hd } : {},
  },

  entra: {
    issuersAt: entra.issuersAt,
    adviceOn: entra.adviceOn,
    issues: entra.issues,
    isFrom: entra.isFrom,
    isKeyOf: entra.isKeyOf,
    strangerOf: ({ tid }, config) =>
      entra.isAllowed(tid, config)
        ? null
        : {
            reason: 'the account belongs to none of the tenants that may come in (tid)',
            setting: 'OIDC_OP_ALLOWED_TENANTS',
          },
    furtherScopes: ['offline_access'],
    wantsConsentForOfflineAccess: false,
    // @see https://github.com/nginxinc/nginx-openid-connect/issues/117
    leavesOutIssuer: true,
    // Without it Entra asks which account. @see https://learn.microsoft.com/en-us/entra/identity-platform/v2-protocols-oidc
    signOutParameters: (usual, { login_hint }) =>
      typeof login_hint === 'string' ? { ...usual, logout_hint: login_hint } : usual,
  },

  // Additional parameters are refused (Y000400).
  // @see https://partenaires.proconnect.gouv.fr/docs/fournisseur-service/implementation_technique
  proconnect: {
    // A wish: somebody who signs in more strongly is welcome. To demand a level, there are OIDC_AUTH_REQUEST_EXTRA_PARAMS.
    parametersOf: () => ({ acr_values: 'eidas1' }),
    passesOn: (name, value) =>
      (name === 'login_hint' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value)) ||
      (name === 'prompt' && (value === 'login' || value === 'consent')),
    // There is no max_age, but the answer has auth_time.
    freshSignIn: () => ({ prompt: 'login' }),
    signOutParameters: ({ client_id, ...usual }) =>
      usual.id_token_hint === undefined && client_id !== undefined ? { ...usual, client_id } : usual,
  },
}

/** The quirks of a provider. */
export function quirksOf({ OIDC_OP_TYPE }: Pick<ProviderConfig, 'OIDC_OP_TYPE'>): Quirks {
  return { ...NONE, ...QUIRKS[OIDC_OP_TYPE] }
}

/** What the provider at OIDC_OP_URL may call itself; nothing, when that is to be looked for. */
export function acceptedIssuers(config: ProviderConfig): readonly string[] {
  const { OIDC_OP_URL: url, otherIssuers } = config
  return url === undefined ? [] : [...new Set([...quirksOf(config).issuersAt(url), ...otherIssuers])]
}
