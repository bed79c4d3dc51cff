/**
 * The authorization request: what it asks, the secrets that its answer must match, and how it travels (in the address, signed, pushed);
 * where the secrets are kept meanwhile is up to the caller.
 */
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import type { ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import { VENDORS } from '../../vendors/vendors.ts'
import type { OwnKeys } from '../client/own-keys.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import type { Metadata } from '../metadata/metadata.ts'
import { toProtocolFailure } from './failures.ts'

/** What must be remembered, secretly and bound to the browser, until the answer comes. */
export const pendingLoginSchema = v.object({
  issuer: v.string(),
  redirectUri: v.string(),
  state: v.string(),
  /** `null`: useNonce is off. */
  nonce: v.nullable(v.string()),
  /** `null`: usePkce is off. */
  codeVerifier: v.nullable(v.string()),
  /** The answer must have one of these as `acr`; none: any will do. */
  acrValues: v.pipe(v.array(v.string()), v.readonly()),
  /** How long ago the person may have proved who they are; `null`: it does not matter. */
  maxAgeSeconds: v.nullable(v.number()),
})

export type PendingLogin = Readonly<v.InferOutput<typeof pendingLoginSchema>>

export interface LoginRequest {
  readonly redirectUri: string
  /** The answer's `acr` must be one of these. The provider is asked for the first; those after it are better still. */
  readonly acrValues: readonly string[]
  readonly maxAgeSeconds: number | null
  /** Ask nothing of the person: anyone who is not signed in at the provider comes back at once. */
  readonly isSilent: boolean
  /** The ID token of the session that a silent sign-in is to confirm; `null`: none, or it may not be sent. */
  readonly idTokenHint: string | null
  /** Parameters that the request may pass on, already judged. */
  readonly passedOn: Readonly<Record<string, string>>
}

export interface StartedLogin {
  /** Where the browser goes next. */
  readonly location: URL
  readonly pending: PendingLogin
}

/**
 * Makes an authorization request for the code flow, with PKCE (S256), state and nonce, each of 256 random bits or more.
 *
 * @see OpenID Connect Core 1.0 section 3.1.2.1; RFC 7636; RFC 9700 section 2.1.1
 */
export async function startLogin(
  config: ProviderConfig,
  metadata: Metadata,
  request: LoginRequest,
): Promise<StartedLogin> {
  const { extraParameters: extra, responseMode } = config
  const pending: PendingLogin = {
    issuer: metadata.issuer,
    redirectUri: request.redirectUri,
    state: oauth.generateRandomState(),
    nonce: config.useNonce ? oauth.generateRandomNonce() : null,
    codeVerifier: config.usePkce ? codeVerifier(config.codeVerifierCharacters) : null,
    acrValues: request.acrValues.length > 0 ? request.acrValues : (extra.acr_values?.split(' ') ?? []),
    maxAgeSeconds: request.maxAgeSeconds,
  }
  const vendor = VENDORS[config.type]
  const scopes = scopesFor(config, metadata)
  const parameters: Record<string, string> = {
    // Who may act in someone's absence must have been allowed to. @see OpenID Connect Core 1.0 section 11
    ...(scopes.includes('offline_access') && vendor.wantsConsentForOfflineAccess ? { prompt: 'consent' } : {}),
    ...(config.requestedAudience === undefined ? {} : { audience: config.requestedAudience }),
    ...vendor.parametersOf(config),
    ...extra,
    ...Object.fromEntries(Object.entries(request.passedOn).filter(([name, value]) => vendor.passesOn(name, value))),
    ...(request.acrValues[0] === undefined ? {} : { acr_values: request.acrValues[0] }),
    ...(request.maxAgeSeconds === null ? {} : vendor.freshSignIn(request.maxAgeSeconds)),
    ...(request.isSilent ? { prompt: 'none' } : {}),
    ...(responseMode === 'query' ? {} : { response_mode: responseMode }),
    response_type: 'code',
    client_id: config.clientId,
    redirect_uri: request.redirectUri,
    scope: scopes.join(' '),
    state: pending.state,
    ...(pending.nonce === null ? {} : { nonce: pending.nonce }),
    ...(await challengeOf(pending)),
  }
  const location = new URL(metadata.authorization_endpoint)
  for (const [name, value] of Object.entries(parameters)) location.searchParams.set(name, value)
  return { location: withHint(location, config, request), pending }
}

/** @see OpenID Connect Core 1.0 section 3.1.2.1, `id_token_hint`, which should come with prompt=none; some providers demand it */
function withHint(location: URL, config: ProviderConfig, { isSilent, idTokenHint }: LoginRequest): URL {
  if (!isSilent || idTokenHint === null || !VENDORS[config.type].takesHintAtSignIn) return location
  const hinted = new URL(location)
  hinted.searchParams.set('id_token_hint', idTokenHint)
  return hinted.href.length > config.addressCharactersMax ? location : hinted
}

/** A request that only asks who is signed in at the provider. */
export function silentRequest(redirectUri: string): LoginRequest {
  return { redirectUri, acrValues: [], maxAgeSeconds: null, isSilent: true, idTokenHint: null, passedOn: {} }
}

/** Whether an answer with this status and `location` sends the browser back to the redirect URI, with whatever result. */
export function leadsTo(redirectUri: string, status: number, location: string | null): boolean {
  if (status < 300 || status > 399 || location === null || !URL.canParse(location)) return false
  const { origin, pathname } = new URL(location)
  const wanted = new URL(redirectUri)
  return origin === wanted.origin && pathname === wanted.pathname
}

/** @see RFC 7636 section 4.1, where the shortest has 43 characters, and no more than 128 are allowed */
function codeVerifier(characters: number): string {
  let random = ''
  while (random.length < characters) random += oauth.generateRandomCodeVerifier()
  return random.slice(0, characters)
}

async function challengeOf({ codeVerifier: verifier }: PendingLogin): Promise<Record<string, string>> {
  if (verifier === null) return {}
  return { code_challenge: await oauth.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }
}

/** What is said in the settings; else what names people, by the one scope or by the two that there may be in its place. */
export function scopesFor(config: ProviderConfig, metadata: Metadata): readonly string[] {
  if (config.scopes) return ['openid', ...config.scopes.filter((scope) => scope !== 'openid')]
  const listed = (scope: string) => metadata.scopes_supported?.includes(scope) === true
  const names = listed('profile') ? ['profile'] : ['given_name', 'usual_name'].filter(listed)
  return ['openid', 'email', ...names, ...VENDORS[config.type].furtherScopes.filter(listed)]
}

/** Whether the address that was made is not yet what the browser may be given. */
export function mustBeSent(config: ProviderConfig, metadata: Metadata): boolean {
  return isPushed(config, metadata) || isSigned(config, metadata)
}

function isPushed(config: ProviderConfig, metadata: Metadata): boolean {
  return config.usePar || metadata.require_pushed_authorization_requests === true
}

function isSigned(config: ProviderConfig, metadata: Metadata): boolean {
  return config.useRequestObject || metadata.require_signed_request_object === true
}

/** Who signs and pushes a request, and for which provider. */
export interface RequestSender {
  readonly config: ProviderConfig
  readonly metadata: Metadata
  readonly client: ProtocolClient
  readonly keys: OwnKeys
}

/**
 * Signs or pushes an authorization request, or both, as the settings or the provider want it.
 *
 * @param location the request as an address with all its parameters; an ID token that makes the signed one too long is left out
 * @returns the address for the browser; a reference in it is good for this one request
 * @throws GatehouseError `provider_error` when the provider refuses, `not_configured` when it cannot be asked
 * @see RFC 9101 section 5; RFC 9126 sections 2 and 4
 */
export async function sentRequest(location: URL, sender: RequestSender): Promise<URL> {
  const sent = await sentOnce(location, sender)
  const isShort = sent.href.length <= sender.config.addressCharactersMax
  if (isShort || !location.searchParams.has('id_token_hint')) return sent
  // A signature makes the request a third longer than the one whose length was checked.
  const unhinted = new URL(location)
  unhinted.searchParams.delete('id_token_hint')
  return sentOnce(unhinted, sender)
}

async function sentOnce(location: URL, { config, metadata, client, keys }: RequestSender): Promise<URL> {
  const bare = new URL(metadata.authorization_endpoint)
  // What the address of the provider has of its own stays there.
  const asked = [...location.searchParams].filter(([name, value]) => bare.searchParams.get(name) !== value)
  let parameters = new URLSearchParams(asked)
  if (isSigned(config, metadata)) parameters = await signed(client, keys, parameters)
  if (isPushed(config, metadata)) parameters = await pushed(client, onlyWhatCounts(parameters))
  for (const [name, value] of parameters) bare.searchParams.set(name, value)
  return bare
}

/** What stays outside beside the client id is for providers that read by OpenID Connect and not by RFC 9101. @see OpenID Connect Core 1.0 section 6.1 */
async function signed(
  { metadata, relyingParty }: ProtocolClient,
  keys: OwnKeys,
  parameters: URLSearchParams,
): Promise<URLSearchParams> {
  const { key, kid, algorithm } = await keys.signingKey()
  const request = await oauth.issueRequestObject(
    metadata,
    relyingParty,
    parameters,
    { key, kid },
    {
      [oauth.modifyAssertion](header) {
        header.alg = algorithm
      },
    },
  )
  const outside = ['client_id', 'response_type', 'scope'].map((name) => [name, parameters.get(name) ?? ''])
  return new URLSearchParams([...outside, ['request', request]])
}

/** A signed request that is pushed stands alone. @see RFC 9126 section 3 */
function onlyWhatCounts(parameters: URLSearchParams): URLSearchParams {
  const request = parameters.get('request')
  return request === null ? parameters : new URLSearchParams({ request })
}

async function pushed(
  { metadata, relyingParty, clientAuthentication, requestOptions, secrets }: ProtocolClient,
  parameters: URLSearchParams,
): Promise<URLSearchParams> {
  if (metadata.pushed_authorization_request_endpoint === undefined) {
    throw new GatehouseError(
      'not_configured',
      'par_endpoint_missing',
      `${nameOf('usePar')} is on, and the provider names no pushed_authorization_request_endpoint`,
    )
  }
  try {
    const response = await oauth.pushedAuthorizationRequest(
      metadata,
      relyingParty,
      clientAuthentication,
      parameters,
      requestOptions,
    )
    const { request_uri } = await oauth.processPushedAuthorizationResponse(metadata, relyingParty, response)
    return new URLSearchParams({ client_id: relyingParty.client_id, request_uri })
  } catch (error) {
    throw toProtocolFailure(
      error,
      'the provider refused the authorization request that was handed to it (PAR)',
      'authorization',
      secrets,
    )
  }
}
