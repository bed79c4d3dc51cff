/**
 * The authorization request, and the secrets that its answer must match; where they are kept meanwhile is up to the caller.
 */
import * as oauth from 'oauth4webapi'
import * as v from 'valibot'
import type { ProviderConfig } from '../../config/model.ts'
import type { Metadata } from '../metadata/metadata.ts'
import { quirksOf } from '../quirks.ts'

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
  const quirks = quirksOf(config)
  const scopes = scopesFor(config, metadata)
  const parameters: Record<string, string> = {
    // Who may act in someone's absence must have been allowed to. @see OpenID Connect Core 1.0 section 11
    ...(scopes.includes('offline_access') && quirks.wantsConsentForOfflineAccess ? { prompt: 'consent' } : {}),
    ...(config.requestedAudience === undefined ? {} : { audience: config.requestedAudience }),
    ...quirks.parametersOf(config),
    ...extra,
    ...Object.fromEntries(Object.entries(request.passedOn).filter(([name, value]) => quirks.passesOn(name, value))),
    ...(request.acrValues[0] === undefined ? {} : { acr_values: request.acrValues[0] }),
    ...(request.maxAgeSeconds === null ? {} : quirks.freshSignIn(request.maxAgeSeconds)),
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
  if (!isSilent || idTokenHint === null || !quirksOf(config).takesHintAtSignIn) return location
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
  return ['openid', 'email', ...names, ...quirksOf(config).furtherScopes.filter(listed)]
}
