/**
 * What Okta means is told from how it refuses, at the org authorization server and at custom ones.
 */
import { okta } from '../../src/vendors/okta.ts'
import { describeSignatures, page, refusal } from '../support/explained.ts'

describeSignatures(
  'okta',
  okta.refusals,
  [
    [
      'authorization',
      page("The 'redirect_uri' parameter must be a Login redirect URI in the client app settings: https://x"),
      /redirect URI/,
      /Sign-in redirect URIs/,
    ],
    ['authorization', page("Invalid value for 'client_id' parameter."), /no app integration/, /OIDC_RP_CLIENT_ID/],
    [
      'token',
      refusal('invalid_client', "Invalid value for 'client_id' parameter."),
      /no app integration/,
      /OIDC_OP_URL/,
    ],
    [
      'callback',
      refusal('invalid_scope', 'One or more scopes are not configured for the authorization server resource.'),
      /no such scope/,
      /OIDC_RP_SCOPES/,
    ],
    [
      'callback',
      refusal('access_denied', 'User is not assigned to the client application.'),
      /not assigned/,
      /Assignments/,
    ],
    [
      'callback',
      refusal('access_denied', 'Policy evaluation failed for this request, please check the policy configurations.'),
      /access policy/,
      /Access Policies/,
    ],
    [
      'token',
      refusal('invalid_client', 'The client secret supplied for a confidential client is invalid.'),
      /secret is wrong/,
      /OIDC_RP_CLIENT_SECRET/,
    ],
    [
      'token',
      refusal(
        'unauthorized_client',
        'The client is not authorized to use the provided grant type. Configured grant types: [x].',
      ),
      /grant/,
      /Refresh Token/,
    ],
    [
      'token',
      refusal(
        'invalid_grant',
        "The 'redirect_uri' parameter does not match the redirection URI used in the authorization request.",
      ),
      /redirect URI/,
      /BASE_URL/,
    ],
    ['token', refusal('invalid_grant', 'PKCE verification failed.'), /PKCE/, /proxy/],
    ['token', refusal('invalid_grant', 'The authorization code is invalid or has expired.'), /twice/, /clocks/],
    [
      'logout',
      page("The 'post_logout_redirect_uri' parameter must be a Logout redirect URI in the client app settings: x"),
      /post-logout/,
      /Sign-out redirect URIs/,
    ],
  ],
  [
    ['authorization', page('Sign in to example')],
    ['callback', refusal('access_denied')],
    ['callback', refusal('login_required', 'The client specified not to prompt, but the user is not logged in.')],
    ['token', refusal('invalid_client')],
    ['logout', page('You have signed out')],
  ],
)
