/**
 * The front door to one provider: wires the protocol steps to cached documents. The other doors are `providers.ts` and `examination.ts`.
 */
import * as oauth from 'oauth4webapi'
import type { Clock } from '../clock.ts'
import type { ProviderConfig } from '../config/env.ts'
import { GatehouseError } from '../errors.ts'
import type { Log } from '../log.ts'
import { mustBeSent, sentRequest } from './authorization-request.ts'
import { finishLogin, type VerifiedLogin } from './callback.ts'
import { type Claims, unverifiedClaims } from './claims.ts'
import type { ProtocolClient } from './client.ts'
import { clientAuthentication } from './client-authentication.ts'
import { metadataSource } from './discovery.ts'
import { createDocument, type DocumentCache } from './document.ts'
import { decryptJwe } from './encryption.ts'
import { withExpectedIssuer } from './expected-issuer.ts'
import { withForwardedHost } from './forwarded-host.ts'
import { beginOperation, type Fetch, type Send } from './http.ts'
import { allowInsecure } from './insecure.ts'
import { askAbout, askingClient, isOwnTokenActive, metadataForAsking } from './introspection.ts'
import type { SignedJwt } from './jwks.ts'
import { type LoginRequest, type PendingLogin, type StartedLogin, startLogin } from './login.ts'
import { type EndSessionRequest, endSessionRequest, type LogoutRequest } from './logout.ts'
import { type LogoutNotice, verifyLogoutToken } from './logout-token.ts'
import type { Metadata } from './metadata.ts'
import { createOwnKeys, type PublicKeys } from './own-keys.ts'
import type { ProviderTokens } from './provider-tokens.ts'
import { acceptedIssuers, quirksOf } from './quirks.ts'
import { createReachability } from './reachability.ts'
import { type RefreshedLogin, refreshLogin } from './refresh.ts'
import { revokeTokens } from './revocation.ts'
import { createSignatures } from './signatures.ts'
import { createUserSearcher, type FoundUser, searchingClient, type UserSearchRequest } from './user-search.ts'

export type { Authentication, VerifiedLogin } from './callback.ts'
export { audiencesOf, type Claims } from './claims.ts'
export type { CachedEntry, DocumentCache } from './document.ts'
export type { Fetch } from './http.ts'
export type { SignedJwt } from './jwks.ts'
export { type LoginRequest, type PendingLogin, pendingLoginSchema, type StartedLogin } from './login.ts'
export { endSessionUrl } from './logout.ts'
export { type ProviderTokens, providerTokensSchema } from './provider-tokens.ts'
export type { RefreshedLogin } from './refresh.ts'
export { stateOf } from './signed-answer.ts'
export type { FoundUser } from './user-search.ts'
export type { PersonClaims } from './userinfo.ts'

export interface ProviderPorts {
  readonly fetch: Fetch
  readonly cache: DocumentCache
  readonly clock: Clock
  readonly log: Log
}

