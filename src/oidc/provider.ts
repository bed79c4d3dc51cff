/**
 * The front door to the provider, and the only file of this room that others import; wires the protocol steps to cached documents.
 */
import * as oauth from 'oauth4webapi'
import type { Clock } from '../clock.ts'
import type { Config } from '../config/env.ts'
import { GatehouseError } from '../errors.ts'
import type { Log } from '../log.ts'
import { finishLogin, type VerifiedLogin } from './callback.ts'
import { CLOCK_TOLERANCE_SECONDS, type ProtocolClient } from './client.ts'
import { metadataSource } from './discovery.ts'
import { createDocument, type Document, type DocumentCache } from './document.ts'
import { beginOperation, type Fetch, type Send } from './http.ts'
import { allowInsecure } from './insecure.ts'
import { type Keys, keysSource, type SignedJwt, verifyJwt } from './jwks.ts'
import { type LoginRequest, type PendingLogin, type StartedLogin, startLogin } from './login.ts'
import { type EndSessionRequest, endSessionRequest, type LogoutRequest } from './logout.ts'
import { type LogoutNotice, verifyLogoutToken } from './logout-token.ts'
import type { ProviderTokens } from './provider-tokens.ts'
import { createReachability } from './reachability.ts'
import { type RefreshedLogin, refreshLogin } from './refresh.ts'
import { revokeTokens } from './revocation.ts'

export type { Authentication, VerifiedLogin } from './callback.ts'
export { audiencesOf, type Claims } from './claims.ts'
export { CLOCK_TOLERANCE_SECONDS } from './client.ts'
export type { CachedEntry, DocumentCache } from './document.ts'
export type { Fetch } from './http.ts'
export type { SignedJwt } from './jwks.ts'
export { type LoginRequest, type PendingLogin, pendingLoginSchema, type StartedLogin } from './login.ts'
export { endSessionUrl } from './logout.ts'
export { type ProviderTokens, providerTokensSchema } from './provider-tokens.ts'
export type { RefreshedLogin } from './refresh.ts'
export type { PersonClaims } from './userinfo.ts'

export interface ProviderPorts {
  readonly fetch: Fetch
  readonly cache: DocumentCache
  readonly clock: Clock
  readonly log: Log
}

/** What Gatehouse asks of the provider. Each call waits no longer than OIDC_TIMEOUT in all. */
export interface Provider {
  readonly issuer: string
  /**
   * Begins a login. Refuses while the provider cannot be reached, so that people see a page that says so.
   * @throws GatehouseError `provider_unreachable` or `provider_error`
   */
  startLogin(request: LoginRequest): Promise<StartedLogin>
  /** @see finishLogin in `callback.ts` */
  finishLogin(answer: URLSearchParams, pending: PendingLogin): Promise<VerifiedLogin>
  /** @see refreshLogin in `refresh.ts` */
  refresh(tokens: ProviderTokens): Promise<RefreshedLogin>
  /** How the browser signs out at the provider; `null`: it offers no such place, or cannot be asked for it. */
  endSession(request: LogoutRequest): Promise<EndSessionRequest | null>
  /** Gives back the tokens of ended sessions where the provider takes them; never fails. @see revokeTokens in `revocation.ts` */
  revokeTokens(ended: readonly ProviderTokens[]): Promise<void>
  /** @see verifyLogoutToken in `logout-token.ts` */
  verifyLogoutToken(token: string): Promise<LogoutNotice>
  /** Where the provider's own pages are, as far as it can be asked. */
  origins(): Promise<readonly string[]>
  /** @see verifyJwt in `jwks.ts` */
  verifyJwt(jwt: string, algorithms: readonly string[]): Promise<SignedJwt>
}

export function createProvider(config: Config, { fetch, cache, clock, log }: ProviderPorts): Provider {
  const documentPorts = { cache, clock, log, timeoutSeconds: config.OIDC_TIMEOUT }
  const reachability = createReachability(clock, config.OIDC_TIMEOUT)
  const metadata = createDocument(metadataSource(config), documentPorts)
  let keys: { jwksUri: string; document: Document<Keys> } | undefined

  const begin = () => reachability.noting(beginOperation(fetch, config.OIDC_TIMEOUT))

  function keysAt(jwksUri: string): Document<Keys> {
    if (keys?.jwksUri !== jwksUri) keys = { jwksUri, document: createDocument(keysSource(jwksUri), documentPorts) }
    return keys.document
  }

  async function clientFor(send: Send): Promise<ProtocolClient> {
    const current = await metadata.read(send)
    return {
      // The library remembers things of this very object, keys among them, so each operation gets its own.
      metadata: { ...current } as ProtocolClient['metadata'], // a readonly list is what the library only reads
      relyingParty: {
        client_id: config.OIDC_RP_CLIENT_ID,
        id_token_signed_response_alg: config.OIDC_RP_SIGN_ALGO,
        [oauth.clockSkew]: clock.aheadSeconds,
        [oauth.clockTolerance]: CLOCK_TOLERANCE_SECONDS,
      },
      clientAuthentication: oauth.ClientSecretPost(config.OIDC_RP_CLIENT_SECRET),
      signingAlgorithm: config.OIDC_RP_SIGN_ALGO,
      requestOptions: {
        [oauth.customFetch]: (url, init) => send(url, { ...init, body: init.body ?? null }),
        [oauth.allowInsecureRequests]: allowInsecure(current.token_endpoint),
      },
      verifyJwt: (jwt, algorithms) => verifyJwt(jwt, algorithms, keysAt(current.jwks_uri), send),
    }
  }

  /** Signing out here must work while the provider does not: `null`, and a line in the log. */
  async function orNull<T>(event: string, work: () => Promise<T>): Promise<T | null> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof GatehouseError)) throw error
      log({ level: 'warn', event, detail: { reason: error.message } })
      return null
    }
  }

  return {
    issuer: config.OIDC_OP_URL,

    async startLogin(request) {
      const send = begin()
      const current = await metadata.read(send)
      // The keys are what every provider shows without noting a failed sign-in in its log.
      await reachability.require(current.jwks_uri, send)
      return startLogin(config, current, request)
    },

    async finishLogin(answer, pending) {
      return finishLogin(await clientFor(begin()), answer, pending, clock)
    },

    async refresh(tokens) {
      return refreshLogin(await clientFor(begin()), tokens, clock)
    },

    async endSession(request) {
      return orNull('provider_logout_skipped', async () =>
        endSessionRequest(config, await metadata.read(begin()), request),
      )
    },

    async revokeTokens(ended) {
      await orNull('revocation_failed', async () => revokeTokens(await clientFor(begin()), ended, log))
    },

    async verifyLogoutToken(token) {
      return verifyLogoutToken(await clientFor(begin()), token, clock)
    },

    async origins() {
      const current = await orNull('provider_origin_unknown', () => metadata.read(begin()))
      const addresses = [config.OIDC_OP_URL, current?.end_session_endpoint ?? config.OIDC_OP_URL]
      return [...new Set(addresses.map((address) => new URL(address).origin))]
    },

    async verifyJwt(jwt, algorithms) {
      const send = begin()
      const { jwks_uri } = await metadata.read(send)
      return verifyJwt(jwt, algorithms, keysAt(jwks_uri), send)
    },
  }
}
