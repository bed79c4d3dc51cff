/**
 * authentik (2024 to 2026), which tells more of a refusal in Events → Logs.
 *
 * @see https://docs.goauthentik.io/add-secure-apps/providers/oauth2/, https://github.com/goauthentik/authentik and docs/providers/authentik.md
 */
import { isText } from '../claims/claim-values.ts'
import { firstText, isSaid, STANDARD, saysOtherToken, withoutSlash } from './standard/standard.ts'
import type { Principal, RefusalPattern, TokenFacts, Vendor } from './vendor.ts'

const CONSOLE = 'Applications → Providers → the provider → Edit'
const ADVANCED = 'Applications → Providers → the provider → Edit → Advanced protocol settings'

/** How it refuses, and where in its console each is set right. */
const refusals: readonly RefusalPattern[] = [
  {
    where: ['discovery'],
    status: [404],
    cause: 'authentik has no application of this slug, or the application has no provider.',
    fix: 'Applications → Applications: copy the slug into {slug}, and see that the application has a provider; the page of the provider shows “OpenID Configuration Issuer”.',
  },
  {
    where: ['discovery'],
    says: /^http:\/\//,
    cause: 'authentik believes that it was asked by http: the proxy before it does not say otherwise.',
    fix: 'Let the proxy before authentik pass on Host and X-Forwarded-Proto.',
  },
  {
    where: ['discovery'],
    says: /^https:\/\/[^/\s]+\/?\n/,
    cause: 'authentik uses one issuer for all its providers.',
    fix: `${ADVANCED} → Issuer mode: each provider has a different issuer.`,
  },
  {
    where: ['discovery'],
    says: /"scopes_supported"\s*:\s*\[\s*"openid"\s*\]/,
    cause: 'No scope mappings are selected, so authentik tells neither name nor e-mail address.',
    fix: `${ADVANCED} → Scopes: select email and profile.`,
  },
  {
    where: ['keys'],
    says: /^\s*\{\s*(?:"keys"\s*:\s*\[\s*\]\s*)?\}\s*$/,
    cause: 'authentik shows no keys: no signing key is chosen, so it signs with the client secret (HS256).',
    fix: 'Applications → Providers → the provider → Edit → Signing Key: choose a certificate.',
  },
  {
    where: ['id_token'],
    reasons: ['algorithm_mismatch', 'no_matching_key'],
    cause:
      'authentik signs with another algorithm than {idTokenAlgorithm}; without a signing key it signs with the client secret (HS256).',
    fix: 'Applications → Providers → the provider → Edit → Signing Key: choose an RSA certificate, or set {idTokenAlgorithm} to what it signs with.',
  },
  {
    where: ['id_token'],
    reasons: ['decryption_key_missing', 'decryption_failed'],
    cause: 'authentik encrypts its tokens.',
    fix: 'Applications → Providers → the provider → Edit: clear Encryption Key.',
  },
  {
    where: ['authorization'],
    says: /Redirect URI Error|mismatching redirection URI/i,
    cause: 'The redirect URI is not registered at the provider.',
    about: 'redirect-uri',
    fix: 'Applications → Providers → the provider → Edit → Redirect URIs: add the exact address, with its final slash, as Strict.',
  },
  {
    where: ['authorization'],
    says: /Client ID Error|client identifier \(client_id\) is missing or invalid/i,
    cause: 'authentik has no provider of this client id.',
    about: 'client-id',
    fix: 'Copy Client ID from the page of the provider into {clientId}.',
  },
  {
    where: ['authorization'],
    says: /Permission denied|Request has been denied/i,
    cause: 'A binding of the application does not let this person in.',
    fix: 'Applications → Applications → the application → Policy / Group / User Bindings: allow the person or a group of theirs.',
  },
  {
    where: ['token', 'introspection'],
    error: ['invalid_client'],
    cause: 'The client secret is wrong; authentik also says so when the redirect URI is.',
    fix: 'Copy Client Secret again into {clientSecret}; Client type must be Confidential. Compare {baseUrl} with the address in the browser.',
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    cause: 'The code came too late (it lives for a minute) or twice, or the refresh token is no longer good.',
    fix: 'Sign in again. If this keeps happening, compare the clocks, and look for a proxy that repeats requests.',
  },
  {
    where: ['claims'],
    missing: ['email_verified'],
    cause: 'Since 2025.10, authentik says of every e-mail address that it is not verified.',
    fix: 'Customization → Property Mappings: make a scope mapping for email that says email_verified true, and select it at the provider in place of the default one.',
  },
  {
    where: ['claims'],
    error: ['claims_missing'],
    cause: 'authentik did not tell Gatehouse what it needs of the person.',
    fix: `${ADVANCED} → Scopes: select email and profile. Directory → Users → the person: fill in name and e-mail address.`,
  },
]

