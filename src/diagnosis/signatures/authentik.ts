/**
 * How authentik (2024 to 2026) refuses, and where in its admin interface each is mended. It tells more in Events → Logs.
 *
 * @see https://github.com/goauthentik/authentik, `authentik/providers/oauth2/errors.py` and `views/`
 */
import type { Signature } from './signature.ts'

const ADVANCED = 'Applications → Providers → the provider → Edit → Advanced protocol settings'

export const authentik: readonly Signature[] = [
  {
    where: ['discovery'],
    status: [404],
    cause: 'authentik has no application of this slug, or the application has no provider.',
    fix: 'Applications → Applications: copy the slug into OIDC_OP_SLUG, and see that the application has a provider; the page of the provider shows “OpenID Configuration Issuer”.',
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
    says: /OIDC_RP_SIGN_ALGO|"alg"|no key of the provider fits/,
    cause:
      'authentik signs otherwise than OIDC_RP_SIGN_ALGO; without a signing key it signs with the client secret (HS256).',
    fix: 'Applications → Providers → the provider → Edit → Signing Key: choose an RSA certificate, or set OIDC_RP_SIGN_ALGO to what it signs with.',
  },
  {
    where: ['id_token'],
    says: /provider encrypts|encrypted token/,
    cause: 'authentik encrypts its tokens.',
    fix: 'Applications → Providers → the provider → Edit: clear Encryption Key.',
  },
  {
    where: ['authorization'],
    says: /Redirect URI Error|mismatching redirection URI/i,
    cause: 'The redirect URI is not registered at the provider.',
    fix: 'Applications → Providers → the provider → Edit → Redirect URIs: add the exact address, with its final slash, as Strict.',
  },
  {
    where: ['authorization'],
    says: /Client ID Error|client identifier \(client_id\) is missing or invalid/i,
    cause: 'authentik has no provider of this client id.',
    fix: 'Copy Client ID from the page of the provider into OIDC_RP_CLIENT_ID.',
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
    fix: 'Copy Client Secret again into OIDC_RP_CLIENT_SECRET; Client type must be Confidential. Compare BASE_URL with the address in the browser.',
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    cause: 'The code came too late (it lives for a minute) or twice, or the refresh token is no longer good.',
    fix: 'Sign in again. If it stays so, compare the clocks, and look for a proxy that repeats requests.',
  },
  {
    where: ['claims'],
    says: /verified/,
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
