/**
 * What a protocol step is given: who speaks with whom, how requests are sent, how signatures are verified.
 */
import type * as oauth from 'oauth4webapi'
import type { ProviderConfig } from '../../config/model.ts'
import type { IdTokenAlgorithm } from '../../config/schema/provider.ts'
import type { Vendor } from '../../vendors/vendor.ts'
import type { ClaimRules, Claims } from '../claims.ts'
import type { SignedJwt } from '../metadata/jwks.ts'
import type { SecretsAtHand } from '../transport/secrets-at-hand.ts'
import type { Judge } from '../unverified-jwt.ts'
import type { AcceptedEncryption } from './encryption.ts'

/** The settings that decide what is accepted of the provider. */
export type Acceptance = Pick<
  ProviderConfig,
  | 'clockToleranceSeconds'
  | 'allowedTenants'
  | 'hostedDomains'
  | 'trustedAudiences'
  | 'requireEncryptedIdToken'
  | 'userinfoFormat'
  | 'userinfoMayRefuse'
  | 'responseMode'
  | 'useDpop'
  | 'introspectionSigningAlgorithm'
  | 'introspectionEncryptionAlgorithm'
  | 'introspectionEncryptionEncoding'
  | 'decryptionKeys'
  | 'introspectionDecryptionKeys'
>

type RequestOptions = oauth.HttpRequestOptions<'GET' | 'POST', URLSearchParams | undefined>

export interface ProtocolClient {
  readonly metadata: oauth.AuthorizationServer
  readonly relyingParty: oauth.Client
  readonly clientAuthentication: oauth.ClientAuth
  readonly signingAlgorithm: IdTokenAlgorithm
  readonly acceptance: Acceptance
  readonly requestOptions: RequestOptions & Required<Pick<RequestOptions, typeof oauth.customFetch>>
  readonly quirks: Vendor
  /** What no failure may quote. Everything that is sent is added to it. */
  readonly secrets: SecretsAtHand
  /** Whether the claims of a token are those of this issuer. */
  isFrom(claims: Claims): boolean
  /** What every claim set for this client is judged by, as of now. @see faultOfClaims in `claims.ts` */
  claimRules(): Required<Pick<ClaimRules, 'isFrom' | 'audience' | 'now' | 'toleranceSeconds'>>
  /**
   * Verifies a signature of the provider; registered claims that are null count as absent. @see verifyJwt in `jwks.ts`
   *
   * @param judge what must be true of header and claims; called before the signature is verified, so that no key is fetched in vain, and
   * once more with what was signed
   */
  verifyJwt(jwt: string, algorithms: readonly string[], judge?: Judge): Promise<SignedJwt>
  /** Opens what was encrypted for us. @see decryptJwe in `encryption.ts` */
  decryptJwe(jwe: string, accepted?: AcceptedEncryption): Promise<string>
}