export const authentik: Vendor = {
  ...STANDARD,
  label: 'authentik',
  facts: ['providerBaseUrl', 'slug'],
  issuer: ({ providerBaseUrl: base, slug }) => base && slug && `${withoutSlash(base)}/application/o/${slug}/`,
  recognises: ({ pathname }) => /\/application\/o\/[^/]+\/$/.test(pathname),
  defaults: { groupsClaims: ['groups'] },
  // In introspection answers `client_id` is the client that asks. @see providers/oauth2/views/introspection.py
  clientOf: ({ azp, aud, client_id }) => firstText(azp, aud, client_id),
  principalOf,
  // Issuer mode "global": all applications of a host call themselves by its root, yet are discovered each below its own path.
  // @see https://docs.goauthentik.io/add-secure-apps/providers/oauth2/
  issuersAt: (url) => [url, url.replace(/application\/o\/[^/]+\/$/, '')],
  furtherScopes: ['offline_access'],
  wantsConsentForOfflineAccess: false,
  // Its view only has GET. @see https://github.com/goauthentik/authentik, providers/oauth2/views/end_session.py
  takesSignOutForm: false,
  // They are the ID token with `azp`, a random `uid`, and `scope`, which versions of 2025 leave out. A mapping may give an ID
  // token a scope, but never azp, and mostly it has a nonce or a hash. Without a scope there must be no hash, which an ID token has.
  // @see https://github.com/goauthentik/authentik, providers/oauth2/id_token.py, to_access_token
  isAccessToken: (claims) =>
    typeof claims.scope === 'string'
      ? isText(claims.azp) || !saysOtherToken(claims)
      : isText(claims.azp) && isText(claims.uid) && claims.at_hash === undefined,
  specialSource: (claim) => (claim === 'groups' ? 'the scope profile brings it' : null),
  otherSource: (claim) =>
    `a scope mapping that returns ${claim} brings it (Customization, Property Mappings), and its scope in {scopes}`,
  needsListedScopes: true,
  pathDifference: ({ pathname }) =>
    pathname === '/'
      ? {
          seen: 'The provider uses one issuer for all applications.',
          fix: 'Applications → Providers → the provider → Edit → Advanced protocol settings → Issuer mode: Each provider has a different issuer.',
        }
      : null,
  console: {
    redirectUris: `${CONSOLE} → Redirect URIs (Strict)`,
    postLogoutUris: `${CONSOLE} → Redirect URIs (2026 and later: of type Post Logout)`,
    backchannelLogout: `${CONSOLE} → Logout URI, with Logout method Back-channel (2025.8 and later)`,
    frontchannelLogout: `${CONSOLE} → Logout URI, with Logout method Front-channel; better use the back channel`,
    clientId: `${CONSOLE} → Client ID`,
    clientSecret: `${CONSOLE} → Client Secret, with Client type Confidential`,
    authenticationMethod: `${CONSOLE} → Client type: Confidential`,
    scopes: `${CONSOLE} → Advanced protocol settings → Scopes`,
    idTokenAlgorithm: `${CONSOLE} → Signing Key`,
  },
  refusals,
}

/**
 * The account that authentik makes for a program is `ak-<provider>-client_credentials`, or begins so where the program authenticated
 * with a token of another issuer. People may have such a name, too, but their tokens belong to a session, or to an earlier sign-in.
 * A program with an app password has an account like any other; its token is issued at the moment it signs in.
 *
 * @see https://docs.goauthentik.io/add-secure-apps/providers/oauth2/machine_to_machine
 */
function principalOf({ claims }: TokenFacts): Principal | undefined {
  const { sid, amr, nonce, auth_time, iat, preferred_username: name } = claims
  const sinceSignIn = typeof auth_time === 'number' && auth_time > 0 && iat !== undefined ? iat - auth_time : undefined
  if ([sid, amr, nonce].some(isSaid) || (sinceSignIn !== undefined && sinceSignIn > 1)) return 'user'
  if (typeof name !== 'string') return undefined
  if (/^ak-.+-client_credentials$/.test(name)) return 'service'
  const isMadeAtSignIn = sinceSignIn !== undefined && sinceSignIn >= -1
  return name.startsWith('ak-') || isMadeAtSignIn ? undefined : 'user'
}
