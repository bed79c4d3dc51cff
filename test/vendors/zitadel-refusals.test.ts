/**
 * What Zitadel means is told from how it refuses.
 */
import { zitadel } from '../../src/vendors/zitadel.ts'
import { describeSignatures, page, refusal } from '../support/explained.ts'

describeSignatures(
  'zitadel',
  zitadel.refusals,
  [
    [
      'authorization',
      refusal('invalid_request', 'The requested redirect_uri is missing in the client configuration.'),
      /redirect URI/,
      /plus sign/,
    ],
    ['authorization', refusal('invalid_request', 'Errors.App.NotFound'), /no active application/, /OIDC_RP_CLIENT_ID/],
    ['token', refusal('invalid_client', 'Errors.App.NotActive'), /no active application/, /OIDC_RP_CLIENT_ID/],
    [
      'authorization',
      refusal('unauthorized_client', 'The requested response type is missing in the client configuration.'),
      /response type/,
      /Response Types: Code/,
    ],
    [
      'discovery',
      { status: 404, text: '{"message":"unable to set instance using origin (Errors.IAM.NotFound)"}' },
      /no instance/,
      /OIDC_OP_DOMAIN/,
    ],
    ['token', refusal('invalid_client', 'invalid secret'), /secret is wrong/, /OIDC_RP_CLIENT_SECRET/],
    ['token', refusal('unauthorized_client', 'grant_type "refresh_token" not allowed'), /grant/, /Refresh Token/],
    ['token', refusal('invalid_grant', 'invalid code_verifier'), /PKCE/, /proxy/],
    ['token', refusal('invalid_grant', 'invalid code'), /twice/, /BASE_URL/],
    ['logout', refusal('invalid_request', 'post_logout_redirect_uri invalid'), /post-logout/, /Post Logout URIs/],
    ['logout', refusal('invalid_request', 'id_token_hint invalid'), /who signs out/, /Sign in again/],
  ],
  [
    ['authorization', page('Welcome back!')],
    ['callback', refusal('access_denied')],
    ['discovery', { status: 404, text: '<html>Not found</html>' }],
    ['token', refusal('server_error', 'Errors.Internal')],
    ['logout', page('You have signed out')],
  ],
)
