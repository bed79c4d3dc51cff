/**
 * Every way in which Gatehouse can refuse, and the reasons for each; what the outside is told of them is said in `errors.ts`.
 */

/**
 * The closed list of refusals, and of the reasons under each. The short codes are also what `loginFailureUrl` receives as
 * `?error=`; the reasons are in the log as `reason_code`. Code decides by these two, and never by a sentence.
 */
export const REASONS = {
  access_denied: [
    'cancelled',
    'not_allowed',
    'refused_by_provider',
    'tenant_not_allowed',
    'not_administrator',
    'guests_off',
    'signed_in_already',
  ],
  account_disabled: ['disabled_here', 'inactive_at_provider'],
  account_not_allowed: [
    'email_missing',
    'email_not_verified',
    'email_not_allowed',
    'groups_unknown',
    'group_not_allowed',
    'role_not_allowed',
  ],
  account_unknown: ['unknown_subject'],
  authentication_too_weak: ['acr_not_met', 'authentication_too_old'],
  claims_missing: ['claims_missing', 'subject_unusable'],
  clock_skew: [
    'issued_in_future',
    'issued_too_long_ago',
    'auth_time_in_future',
    'expired',
    'not_yet_valid',
    'clock_skew',
  ],
  conflict: ['already_provisioned'],
  csrf_refused: ['cross_site_request', 'csrf_token_missing'],
  email_conflict: ['email_ambiguous'],
  interaction_required: ['interaction_required'],
  internal: ['unexpected'],
  invalid_client: ['credential_missing', 'credential_unknown'],
  invalid_request: [
    'host_not_allowed',
    'parameter_repeated',
    'request_unreadable',
    'own_account',
    'token_missing',
    'credential_repeated',
    'level_unknown',
    'issuer_unknown',
    'provider_unknown',
    'logout_token_refused',
    'logout_request_refused',
    'filter_unusable',
    'path_unusable',
    'target_missing',
    'value_unusable',
    'too_many_results',
  ],
  login_ended: ['ended_by_provider'],
  login_expired: ['login_page_expired'],
  login_required: [
    'signed_out',
    'page_visit_required',
    'refresh_token_missing',
    'refresh_refused',
    'issuer_changed',
    'sealing_secret_gone',
  ],
  method_not_allowed: ['method_not_allowed'],
  not_configured: [
    'settings_incomplete',
    'issuer_not_found',
    'authentication_method_missing',
    'signing_key_missing',
    'decryption_key_missing',
    'own_key_unusable',
    'par_endpoint_missing',
    'introspection_client_missing',
    'introspection_unavailable',
    'user_search_off',
    'user_search_forbidden',
    'rate_limit_missing',
  ],
  not_found: [
    'path_unknown',
    'person_unknown',
    'app_unknown',
    'provider_unknown',
    'user_search_off',
    'scim_off',
    'resource_unknown',
  ],
  payload_too_large: ['body_too_large'],
  provider_error: [
    'refused_by_provider',
    'refresh_refusal_unclear',
    'answer_malformed',
    'answer_too_large',
    'authorization_response_malformed',
    'token_response_malformed',
    'introspection_response_malformed',
    'userinfo_malformed',
    'userinfo_is_page',
    'userinfo_not_signed',
    'code_accepted_twice',
    'discovery_document_missing',
    'discovery_unavailable',
    'metadata_unusable',
    'issuer_mismatch',
    'pkce_without_s256',
    'insecure_endpoint',
    'jwks_unavailable',
    'jwks_malformed',
    'jwks_without_usable_key',
    'user_search_failed',
  ],
  provider_unreachable: [
    'no_answer',
    'timeout',
    'gateway_error',
    'out_of_order',
    'issuer_search_incomplete',
    'jwks_unavailable',
  ],
  rate_limited: ['too_many_guests'],
  state_unknown: ['no_pending_login', 'other_provider'],
  store_unavailable: ['database_failed'],
  temporarily_unavailable: ['timeout', 'jwks_too_recent'],
  token_invalid: [
    'not_a_jwt',
    'not_signed',
    'not_encrypted',
    'encrypted',
    'header_malformed',
    'claims_malformed',
    'claims_missing',
    'wrong_token_type',
    'algorithm_mismatch',
    'no_matching_key',
    'key_unusable',
    'signature_invalid',
    'decryption_failed',
    'issuer_mismatch',
    'audience_mismatch',
    'azp_mismatch',
    'nonce_mismatch',
    'subject_mismatch',
    'subject_unusable',
    'expired',
    'not_yet_valid',
    'issued_in_future',
    'issued_too_long_ago',
    'auth_time_missing',
    'at_hash_mismatch',
    'dpop_mismatch',
    'id_token_missing',
    'id_token_changed',
    'response_not_signed',
    'session_over',
    'tenant_not_allowed',
    'refused_by_library',
  ],
} as const satisfies Readonly<Record<string, readonly [string, ...string[]]>>

export type ErrorCode = keyof typeof REASONS

/** The reasons that a code can have. */
export type ReasonOf<Code extends ErrorCode> = (typeof REASONS)[Code][number]

export type Reason = ReasonOf<ErrorCode>

const ALL_REASONS: ReadonlySet<string> = new Set(Object.values(REASONS).flat())

/** Whether a text, such as one that was stored by another version, is a reason that this version knows. */
export function isReason(text: string): text is Reason {
  return ALL_REASONS.has(text)
}

/** Whether a reason is one of this code. */
export function isReasonOf<Code extends ErrorCode>(code: Code, reason: Reason): reason is ReasonOf<Code> {
  return (REASONS[code] as readonly Reason[]).includes(reason) // the list of one code
}

/** The refusal that a reason belongs to, the first if there are several; `null`: there is no such reason. */
export function codeOfReason(word: string): ErrorCode | null {
  const found = Object.entries(REASONS).find(([, reasons]) => reasons.some((reason) => reason === word))
  return found === undefined ? null : (found[0] as ErrorCode) // the keys of REASONS are the codes
}
