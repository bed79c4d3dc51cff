/**
 * What GitLab means is told from how it refuses, in the words of its older and newer versions.
 */
import { gitlab } from '../../src/vendors/gitlab.ts'
import { describeSignatures, page, refusal } from '../support/explained.ts'

const CLIENT_FAILED =
  'Client authentication failed due to unknown client, no client authentication included, or unsupported authentication method.'

describeSignatures(
  'gitlab',
  gitlab.refusals,
  [
    ['authorization', page('The redirect URI included is not valid.'), /redirect URI/, /Edit → Redirect URI/],
    [
      'authorization',
      page("The requested redirect uri is malformed or doesn't match client redirect URI."),
      /redirect URI/,
      /Edit → Redirect URI/,
    ],
    ['authorization', page(CLIENT_FAILED), /no application/, /OIDC_RP_CLIENT_ID/],
    [
      'callback',
      refusal('invalid_scope', 'The requested scope is invalid, unknown, or malformed.'),
      /scope/,
      /OIDC_RP_SCOPES/,
    ],
    ['callback', refusal('unauthorized_client'), /code flow/, /new application/],
    ['token', refusal('invalid_client', CLIENT_FAILED), /secret is wrong/, /OIDC_RP_CLIENT_SECRET/],
    ['token', refusal('invalid_grant'), /twice/, /BASE_URL/],
    ['userinfo', { status: 403, error: 'insufficient_scope' }, /blocked/, /openid/],
    ['claims', { error: 'claims_missing' }, /did not tell/, /OIDC_RP_SCOPES/],
  ],
  [
    ['authorization', page('Authorize Gatehouse to use your account?')],
    ['callback', refusal('access_denied', 'The resource owner or authorization server denied the request.')],
    ['token', refusal('invalid_request')],
    ['claims', { error: 'access_denied' }],
  ],
)
