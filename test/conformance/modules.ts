/**
 * The modules of the OpenID Foundation for relying parties, all of them, and which of them a relying party of the code flow has to pass.
 */

/** `applies`: there is a test of this name. */
export type Verdict = 'applies' | { readonly doesNotApply: string }

const FRONT_CHANNEL =
  'a check of tokens that come through the browser, and Gatehouse asks for a code alone (response_type=code)'
const WEBFINGER = 'the issuer is a setting (OIDC_OP_URL); no one types an address from which it would have to be found'
const REQUEST_URI =
  'request objects are sent by value or pushed (OIDC_USE_REQUEST_OBJECT, OIDC_USE_PAR), never by a reference of ours'

export const modules: Readonly<Record<string, Verdict>> = {
  'oidcc-client-test': 'applies',
  'oidcc-client-test-client-secret-basic': 'applies',
  'oidcc-client-test-scope-userinfo-claims': 'applies',
  'oidcc-client-test-nonce-unless-code-flow': {
    doesNotApply:
      'it is for the implicit and hybrid flows; the nonce that Gatehouse always sends is held by oidcc-client-test',
  },
  'oidcc-client-test-userinfo-bearer-header': 'applies',
  'oidcc-client-test-userinfo-bearer-body': {
    doesNotApply:
      'the access token travels in the Authorization header, as RFC 6750 section 2 prefers; other ways are optional',
  },
  'oidcc-client-test-idtoken-sig-rs256': 'applies',
  'oidcc-client-test-idtoken-sig-none': 'applies',
  'oidcc-client-test-kid-absent-single-jwks': 'applies',
  'oidcc-client-test-kid-absent-multiple-jwks': 'applies',
  'oidcc-client-test-invalid-iss': 'applies',
  'oidcc-client-test-invalid-aud': 'applies',
  'oidcc-client-test-missing-aud': 'applies',
  'oidcc-client-test-missing-sub': 'applies',
  'oidcc-client-test-missing-iat': 'applies',
  'oidcc-client-test-nonce-invalid': 'applies',
  'oidcc-client-test-invalid-sig-rs256': 'applies',
  'oidcc-client-test-invalid-sig-es256': 'applies',
  'oidcc-client-test-invalid-sig-hs256': 'applies',
  'oidcc-client-test-userinfo-invalid-sub': 'applies',
  'oidcc-client-test-userinfo-signed': 'applies',
  'oidcc-client-test-invalid-chash': { doesNotApply: FRONT_CHANNEL },
  'oidcc-client-test-missing-chash': { doesNotApply: FRONT_CHANNEL },
  'oidcc-client-test-invalid-athash': { doesNotApply: FRONT_CHANNEL },
  'oidcc-client-test-missing-athash': { doesNotApply: FRONT_CHANNEL },
  'oidcc-client-test-form-post-error': 'applies',
  'oidcc-client-test-aggregated-claims': 'applies',
  'oidcc-client-test-distributed-claims': 'applies',
  'oidcc-client-test-mtls-endpoint-aliases': {
    doesNotApply:
      'Gatehouse does not authenticate by mutual TLS, so it has no use for the aliases (RFC 8705 section 5)',
  },
  'oidcc-client-test-discovery-openid-config': 'applies',
  'oidcc-client-test-discovery-jwks-uri-keys': 'applies',
  'oidcc-client-test-discovery-issuer-mismatch': 'applies',
  'oidcc-client-test-signing-key-rotation': 'applies',
  'oidcc-client-test-signing-key-rotation-just-before-signing': 'applies',
  'oidcc-client-test-discovery-webfinger-acct': { doesNotApply: WEBFINGER },
  'oidcc-client-test-discovery-webfinger-url': { doesNotApply: WEBFINGER },
  'oidcc-client-test-dynamic-registration': {
    doesNotApply:
      'the client is registered by hand; its id and secret are settings (OIDC_RP_CLIENT_ID, OIDC_RP_CLIENT_SECRET)',
  },
  'oidcc-client-test-request-uri-signed-rs256': { doesNotApply: REQUEST_URI },
  'oidcc-client-test-request-uri-signed-none': { doesNotApply: REQUEST_URI },
  'oidcc-client-test-3rd-party-init-login': 'applies',
  'oidcc-client-test-refresh-token': 'applies',
  'oidcc-client-test-refresh-token-invalid-issuer': 'applies',
  'oidcc-client-test-refresh-token-invalid-sub': 'applies',
  'oidcc-client-test-rp-init-logout': 'applies',
  'oidcc-client-test-rp-init-logout-other-state': 'applies',
  'oidcc-client-test-rp-init-logout-no-state': 'applies',
  'oidcc-client-test-rp-backchannel-rpinitlogout': 'applies',
  'oidcc-client-test-rp-backchannel-rpinitlogout-alg-none': 'applies',
  'oidcc-client-test-rp-backchannel-rpinitlogout-wrong-alg': 'applies',
  'oidcc-client-test-rp-backchannel-rpinitlogout-no-event': 'applies',
  'oidcc-client-test-rp-backchannel-rpinitlogout-wrong-event': 'applies',
  'oidcc-client-test-rp-backchannel-rpinitlogout-with-nonce': 'applies',
  'oidcc-client-test-rp-backchannel-rpinitlogout-wrong-aud': 'applies',
  'oidcc-client-test-rp-backchannel-rpinitlogout-wrong-iss': 'applies',
  'oidcc-client-test-rp-frontchannel-rpinitlogout': 'applies',
  'oidcc-client-test-rp-frontchannel-opinitlogout': 'applies',
  'oidcc-client-test-session-management': {
    doesNotApply:
      'optional, and it needs cookies of the provider in a frame of another site, which browsers no longer send',
  },
}
