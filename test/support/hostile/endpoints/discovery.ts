/**
 * The discovery document.
 */
import { altered } from '../faults/alter.ts'
import { metadataFaults } from '../faults/metadata.ts'
import type { Members } from '../jws.ts'
import type { State } from '../state.ts'
import type { Call } from './call.ts'

/** @see OpenID Connect Discovery 1.0 section 3 */
export function discovery(_: Call, { issuer, fault, offers }: State): Response {
  const honest: Members = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    userinfo_endpoint: `${issuer}/userinfo`,
    jwks_uri: `${issuer}${offers.jwksPath ?? '/jwks'}`,
    end_session_endpoint: `${issuer}/end-session`,
    pushed_authorization_request_endpoint: `${issuer}/par`,
    require_pushed_authorization_requests: offers.requiresPar ?? false,
    authorization_response_iss_parameter_supported: true,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256', 'PS256', 'ES256', 'EdDSA'],
    token_endpoint_auth_methods_supported: [offers.clientAuthentication ?? 'client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    scopes_supported: ['openid', 'email', 'profile'],
    a_member_of_tomorrow: { deep: [1] },
  }
  return Response.json(altered(honest, metadataFaults, fault, undefined))
}
