/**
 * What Google means is told from how it refuses.
 */
import { google } from '../../src/vendors/google.ts'
import { describeSignatures, page, refusal } from '../support/explained.ts'

describeSignatures(
  'google',
  google.refusals,
  [
    ['authorization', page('Error 400: redirect_uri_mismatch'), /redirect URI/, /Authorized redirect URIs/],
    ['authorization', page('The OAuth client was not found.'), /no client/, /OIDC_RP_CLIENT_ID/],
    ['authorization', page('Error 401: invalid_client'), /no client/, /OIDC_RP_CLIENT_ID/],
    ['authorization', page('Error 403: org_internal'), /Workspace/, /External/],
    ['authorization', page('Error 400: admin_policy_enforced'), /administrator/, /trust the app/],
    ['authorization', page('Error 403: access_denied'), /testing/, /Test users/],
    ['authorization', page('Error 403: disallowed_useragent'), /inside another app/, /real browser/],
    ['authorization', page('Error 401: deleted_client'), /deleted/, /Create client/],
    ['authorization', page('Error 400: invalid_request'), /not allowed/, /https/],
    ['authorization', page('Error 400: invalid_scope'), /scope/, /OIDC_RP_SCOPES/],
    ['token', refusal('invalid_client', 'The provided client secret is invalid.'), /secret/, /OIDC_RP_CLIENT_SECRET/],
    ['token', refusal('invalid_client', 'Unauthorized'), /secret/, /OIDC_RP_CLIENT_SECRET/],
    ['token', refusal('invalid_client', 'The OAuth client was not found.'), /no client/, /OIDC_RP_CLIENT_ID/],
    ['token', refusal('redirect_uri_mismatch', 'Bad Request'), /redirect URI/, /BASE_URL/],
    ['token', refusal('invalid_grant', 'Malformed auth code.'), /twice/, /proxy/],
    ['token', refusal('invalid_grant', 'Bad Request'), /twice/, /proxy/],
    ['token', refusal('invalid_grant', 'Missing code verifier.'), /twice/, /proxy/],
    ['token', refusal('invalid_grant', 'Token has been expired or revoked.'), /consent/, /signing in again/],
    ['claims', { error: 'access_denied', reason: 'tenant_not_allowed' }, /private/, /OIDC_OP_HOSTED_DOMAINS/],
    ['claims', { error: 'claims_missing' }, /not asked/, /OIDC_RP_SCOPES/],
  ],
  [
    ['authorization', page('Choose an account')],
    ['authorization', page('access_denied')],
    ['callback', refusal('access_denied')],
    ['token', refusal('invalid_request', 'Bad Request')],
    ['claims', { error: 'access_denied', reason: 'not_allowed' }],
  ],
)
