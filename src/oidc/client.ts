/**
 * What a protocol step is given: who speaks with whom, how requests are sent, how signatures are verified.
 */
import type * as oauth from 'oauth4webapi'
import type { SigningAlgorithm } from '../config/env.ts'
import type { SignedJwt } from './jwks.ts'

/** Clocks of honest machines differ by less. */
export const CLOCK_TOLERANCE_SECONDS = 60

export interface ProtocolClient {
  readonly metadata: oauth.AuthorizationServer
  readonly relyingParty: oauth.Client
  readonly clientAuthentication: oauth.ClientAuth
  readonly signingAlgorithm: SigningAlgorithm
  readonly requestOptions: oauth.HttpRequestOptions<'GET' | 'POST', URLSearchParams | undefined>
  /** Verifies a signature of the provider. @see verifyJwt in `jwks.ts` */
  verifyJwt(jwt: string, algorithms: readonly string[]): Promise<SignedJwt>
}
