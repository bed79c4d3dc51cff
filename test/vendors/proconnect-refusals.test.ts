/**
 * What ProConnect means is told from how it refuses.
 */
import { proconnect } from '../../src/vendors/proconnect.ts'
import { badToken, describeSignatures, page, refusal } from '../support/explained.ts'

const rendered = (error: string, text: string) => page(`oidc-provider-rendered-error:${error} ${text}`)

describeSignatures(
  'proconnect',
  proconnect.refusals,
  [
    ['discovery', { status: 404 }, /\/api\/v2/, /OIDC_OP_DOMAIN/],
    ['authorization', page('code Y030031'), /redirect URI/, /final slash/],
    [
      'authorization',
      rendered('invalid_redirect_uri', 'redirect_uri did not match any of the client&#39;s registered redirect_uris'),
      /redirect URI/,
      /Apps/,
    ],
    ['authorization', rendered('invalid_client', 'client is invalid'), /no active application/, /OIDC_RP_CLIENT_ID/],
    ['authorization', page('code Y000400'), /parameter/, /OIDC_AUTH_REQUEST_EXTRA_PARAMS/],
    ['authorization', page('code Y000404'), /\/api\/v2/, /OIDC_OP_DOMAIN/],
    ['logout', page('code Y030111'), /post-logout/, /post-logout/],
    ['authorization', page('code Y030110'), /cookie/, /cookies/],
    ['authorization', page('code Y500015'), /private companies/, /Ask ProConnect/],
    ['callback', refusal('access_denied', 'authentication aborted due to invalid identity'), /private/, /Ask/],
    ['authorization', page('code Y04A586'), /wrong data of the application/, /addresses/],
    ['authorization', page('code Y470001'), /another tab/, /one tab/],
    ['authorization', page('code Y500006'), /organisation/, /organisation/],
    ['authorization', page('code Y500024'), /blocked/, /support/],
    ['authorization', page('code Y500025'), /e-mail address/, /professional/],
    ['authorization', page('code Y500027'), /domain/, /professional/],
    ['token', refusal('invalid_request', 'no client authentication mechanism provided'), /No client secret/, /BASIC/],
    ['token', refusal('invalid_client', 'client authentication failed'), /secret/, /OIDC_RP_CLIENT_SECRET/],
    ['token', refusal('invalid_grant', 'grant request is invalid'), /sixty seconds/, /clocks/],
    ['callback', refusal('invalid_scope', 'requested scope is not allowed'), /scope/, /OIDC_RP_SCOPES/],
    [
      'callback',
      refusal('server_error', 'authentication aborted due to a technical error on the authorization server'),
      /out of order/,
      /later/,
    ],
    ['callback', refusal('login_required', 'End-User authentication is required'), /told not to/, /Nothing/],
    ['callback', refusal('invalid_request', 'not supported value of code_challenge_method'), /PKCE/, /proxy/],
    [
      'callback',
      refusal(
        'invalid_request',
        'plain code_challenge_method fallback disabled, code_challenge_method must be provided',
      ),
      /PKCE/,
      /proxy/,
    ],
    ['id_token', { error: 'authentication_too_weak' }, /level/, /eidas2/],
    ['id_token', badToken('algorithm_mismatch'), /ES256/, /RS256/],
    ['claims', { error: 'claims_missing', missing: ['email_verified'] }, /never says/, /TRUST_ABSENT/],
    ['claims', { error: 'claims_missing' }, /did not tell/, /usual_name/],
  ],
  [
    ['authorization', page('code Y999999')],
    ['authorization', page('Quelle est votre adresse professionnelle ?')],
    ['callback', refusal('access_denied', 'the person said no')],
    ['token', refusal('invalid_request', 'missing required parameter')],
    ['discovery', { status: 500 }],
  ],
)
