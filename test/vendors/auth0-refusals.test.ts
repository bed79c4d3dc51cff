/**
 * What Auth0 means is told from how it refuses, whatever the status is with which it does.
 */
import { auth0 } from '../../src/vendors/auth0.ts'
import { badToken, describeSignatures, document, page, refusal } from '../support/explained.ts'

const ISSUER = 'https://example.eu.auth0.com/'
const withStatus = (status: number, error: string, description: string) => ({ status, error, description })

describeSignatures(
  'auth0',
  auth0.refusals,
  [
    ['authorization', page('Callback URL mismatch.'), /redirect URI/, /Allowed Callback URLs/],
    [
      'authorization',
      page('The provided redirect_uri is not in the list of allowed callback URLs.'),
      /redirect URI/,
      /Allowed Callback URLs/,
    ],
    ['authorization', page('Unknown client: abc'), /no application/, /OIDC_OP_DOMAIN/],
    ['callback', refusal('access_denied', 'Service not found: https://api.example.org'), /audience/, /APIs/],
    ['callback', refusal('unauthorized', 'Only on weekdays'), /Action/, /Action/],
    ['callback', refusal('access_denied', 'Only on weekdays'), /Action/, /Action/],
    ['callback', refusal('login_required', 'Login required'), /told not to/, /Nothing/],
    ['callback', refusal('consent_required', 'Consent required'), /told not to/, /Nothing/],
    ['token', withStatus(401, 'access_denied', 'Unauthorized'), /secret/, /Client Secret/],
    ['token', withStatus(403, 'access_denied', 'Unauthorized'), /secret/, /Client Secret/],
    ['token', withStatus(400, 'invalid_client', 'Client authentication failed'), /secret/, /Client Secret/],
    ['token', withStatus(403, 'invalid_grant', 'Invalid authorization code'), /twice/, /clocks/],
    ['token', withStatus(403, 'invalid_grant', 'Failed to verify code verifier'), /PKCE/, /proxy/],
    [
      'token',
      withStatus(403, 'unauthorized_client', "Grant type 'authorization_code' not allowed for the client."),
      /code flow/,
      /Grant Types/,
    ],
    [
      'token',
      refusal('invalid_request', 'The redirect URI is wrong. You sent https://a.example, and we expected b'),
      /redirect URI/,
      /BASE_URL/,
    ],
    ['token', withStatus(429, 'too_many_requests', 'Global limit has been reached'), /limit/, /Wait/],
    ['id_token', badToken('algorithm_mismatch'), /HS256/, /RS256/],
    ['id_token', badToken('issuer_mismatch'), /custom domain/, /OIDC_OP_DOMAIN/],
    ['logout', document(ISSUER), /names no address/, /End Session Endpoint Discovery/],
    ['logout', page('The "post_logout_redirect_uri" is not in the list'), /post-logout/, /Allowed Logout URLs/],
    ['claims', { error: 'claims_missing' }, /did not tell/, /OIDC_RP_SCOPES/],
  ],
  [
    ['authorization', page('Log in to example')],
    ['callback', refusal('server_error', 'Unauthorized')],
    ['token', refusal('invalid_scope', 'Grant of a type')],
    ['logout', document(ISSUER, { end_session_endpoint: `${ISSUER}oidc/logout` })],
    ['discovery', document(ISSUER)],
    ['claims', { error: 'access_denied' }],
  ],
)
