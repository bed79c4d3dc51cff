/**
 * Asks a provider, without any person, the questions that show whether sign-ins can work; what the answers mean is told elsewhere.
 */
import * as v from 'valibot'
import { jsonIn } from '../../claims/claim-values.ts'
import type { Clock } from '../../clock.ts'
import type { ProviderConfig } from '../../config/model.ts'
import type { TokenAuthMethod } from '../../config/schema/provider.ts'
import { GatehouseError, toGatehouseError } from '../../errors.ts'
import { tokenAuthMethod } from '../client/client-authentication.ts'
import { endSessionUrl } from '../flows/end-session.ts'
import { leadsTo, silentRequest } from '../flows/login.ts'
import { metadataSource } from '../metadata/discovery.ts'
import { discoveryAddress, type Metadata, texts } from '../metadata/metadata.ts'
import { createProvider } from '../provider.ts'
import { type Exchange, look, recordExchanges } from '../transport/exchanges.ts'
import type { Fetch } from '../transport/http.ts'
import { nextStep } from './next-step.ts'

/** Anyone who reads the provider's log must see at once what this was. Long enough for every provider's taste. */
export const MADE_UP = 'made-up-by-the-diagnosis-of-gatehouse-nobody-signs-in'

/** What the document of the provider says beside the metadata that sign-ins need; whatever cannot be read counts as not said. */
const advertisedSchema = v.object({
  issuer: v.fallback(v.optional(v.string()), undefined),
  authorization_endpoint: v.fallback(v.optional(v.string()), undefined),
  token_endpoint: v.fallback(v.optional(v.string()), undefined),
  jwks_uri: v.fallback(v.optional(v.string()), undefined),
  id_token_signing_alg_values_supported: v.fallback(texts, undefined),
  scopes_supported: v.fallback(texts, undefined),
  token_endpoint_auth_methods_supported: v.fallback(texts, undefined),
  code_challenge_methods_supported: v.fallback(texts, undefined),
  backchannel_logout_supported: v.fallback(v.optional(v.boolean()), undefined),
  frontchannel_logout_supported: v.fallback(v.optional(v.boolean()), undefined),
})

export type Advertised = v.InferOutput<typeof advertisedSchema>

export interface Discovered {
  /** Where the document is, or must be; only a path while the issuer is still looked for. */
  readonly url: string
  /** `null`: the provider did not answer. */
  readonly exchange: Exchange | null
  /** What the document says, also when it cannot be used; `null`: there is no document. */
  readonly advertised: Advertised | null
  /** `null`: sign-ins are refused, for the reason in `failure`. */
  readonly metadata: Metadata | null
  readonly failure: GatehouseError | null
}

/** A provider that sign-ins can be begun with. */
export type Usable = Discovered & { readonly metadata: Metadata; readonly advertised: Advertised }

/** What came of the authorization request. */
export type AuthorizationAnswer =
  /** The browser would come back to us: client and redirect URI are known. `error` is what the provider says to no one being there. */
  | { readonly kind: 'returned'; readonly error: string | null; readonly description: string | null }
  /** The provider shows a page, or leads to another one of its own. */
  | { readonly kind: 'page'; readonly exchange: Exchange }
  /** The request could not be made, or was refused when it was handed over directly. */
  | { readonly kind: 'refused'; readonly exchange: Exchange | null; readonly failure: GatehouseError }

export interface CodeAnswer {
  /** The answer of the token endpoint; `null`: it was not asked, or did not answer. */
  readonly exchange: Exchange | null
  readonly failure: GatehouseError
}

export interface IntrospectionAnswer {
  /** Whether a token that the asking client has just got for itself is active; `null`: it gets none, or it was not asked. */
  readonly isOwnTokenActive: boolean | null
  readonly exchange: Exchange | null
  readonly failure: GatehouseError | null
}

/** How a request differs from that of a sign-in, so that the answers can be compared. */
export interface OtherRequest {
  /** The provider may show its sign-in page. */
  readonly mayAsk?: boolean
  readonly clientId?: string
}

/** Each question has a deadline of timeoutSeconds; one that is not answered in time is asked once more. */
export interface Examination {
  discover(): Promise<Discovered>
  /** What the document below another address says; `null`: there is none. */
  documentAt(address: string): Promise<Advertised | null>
  /** Asks an address as a browser without cookies does, and follows nothing. */
  visit(url: string, form?: URLSearchParams): Promise<Exchange | GatehouseError>
  /**
   * The real authorization request with a made-up state, for someone who may not be asked anything. Good metadata only.
   * @see nextStep in `next-step.ts`
   */
  authorize(redirectUri: string, discovered: Discovered, other?: OtherRequest): Promise<AuthorizationAnswer>
  /** Whether the provider supports silent sign-in, judging by its type and its metadata. Good metadata only. */
  signsInSilently(): Promise<boolean>
  /** Redeems a made-up code, which no provider accepts: what it says shows whether it knows the client. Good metadata only. */
  redeem(redirectUri: string, discovered: Discovered): Promise<CodeAnswer>
  /** Where a browser would be sent to sign out, without an ID token; `null`: the provider has no such place. */
  signOutAddress(postLogoutRedirectUri: string): Promise<string | null>
  /** Asks about a made-up token: `failure` is `null` when the provider answers that it is not active. Good metadata only. */
  introspect(discovered: Discovered): Promise<IntrospectionAnswer>
  /** By how many seconds the provider's clock is ahead of ours, after the questions so far; `null`: it does not say. */
  aheadSeconds(): number | null
}

