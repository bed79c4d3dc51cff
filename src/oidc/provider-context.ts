/**
 * What the steps of one provider share: its cached documents, its keys, and the client that speaks with it in an operation.
 */
import * as oauth from 'oauth4webapi'
import { type Clock, epochSeconds } from '../clock.ts'
import type { ProviderConfig } from '../config/model.ts'
import { secretsOfProvider } from '../config/secrets.ts'
import { isLoopback } from '../config/values/urls.ts'
import { GatehouseError } from '../errors.ts'
import type { Log } from '../log.ts'
import { redactionOf } from '../secrets.ts'
import type { Vendor } from '../vendors/vendor.ts'
import { acceptedIssuers, quirksOf } from '../vendors/vendors.ts'
import type { Claims } from './claims.ts'
import { clientAuthentication } from './client/client-authentication.ts'
import { decryptJwe } from './client/encryption.ts'
import { createOwnKeys, type OwnKeys } from './client/own-keys.ts'
import type { ProtocolClient } from './client/protocol-client.ts'
import { metadataSource } from './metadata/discovery.ts'
import type { Metadata } from './metadata/metadata.ts'
import { createSignatures, type Signatures } from './metadata/signatures.ts'
import { idTokenAlgorithm } from './metadata/usable-keys.ts'
import { type Asker, createDocument, type Document, type DocumentCache } from './transport/document.ts'
import {
  beginOperation,
  createReachability,
  type Fetch,
  type Reachability,
  type Send,
  withForwardedHost,
} from './transport/http.ts'
import { createSecretsAtHand } from './transport/secrets-at-hand.ts'
import { readJwtSaid, readUnverified } from './unverified-jwt.ts'

export interface ProviderPorts {
  readonly fetch: Fetch
  readonly cache: DocumentCache
  readonly clock: Clock
  readonly log: Log
}

export interface ProviderContext {
  readonly config: ProviderConfig
  readonly clock: Clock
  readonly log: Log
  readonly quirks: Vendor
  readonly metadata: Document<Metadata>
  readonly ownKeys: OwnKeys
  readonly signatures: Signatures
  readonly reachability: Reachability
  /** Begins an operation: all that it sends must be answered within `timeoutSeconds`. */
  begin(): Send
  /** The client that people sign in with. Most of what it verifies comes from the provider itself, in answer to us. */
  clientFor(send: Send, asker?: Asker): Promise<ProtocolClient>
  /** Another client. @param who the settings with the client that speaks */
  clientAs(who: ProviderConfig, current: Metadata, send: Send, asker?: Asker): Promise<ProtocolClient>
  /** What the settings say that the provider may call itself; nothing, when that is to be looked for. */
  readonly issuersOfSettings: readonly string[]
  /** What the provider may call itself. @throws GatehouseError when the settings do not say and it cannot be found out */
  possibleIssuers(): Promise<readonly string[]>
  /** Does what must not fail with the provider: `null`, and a line in the log, where it does. */
  orNull<T>(event: string, work: () => Promise<T>): Promise<T | null>
}

/** Makes the context of a provider. Nothing is asked of it before the first call. */
export function createContext(config: ProviderConfig, { fetch, cache, clock, log }: ProviderPorts): ProviderContext {
  const documentPorts = { cache, clock, log, timeoutSeconds: config.timeoutSeconds }
  const reachability = createReachability(clock, config.timeoutSeconds)
  const metadata = createDocument(metadataSource(config, log), documentPorts)
  const ownKeys = createOwnKeys(config)
  const quirks = quirksOf(config)
  const issuersOfSettings = acceptedIssuers(config)
  const redactSettings = redactionOf(secretsOfProvider(config))
  const signatures = createSignatures(config, documentPorts)
  const begin = () => reachability.noting(beginOperation(fetch, config.timeoutSeconds))

  /** @param who the settings with the client that speaks */
  async function clientAs(
    who: ProviderConfig,
    current: Metadata,
    send: Send,
    asker: Asker = 'sign_in',
  ): Promise<ProtocolClient> {
    const signingAlgorithm = idTokenAlgorithm(config, current)
    const secrets = createSecretsAtHand(redactSettings)
    const ask = withForwardedHost(send, who, [current.userinfo_endpoint, current.introspection_endpoint])
    return {
      // The library remembers things of this very object, keys among them, so each operation gets its own.
      metadata: withExpectedIssuer(current, quirks),
      relyingParty: {
        client_id: who.clientId,
        id_token_signed_response_alg: signingAlgorithm,
        [oauth.clockSkew]: clock.aheadSeconds,
        [oauth.clockTolerance]: config.clockToleranceSeconds,
      },
      clientAuthentication: await clientAuthentication(who, current, ownKeys),
      signingAlgorithm,
      acceptance: config,
      requestOptions: {
        [oauth.customFetch](url, init) {
          secrets.addFrom(new Headers(init.headers), init.body)
          return ask(url, { ...init, body: init.body ?? null })
        },
        [oauth.allowInsecureRequests]: allowInsecure(current.token_endpoint),
      },
      quirks,
      secrets,
      isFrom: (claims) => quirks.isFrom(claims, current.issuer),
      claimRules: () => ({
        isFrom: (claims) => quirks.isFrom(claims, current.issuer),
        audience: who.clientId,
        now: epochSeconds(clock),
        toleranceSeconds: config.clockToleranceSeconds,
      }),
      async verifyJwt(jwt, algorithms, judge) {
        judge?.(readUnverified(jwt, algorithms, readJwtSaid))
        const signed = await signatures.verify(jwt, algorithms, current, send, asker, readJwtSaid)
        judge?.(signed)
        return signed
      },
      decryptJwe: (jwe, accepted) => decryptJwe(jwe, ownKeys, accepted),
    }
  }

  return {
    config,
    clock,
    log,
    quirks,
    metadata,
    ownKeys,
    signatures,
    reachability,
    begin,
    issuersOfSettings,
    clientAs,
    clientFor: async (send, asker) => clientAs(config, await metadata.read(send), send, asker),

    async possibleIssuers() {
      return issuersOfSettings.length > 0 ? issuersOfSettings : [(await metadata.read(begin())).issuer]
    },

    async orNull(event, work) {
      try {
        return await work()
      } catch (error) {
        if (!(error instanceof GatehouseError)) throw error
        log({ level: 'warn', event, detail: { reason: error.message } })
        return null
      }
    },
  }
}

/** Whether plain http is allowed: on this machine only, for development; the settings enforce https elsewhere. */
function allowInsecure(address: string): boolean {
  return isLoopback(new URL(address).hostname)
}

/** Its author keeps it for openid-client, untyped. Without it the library would go by the metadata alone, and refuse. */
const { _expectedIssuer } = oauth as unknown as { readonly _expectedIssuer: symbol } // not in its declarations

/** @returns a new object each time: the library remembers things of it, keys among them, so each operation gets its own */
function withExpectedIssuer(metadata: Metadata, quirks: Vendor): ProtocolClient['metadata'] {
  const expectedIssuer = ({ claims }: { claims: Claims }) =>
    quirks.isFrom(claims, metadata.issuer) ? claims.iss : `another than ${claims.iss}`
  return { ...metadata, [_expectedIssuer]: expectedIssuer } as ProtocolClient['metadata'] // a readonly list is what the library only reads
}
