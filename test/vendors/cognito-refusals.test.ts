/**
 * What Amazon Cognito means is told from how it refuses.
 */
import { cognito } from '../../src/vendors/cognito.ts'
import { describeSignatures, page, refusal } from '../support/explained.ts'

describeSignatures(
  'cognito',
  cognito.refusals,
  [
    ['authorization', { status: 302, text: 'error=redirect_mismatch' }, /redirect URI/, /Allowed callback URLs/],
    ['authorization', page('Login pages unavailable'), /no app client/, /OIDC_RP_CLIENT_ID/],
    ['authorization', page('User pool client does not exist.'), /no app client/, /OIDC_RP_CLIENT_ID/],
    ['callback', refusal('invalid_scope'), /scope/, /OIDC_RP_SCOPES/],
    ['callback', refusal('invalid_request', 'PreAuthentication failed with error no.'), /Lambda/, /CloudWatch/],
    ['callback', refusal('invalid_request', 'PreTokenGenerationV2 failed with error no.'), /Lambda/, /CloudWatch/],
    ['callback', refusal('unauthorized_client'), /code grant/, /grant types/],
    ['token', refusal('unauthorized_client'), /code grant/, /grant types/],
    ['token', refusal('invalid_client', 'invalid_client_secret'), /secret is wrong/, /OIDC_RP_CLIENT_SECRET/],
    ['token', refusal('invalid_grant'), /twice/, /BASE_URL/],
    ['userinfo', { status: 401, error: 'invalid_token' }, /openid/, /OIDC_RP_SCOPES/],
    ['logout', page('Required String parameter redirect_uri is not present'), /sign-out/, /Allowed sign-out URLs/],
    ['logout', { status: 302, text: '?error=redirect_mismatch' }, /sign-out/, /Allowed sign-out URLs/],
  ],
  [
    ['authorization', page('Sign in with your email and password')],
    ['callback', refusal('access_denied')],
    ['callback', refusal('invalid_request', 'Missing parameter')],
    ['token', refusal('invalid_request')],
    ['logout', page('You have signed out')],
  ],
)
