/**
 * What authentik means is told from how it refuses.
 */
import { authentik } from '../../src/vendors/authentik.ts'
import { badToken, describeSignatures, document, page, refusal } from '../support/explained.ts'

const ISSUER = 'https://authentik.example.org/application/o/gatehouse/'

describeSignatures(
  'authentik',
  authentik.refusals,
  [
    ['discovery', { status: 404, text: '<!DOCTYPE html><title>Not Found</title>' }, /slug/, /OIDC_OP_SLUG/],
    ['discovery', document(ISSUER.replace('https', 'http')), /by http/, /X-Forwarded-Proto/],
    ['discovery', document('https://authentik.example.org/'), /one issuer/, /Issuer mode/],
    ['discovery', document(ISSUER, { scopes_supported: ['openid'] }), /scope mappings/, /email and profile/],
    ['keys', { status: 200, text: '{}' }, /no signing key/, /Signing Key/],
    ['id_token', badToken('algorithm_mismatch'), /HS256/, /Signing Key/],
    ['id_token', { error: 'not_configured', reason: 'decryption_key_missing' }, /encrypts/, /Encryption Key/],
    ['authorization', page('Redirect URI Error'), /redirect URI/, /Redirect URIs.*Strict/],
    [
      'authorization',
      page('The request fails due to a missing, invalid, or mismatching redirection URI (redirect_uri).'),
      /redirect URI/,
      /Redirect URIs/,
    ],
    ['authorization', page('Client ID Error'), /client id/, /OIDC_RP_CLIENT_ID/],
    ['authorization', page('The client identifier (client_id) is missing or invalid.'), /client id/, /Client ID/],
    ['authorization', page('Permission denied'), /does not let/, /Bindings/],
    ['authorization', page('Request has been denied.'), /does not let/, /Bindings/],
    ['token', refusal('invalid_client', 'Client authentication failed (e.g., unknown client)'), /secret/, /BASE_URL/],
    ['token', refusal('invalid_grant', 'The provided authorization grant is invalid'), /minute/, /clocks/],
    ['claims', { error: 'claims_missing', missing: ['email_verified'] }, /2025\.10/, /scope mapping/],
    ['claims', { error: 'claims_missing' }, /did not tell/, /email and profile/],
  ],
  [
    ['discovery', document(ISSUER, { scopes_supported: ['openid', 'email'] })],
    ['keys', { status: 200, text: '{"keys":[{"kty":"RSA"}]}' }],
    ['authorization', page('Welcome to authentik')],
    ['callback', refusal('invalid_client')],
    ['token', refusal('invalid_request')],
    ['id_token', badToken('at_hash_mismatch')],
  ],
)