export interface ExaminationPorts {
  readonly fetch: Fetch
  readonly clock: Clock
}

export function createExamination(config: ProviderConfig, { fetch, clock }: ExaminationPorts): Examination {
  const exchanges = recordExchanges(fetch, clock, config.timeoutSeconds)
  const cached = new Map<string, unknown>()
  const source = metadataSource(config, () => {})
  // An answer must be readable without a key of the provider and without a browser.
  const ports = {
    cache: { get: async (key: string) => cached.get(key) ?? null, put: async () => {} },
    clock,
    log: () => {},
  }
  const provider = createProvider({ ...config, responseMode: 'query' }, { ...ports, fetch: exchanges.fetch })
  /** For answers that no one may see. */
  const unrecorded = createProvider(config, { ...ports, fetch })

  async function discover(): Promise<Discovered> {
    let body: unknown = null
    let url = discoveryAddress(config.issuer ?? '')
    try {
      body = await source.load(exchanges.send)
      const metadata = source.parse(body)
      if (config.issuer === undefined) url = discoveryAddress(metadata.issuer)
      cached.set(source.key, { body, fetchedAt: clock.now(), forcedAt: 0 })
      return { url, exchange: exchanges.at(url), advertised: advertisedBy(body), metadata, failure: null }
    } catch (error) {
      const failure = toGatehouseError(error)
      return { url, exchange: exchanges.at(url), advertised: advertisedBy(body), metadata: null, failure }
    }
  }

  return {
    discover,

    async documentAt(address) {
      const answer = await look(exchanges, discoveryAddress(address), { headers: { accept: 'application/json' } })
      if (answer instanceof GatehouseError || answer.status !== 200) return null
      return advertisedBy(jsonIn(answer.text))
    },

    visit(url, form) {
      const headers = { accept: 'text/html, application/json', 'accept-language': 'en' }
      return look(exchanges, url, form ? { method: 'POST', headers, body: form } : { headers })
    },

    async authorize(redirectUri, { metadata }, { mayAsk = false, clientId } = {}) {
      try {
        const { location } = await provider.startLogin({ ...silentRequest(redirectUri), isSilent: !mayAsk })
        for (const name of ['state', 'nonce']) {
          if (location.searchParams.has(name)) location.searchParams.set(name, MADE_UP)
        }
        if (clientId !== undefined) location.searchParams.set('client_id', clientId)
        const headers = { accept: 'text/html', 'accept-language': 'en' }
        let exchange = await look(exchanges, location.href, { headers })
        const next = exchange instanceof GatehouseError ? null : nextStep(exchange)
        if (next !== null) exchange = await look(exchanges, next, { headers })
        if (exchange instanceof GatehouseError) return { kind: 'refused', exchange: null, failure: exchange }
        return returned(exchange, redirectUri) ?? { kind: 'page', exchange }
      } catch (error) {
        const pushed = metadata?.pushed_authorization_request_endpoint
        return {
          kind: 'refused',
          exchange: pushed === undefined ? null : exchanges.at(pushed),
          failure: toGatehouseError(error),
        }
      }
    },

    signsInSilently: () => provider.signsInSilently(),

    async redeem(redirectUri, { metadata }) {
      const issuer = metadata?.issuer ?? ''
      const answer = new URLSearchParams({ code: MADE_UP, state: MADE_UP })
      if (metadata?.authorization_response_iss_parameter_supported) answer.set('iss', issuer)
      const secrets = { state: MADE_UP, nonce: MADE_UP, codeVerifier: MADE_UP }
      const pending = { issuer, redirectUri, ...secrets, acrValues: [], maxAgeSeconds: null }
      const failure = await provider
        .finishLogin(answer, pending)
        .then(
          () =>
            new GatehouseError('provider_error', 'code_accepted_twice', 'the provider took a code that was made up'),
          toGatehouseError,
        )
      return { exchange: metadata === null ? null : exchanges.at(metadata.token_endpoint), failure }
    },

    async signOutAddress(postLogoutRedirectUri) {
      const request = await provider.endSession({ idToken: null, postLogoutRedirectUri, state: MADE_UP })
      return request === null ? null : endSessionUrl(request).href
    },

    async introspect({ metadata }) {
      const endpoint = metadata?.introspection_endpoint
      const answer = () => (endpoint === undefined ? null : exchanges.at(endpoint))
      try {
        await provider.introspect(MADE_UP)
      } catch (error) {
        return { exchange: answer(), failure: toGatehouseError(error), isOwnTokenActive: null }
      }
      const isOwnTokenActive = await unrecorded.isOwnTokenActive().catch(() => null)
      return { exchange: answer(), failure: null, isOwnTokenActive }
    },

    aheadSeconds: () => exchanges.withTime()?.aheadSeconds ?? null,
  }
}

/** How Gatehouse authenticates at the token endpoint, as sign-ins do. @throws GatehouseError `not_configured` */
export function authenticationMethod(config: ProviderConfig, metadata: Metadata): TokenAuthMethod {
  return tokenAuthMethod(config, metadata)
}

function advertisedBy(body: unknown): Advertised | null {
  const result = v.safeParse(advertisedSchema, body)
  return result.success ? result.output : null
}

/** `null`: the browser is not sent back to us. */
function returned({ location, status }: Exchange, redirectUri: string): AuthorizationAnswer | null {
  if (location === null || !leadsTo(redirectUri, status, location.href)) return null
  const answer = location.searchParams
  return { kind: 'returned', error: answer.get('error'), description: answer.get('error_description') }
}