/** What Gatehouse asks of the provider. Each call waits no longer than OIDC_TIMEOUT in all. */
export interface Provider {
  readonly id: string
  readonly config: ProviderConfig
  /** Whether a JWT of the provider that does not say of which kind it is must be an access token, by its claims. */
  isAccessToken(claims: Claims): boolean
  /** What the provider calls itself. @throws GatehouseError when that cannot be found out */
  issuer(): Promise<string>
  /**
   * Whether a token with this `iss` may be the provider's. Nothing is believed by that.
   * @throws GatehouseError when the issuer is not known and cannot be found
   */
  issues(issuer: string | undefined): Promise<boolean>
  /** Where a `sid` of this issuer is unique: the issuer, or all that the provider signs in when it names no issuer at sign-outs. */
  sidScope(issuer: string): string
  /** Where a `sid` without an issuer is looked for; `null`: the provider never sends one. */
  readonly bareSidScope: string | null
  /**
   * Begins a login. Refuses while the provider cannot be reached, so that people see a page that says so.
   * @throws GatehouseError `provider_unreachable` or `provider_error`
   */
  startLogin(request: LoginRequest): Promise<StartedLogin>
  /** Whether it can sign somebody in without asking, as far as is known; never fails. @see OpenID Connect Core 1.0 section 3.1.2.1, `prompt` */
  signsInSilently(): Promise<boolean>
  /** @see finishLogin in `callback.ts` */
  finishLogin(answer: URLSearchParams, pending: PendingLogin): Promise<VerifiedLogin>
  /** @see refreshLogin in `refresh.ts` */
  refresh(tokens: ProviderTokens): Promise<RefreshedLogin>
  /** How the browser signs out at the provider; `null`: it offers no such place, or cannot be asked for it. */
  endSession(request: LogoutRequest): Promise<EndSessionRequest | null>
  /** Gives back the tokens of ended sessions where the provider takes them; never fails. @see revokeTokens in `revocation.ts` */
  revokeTokens(ended: readonly ProviderTokens[]): Promise<void>
  /** Whether it can be asked about tokens: it has a place for that, and we have a client that may ask. */
  introspects(): Promise<boolean>
  /** @see isOwnTokenActive in `introspection.ts`. Only where `introspects`. */
  isOwnTokenActive(): Promise<boolean | null>
  /** What it says of a token; `null`: that it is not active. Only where `introspects`. @see askAbout in `introspection.ts` */
  introspect(token: string): Promise<Claims | null>
  /** @see verifyLogoutToken in `logout-token.ts` */
  verifyLogoutToken(token: string): Promise<LogoutNotice>
  /** Where the provider's own pages are, as far as it can be asked. */
  origins(): Promise<readonly string[]>
  /** Verifies a JWT of this issuer. @see verifyJwt in `jwks.ts` */
  verifyJwt(jwt: string, algorithms: readonly string[]): Promise<SignedJwt>
  /** @see decryptJwe in `encryption.ts` */
  decryptJwe(jwe: string): Promise<string>
  /**
   * People at the provider, also such as have never signed in here.
   * @throws GatehouseError `not_configured` when there is no such search; else as in `user-search.ts`
   */
  findUsers(request: UserSearchRequest): Promise<readonly FoundUser[]>
  /** The public halves of our own keys. @throws GatehouseError `not_configured` when one of them cannot be used */
  publicKeys(): Promise<PublicKeys>
}

