/**
 * What apps can read about Gatehouse as their authorization server; so far, about token checks. Where it is read is in `routes/`.
 */
import { SIGNING_ALGORITHMS } from '../accounts/apps.ts'
import { SIGNING_ALGORITHMS as ASSERTION_ALGORITHMS } from '../config/values/algorithms.ts'

export interface IssuerAddresses {
  readonly issuer: string
  readonly introspection: string
  readonly jwks: string
}

/**
 * There is no `response_types_supported`, since no one is sent here to sign in to an app yet, and a list without elements must not be there.
 *
 * @see RFC 8414 sections 2 and 3.2, RFC 9701 section 7
 */
export function authorizationServerMetadata({ issuer, introspection, jwks }: IssuerAddresses) {
  return {
    issuer,
    jwks_uri: jwks,
    introspection_endpoint: introspection,
    introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    introspection_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
    introspection_signing_alg_values_supported: SIGNING_ALGORITHMS,
  }
}
