/**
 * How any provider refuses that keeps to the standards; what one of them says in words of its own is in its own file.
 *
 * @see RFC 6749 sections 4.1.2.1 and 5.2; OpenID Connect Core 1.0 section 3.1.2.6
 */
import type { Explanation, RefusalPattern } from '../vendor.ts'

/** What several providers mean, each in words of its own. */
export const PKCE_LOST: Explanation = {
  cause: 'The proof of the sign-in (PKCE) got lost or was mixed up between two sign-ins.',
  about: 'pkce',
  fix: 'Sign in again. If this keeps happening, look for a proxy that changes or repeats requests.',
}

export const OTHER_REDIRECT_URI: Explanation = {
  cause: 'The redirect URI of the token request is not the one of the authorization request.',
  about: 'redirect-uri',
  fix: 'Compare {baseUrl} with the address in the browser; both requests use it.',
}

export const CODE_SPENT: Explanation = {
  cause: 'The code was used twice, came too late, or belongs to another redirect URI.',
  fix: 'Sign in again. If this keeps happening, compare {baseUrl} with the address in the browser, and look for a proxy that repeats requests.',
}

/** A page that was asked for is 200, and may speak of anything. */
const REFUSING = [302, 303, 400, 401, 403, 404, 422]

export const standardRefusals: readonly RefusalPattern[] = [
  {
    where: ['discovery'],
    status: [404],
    cause: 'There is no discovery document at this address.',
    fix: 'Set {issuer} to the issuer, as the console of the provider shows it; a path counts, and capital letters in it.',
  },
  {
    where: ['discovery'],
    says: /^[ \t]{0,100}<(?:!doctype|html)\b/im,
    cause: 'There is a page for people at this address, and no discovery document.',
    fix: 'Set {issuer} to the issuer, as the console of the provider shows it; a path counts.',
  },
  {
    where: ['keys'],
    says: /^\s*\{\s*(?:"keys"\s*:\s*\[\s*\]\s*)?\}\s*$/,
    cause: 'The provider shows no keys, so nothing that it signs can be verified.',
    fix: 'Choose a signing key in the console of the provider; check {jwksUri}, if it is set.',
  },
  {
    where: ['discovery', 'keys', 'authorization', 'token', 'userinfo', 'introspection'],
    status: [429],
    cause: 'The provider was asked more often than it allows.',
    fix: 'Wait. If it happens often, look at the limits of the provider, and who else asks it.',
  },
  {
    where: ['authorization', 'callback', 'token'],
    error: ['invalid_redirect_uri', 'redirect_uri_mismatch'],
    cause: 'The redirect URI is not registered at the provider.',
    about: 'redirect-uri',
    fix: 'Register the exact address, with its final slash, as redirect URI of the client.',
  },
  {
    where: ['authorization'],
    status: REFUSING,
    says: /redirect[ _-]?ur[il]|callback url/i,
    cause: 'The redirect URI is not registered at the provider.',
    about: 'redirect-uri',
    fix: 'Register the exact address, with its final slash, as redirect URI of the client.',
  },
  {
    where: ['authorization'],
    status: REFUSING,
    says: /client[ _-]?(?:id|identifier)?\b.{0,40}\b(?:invalid|unknown|not found|not recognized)|(?:invalid|unknown)[ _-]client/i,
    cause: 'The provider knows no client of this id.',
    about: 'client-id',
    fix: 'Copy the client id from the console of the provider into {clientId}.',
  },
  {
    where: ['logout'],
    says: /post_logout_redirect_uri|redirect[ _]ur[il]/i,
    cause: 'The post-logout redirect URI is not registered at the provider.',
    fix: 'Register the exact address, with its final slash, as post-logout redirect URI of the client.',
  },
  {
    where: ['token', 'introspection', 'callback'],
    error: ['invalid_client'],
    cause: 'The provider does not accept the client id with this secret or key.',
    about: 'client-id',
    fix: 'Compare {clientId}, {clientSecret} and {clientAuthMethod} with the console of the provider.',
  },
  {
    where: ['token', 'callback', 'authorization'],
    error: ['unauthorized_client'],
    cause: 'The client may not sign people in with the authorization code flow, or its secret is wrong.',
    fix: 'Allow the authorization code flow for the client in the console of the provider, and compare {clientSecret} with it.',
  },
  {
    where: ['token', 'callback'],
    error: ['unsupported_grant_type', 'unsupported_response_type'],
    cause: 'The client may not sign people in with the authorization code flow.',
    fix: 'Allow the authorization code flow (response type code) for the client in the console of the provider.',
  },
  {
    where: ['token'],
    error: ['invalid_grant'],
    cause: 'The code was used before, is too old, or was made for another redirect URI.',
    fix: 'Sign in again. If this keeps happening, compare {baseUrl} with the address in the browser, and the clocks.',
  },
  {
    where: ['authorization', 'callback', 'token'],
    error: ['invalid_scope'],
    cause: 'The provider does not allow a scope that Gatehouse asks for.',
    about: 'scopes',
    fix: 'Take it out of {scopes}, or allow it for the client in the console of the provider.',
  },
  {
    where: ['callback'],
    error: ['user_cancelled_login', 'user_cancelled_authorize'],
    cause: 'The person cancelled the sign-in.',
    fix: 'Nothing.',
  },
  {
    where: ['callback'],
    error: ['consent_required'],
    cause: 'The person did not agree to what the provider asked, or it was told not to ask them.',
    fix: 'Nothing, if the person cancelled. Otherwise give consent for everybody in the console of the provider.',
  },
  {
    where: ['callback'],
    error: ['login_required', 'interaction_required', 'account_selection_required'],
    cause: 'The provider had to ask the person something, and was told not to.',
    fix: 'Nothing, after a silent sign-in. Otherwise take prompt=none out of {extraParameters}.',
  },
  {
    where: ['callback'],
    error: ['access_denied'],
    cause: 'The person cancelled, or the provider does not let this person in.',
    fix: 'If the person did not cancel, give them access to the application in the console of the provider.',
  },
  {
    where: ['callback', 'token', 'userinfo', 'introspection'],
    error: ['server_error', 'temporarily_unavailable'],
    cause: 'The provider is in trouble.',
    fix: 'Look at the log of the provider, and try again.',
  },
  {
    where: ['callback', 'authorization', 'token'],
    says: /code[_ ]challenge|code[_ ]verifier|PKCE/i,
    cause: 'The provider and Gatehouse disagree about PKCE; Gatehouse sends S256.',
    about: 'pkce',
    fix: 'Allow PKCE with S256 for the client in the console of the provider.',
  },
  {
    where: ['userinfo'],
    status: [401, 403],
    cause: 'The provider does not take its own access token at userinfo.',
    fix: 'Look at the log of the provider; check that {userinfoEndpoint}, if it is set, belongs to this provider. If the ID token has all claims, set {userinfoMayRefuse} to true, or {userinfoEndpoint} to none.',
  },
  {
    where: ['userinfo'],
    reasons: ['userinfo_is_page'],
    cause: 'There is a web page for people at the userinfo endpoint.',
    fix: 'Check {userinfoEndpoint}, if it is set, and that nothing before the provider (a firewall, a sign-in page) answers in its place. If the ID token has all claims, set {userinfoEndpoint} to none.',
  },
  {
    where: ['id_token'],
    error: ['clock_skew'],
    cause: 'The clocks of the provider and of Gatehouse differ by more than {clockToleranceSeconds}.',
    fix: 'Set the clock of the provider’s server (NTP); a Worker’s clock is right.',
  },
  {
    where: ['id_token'],
    reasons: ['auth_time_missing'],
    cause:
      'A sign-in of a moment ago was asked for (max_age), and the ID token does not say when the person signed in.',
    fix: 'Let the provider put auth_time into ID tokens, as seconds since 1970; or take max_age out of the links of the app.',
  },
  {
    where: ['id_token'],
    reasons: ['authentication_too_old'],
    cause:
      'A sign-in of a moment ago was asked for (max_age), and the provider sent the person back without asking them again.',
    fix: 'See in the console of the provider whether it knows max_age; prompt=login does the same ({passableParameters}).',
  },
  {
    where: ['id_token'],
    error: ['authentication_too_weak'],
    cause: 'The provider did not authenticate the person as strongly as was asked.',
    fix: 'Let the provider offer that level; acr_values and {levels} must be written as it writes them.',
  },
  {
    where: ['id_token'],
    reasons: ['decryption_key_missing', 'decryption_failed'],
    cause: 'The provider encrypts its tokens with another key than {decryptionKeys}, or there is none.',
    fix: 'Switch encryption off for the client in the console of the provider, or register the key that is shown at /jwks there.',
  },
  {
    where: ['id_token'],
    reasons: ['key_unusable'],
    cause: 'The provider shows the key that the ID token was signed with, and Gatehouse cannot use it.',
    fix: 'Give the provider another key to sign with: RSA of 2048 bits or more, or EC P-256; with its own members (n and e, or x and y), not as a certificate alone.',
  },
  {
    where: ['id_token'],
    reasons: ['no_matching_key'],
    cause:
      'The ID token was signed with a key that the provider does not show, or with another algorithm than {idTokenAlgorithm}.',
    fix: 'Compare {idTokenAlgorithm} with the algorithm of ID tokens in the console of the provider; check {jwksUri}, if it is set.',
  },
  {
    where: ['id_token'],
    reasons: ['algorithm_mismatch'],
    cause: 'The ID token, or userinfo, is signed with another algorithm than {idTokenAlgorithm}.',
    fix: 'Set {idTokenAlgorithm} to the algorithm that the provider signs ID tokens of this client with, and let it sign userinfo with the same, or not at all.',
  },
  {
    where: ['claims'],
    error: ['claims_missing'],
    cause: 'The provider did not tell what Gatehouse needs of the person.',
    fix: 'Ask for the scopes that bring it ({scopes}, usually openid email profile), and see at the provider that they put it into the ID token or userinfo and that the person has it; or demand less in {essentialClaims}.',
  },
  {
    where: ['claims'],
    error: ['account_disabled'],
    reasons: ['inactive_at_provider'],
    cause: 'The provider has pushed by SCIM that the person is not active.',
    fix: 'Activate the person where the provider pushes from (its provisioning, with the token of {scimTokens}); the next push lets them in.',
  },
  {
    where: ['claims'],
    error: ['account_disabled'],
    cause: 'The account of the person is disabled here, whatever the provider says.',
    fix: 'npm run users shows who is disabled; npm run user:enable lets the person in again.',
  },
  {
    where: ['claims'],
    error: ['account_not_allowed'],
    reasons: ['email_missing', 'email_not_verified', 'email_not_allowed'],
    cause: 'The person has no verified e-mail address that is on the list of {allowedEmails}.',
    fix: 'Add the address or its domain to {allowedEmails}; or see at the provider that it sends the address (scope email) and calls it verified.',
  },
  {
    where: ['claims'],
    error: ['account_not_allowed'],
    reasons: ['role_not_allowed'],
    cause: 'The person has none of the roles of {allowedRoles}, as far as the provider says.',
    fix: 'Give the person one of them at the provider, and see that it sends roles in the ID token or userinfo; or add a role to {allowedRoles}.',
  },
  {
    where: ['claims'],
    error: ['account_not_allowed'],
    cause: 'The person is in none of the groups of {allowedGroups}, as far as the provider says.',
    fix: 'Put the person into one of them at the provider, or add a group to {allowedGroups}; {groupsClaims} says which claim has the groups.',
  },
  {
    where: ['claims'],
    error: ['account_unknown'],
    cause: '{createUsers} is off, so only people who are known already are let in.',
    fix: 'Set {createUsers} to true; or see {matchByEmail}, if the person has an account under another subject.',
  },
  {
    where: ['claims'],
    error: ['email_conflict'],
    cause: 'Several accounts have the e-mail address of the person, so none of them can be chosen.',
    fix: 'Look for the accounts with npm run users; or set {matchByEmail} to false.',
  },
  {
    where: ['id_token'],
    reasons: ['audience_mismatch', 'azp_mismatch'],
    cause: 'The ID token is meant for others than this client.',
    fix: 'Name the audiences that are meant to be there in {trustedAudiences}, or remove them at the provider.',
  },
]
