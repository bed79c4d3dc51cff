/**
 * What a protocol step is given: who speaks with whom, how requests are sent, how signatures are verified.
 */
import type * as oauth from 'oauth4webapi'
import type { ProviderConfig } from '../config/env.ts'
import type { IdTokenAlgorithm } from '../config/provider-settings.ts'
import type { Claims } from './claims.ts'
import type { AcceptedEncryption } from './encryption.ts'
import type { SignedJwt } from './jwks.ts'
import type { Quirks } from './quirks.ts'

/** The settings that decide what is accepted of the provider. */
export type Acceptance = Pick<
  ProviderConfig,
  | 'OIDC_CLOCK_TOLERANCE'
  | 'OIDC_OP_ALLOWED_TENANTS'
  | 'OIDC_OP_HOSTED_DOMAINS'
  | 'OIDC_TRUSTED_AUDIENCES'
  | 'OIDC_RP_ID_TOKEN_ENCRYPTED'
  | 'OIDC_OP_USER_ENDPOINT_FORMAT'
  | 'OIDC_RESPONSE_MODE'
  | 'OIDC_USE_DPOP'
  | 'OIDC_RS_SIGNING_ALGO'
  | 'OIDC_RS_ENCRYPTION_ALGO'
  | 'OIDC_RS_ENCRYPTION_ENCODING'
  | 'OIDC_RP_DECRYPTION_KEY'
  | 'OIDC_RS_PRIVATE_KEY_STR'
>

type RequestOptions = oauth.HttpRequestOptions<'GET' | 'POST', URLSearchParams | undefined>

export interface ProtocolClient {
  readonly metadata: oauth.AuthorizationServer
  readonly relyingParty: oauth.Client
  readonly clientAuthentication: oauth.ClientAuth
  readonly signingAlgorithm: IdTokenAlgorithm
  readonly acceptance: Acceptance
  readonly requestOptions: RequestOptions & Required<Pick<RequestOptions, typeof oauth.customFetch>>
  readonly quirks: Quirks
  /** Whether the claims of a token are those of this issuer. */
  isFrom(claims: Claims): boolean
  /** Verifies a signature of the provider. @see verifyJwt in `jwks.ts` */
  verifyJwt(jwt: string, algorithms: readonly string[]): Promise<SignedJwt>
  /** Opens what was encrypted for us. @see decryptJwe in `encryption.ts` */
  decryptJwe(jwe: string, accepted?: AcceptedEncryption): Promise<string>
}