export function createProvider(config: ProviderConfig, { fetch, cache, clock, log }: ProviderPorts): Provider {
  const documentPorts = { cache, clock, log, timeoutSeconds: config.OIDC_TIMEOUT }
  const reachability = createReachability(clock, config.OIDC_TIMEOUT)
  const metadata = createDocument(metadataSource(config, log), documentPorts)
  const ownKeys = createOwnKeys(config)
  const asking = askingClient(config)
  const quirks = quirksOf(config)
  const signatures = createSignatures(config, documentPorts)
  const searcher = config.userSearch && createUserSearcher(config.userSearch, clock, log)

  const bareSidScope = quirks.leavesOutIssuer ? `provider ${config.id}` : null
  const begin = () => reachability.noting(beginOperation(fetch, config.OIDC_TIMEOUT))

  async function clientFor(send: Send): Promise<ProtocolClient> {
    return clientAs(config, await metadata.read(send), send)
  }

  /** @param who the settings with the client that speaks */
  async function clientAs(who: ProviderConfig, current: Metadata, send: Send): Promise<ProtocolClient> {
    const ask = withForwardedHost(send, who, [current.userinfo_endpoint, current.introspection_endpoint])
    return {
      // The library remembers things of this very object, keys among them, so each operation gets its own.
      metadata: withExpectedIssuer(current, quirks),
      relyingParty: {
        client_id: who.OIDC_RP_CLIENT_ID,
        id_token_signed_response_alg: config.OIDC_RP_SIGN_ALGO,
        [oauth.clockSkew]: clock.aheadSeconds,
        [oauth.clockTolerance]: config.OIDC_CLOCK_TOLERANCE,
      },
      clientAuthentication: await clientAuthentication(who, current, ownKeys),
      signingAlgorithm: config.OIDC_RP_SIGN_ALGO,
      acceptance: config,
      requestOptions: {
        [oauth.customFetch]: (url, init) => ask(url, { ...init, body: init.body ?? null }),
        [oauth.allowInsecureRequests]: allowInsecure(current.token_endpoint),
      },
      quirks,
      isFrom: (claims) => quirks.isFrom(claims, current.issuer),
      verifyJwt: (jwt, algorithms) => signatures.verify(jwt, algorithms, current, send),
      decryptJwe: (jwe, accepted) => decryptJwe(jwe, ownKeys, accepted),
    }
  }

  async function possibleIssuers(): Promise<readonly string[]> {
    return config.OIDC_OP_URL === undefined ? [(await metadata.read(begin())).issuer] : acceptedIssuers(config)
  }

  async function asker(): Promise<ProtocolClient> {
    if (asking === null) throw new GatehouseError('not_configured', 'there is no client that may ask about tokens')
    const send = begin()
    return clientAs(asking, metadataForAsking(await metadata.read(send)), send)
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
    id: config.id,
    config,
    isAccessToken: quirks.isAccessToken,

    bareSidScope,
    sidScope: (issuer) => bareSidScope ?? issuer,

    async issuer() {
      return (await metadata.read(begin())).issuer
    },

    async issues(iss) {
      return iss !== undefined && (await possibleIssuers()).some((issuer) => quirks.issues(iss, issuer, config))
    },

    async startLogin(request) {
      const send = begin()
      const current = await metadata.read(send)
      // The keys are what every provider shows without noting a failed sign-in in its log.
      await reachability.require(current.jwks_uri ?? current.issuer, send)
      const started = await startLogin(config, current, request)
      if (!mustBeSent(config, current)) return started
      return {
        ...started,
        location: await sentRequest(config, current, await clientFor(send), ownKeys, started.location),
      }
    },

    async signsInSilently() {
      if (!quirks.canSignInSilently) return false
      const current = await orNull('silent_sign_in_unknown', () => metadata.read(begin()))
      return current !== null && current.prompt_values_supported?.includes('none') !== false
    },

    async finishLogin(answer, pending) {
      return finishLogin(await clientFor(begin()), answer, pending, clock)
    },

    async refresh(tokens) {
      return refreshLogin(await clientFor(begin()), tokens, clock)
    },

    async endSession(request) {
      return orNull('provider_logout_skipped', async () => {
        const current = await metadata.read(begin())
        const isOwn = request.idToken !== null && quirks.isFrom(unverifiedClaims(request.idToken), current.issuer)
        return endSessionRequest(config, current, isOwn ? request : { ...request, idToken: null })
      })
    },

    async revokeTokens(ended) {
      await orNull('revocation_failed', async () => revokeTokens(await clientFor(begin()), ended, log))
    },

    async introspects() {
      return asking !== null && (await metadata.read(begin())).introspection_endpoint !== undefined
    },

    async isOwnTokenActive() {
      return isOwnTokenActive(await asker(), clock)
    },

    async introspect(token) {
      return askAbout(await asker(), token, clock)
    },

    async verifyLogoutToken(token) {
      return verifyLogoutToken(await clientFor(begin()), token, clock)
    },

    async origins() {
      const current = await orNull('provider_origin_unknown', () => metadata.read(begin()))
      const addresses = [config.OIDC_OP_URL, current?.issuer, current?.end_session_endpoint]
      const known = addresses.filter((address) => address !== undefined)
      return [...new Set(known.map((address) => new URL(address).origin))]
    },

    async verifyJwt(jwt, algorithms) {
      const send = begin()
      const current = await metadata.read(send)
      const signed = await signatures.verify(jwt, algorithms, current, send)
      if ([current.issuer, ...config.otherIssuers].some((issuer) => quirks.isFrom(signed.claims, issuer))) return signed
      throw new GatehouseError('token_invalid', 'another issuer')
    },

    decryptJwe: (jwe) => decryptJwe(jwe, ownKeys),

    async findUsers(request) {
      if (!config.userSearch || !searcher) throw new GatehouseError('not_configured', 'there is no search of people')
      const send = begin()
      const client = await clientAs(searchingClient(config, config.userSearch), await metadata.read(send), send)
      return searcher.find(request, client, send)
    },

    publicKeys: () => ownKeys.publicKeys(),
  }
}
