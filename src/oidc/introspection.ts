/**
 * Asks the provider whether a token is good: as which client, and what of its answer counts; what follows for an app is judged in `tokens/`.
 */
import * as oauth from 'oauth4webapi'
import { type Clock, epochSeconds } from '../clock.ts'
import type { ProviderConfig } from '../config/env.ts'
import { GatehouseError } from '../errors.ts'
import { audiencesOf, type Claims, claimsOf } from './claims.ts'
import type { ProtocolClient } from './client.ts'
import { type AcceptedEncryption, isEncrypted } from './encryption.ts'
import { toProtocolFailure } from './failures.ts'
import { asciiOf, mediaTypeOf } from './http.ts'
import type { Metadata } from './metadata.ts'
import { ownTokenOf } from './own-token.ts'

const SIGNED_ANSWER = 'application/token-introspection+jwt'
/** What La Suite takes for granted. */
const DEFAULT_SIGNING_ALGORITHM = 'ES256'

/**
 * The settings of the client that asks about tokens: OIDC_RS_CLIENT_ID, or else the one that people sign in with.
 *
 * @returns `null`: there is none that could prove who it is, which every introspection endpoint demands
 */
export function askingClient(config: ProviderConfig): ProviderConfig | null {
  const { OIDC_RS_CLIENT_ID: id, OIDC_RS_CLIENT_SECRET: secret, OIDC_RP_TOKEN_AUTH_METHOD: method } = config
  const isOther = id !== undefined && id !== config.OIDC_RP_CLIENT_ID
  if (!isOther && secret === undefined) return method === 'none' ? null : config
  if (secret === undefined) return null
  return {
    ...config,
    OIDC_RP_CLIENT_ID: id ?? config.OIDC_RP_CLIENT_ID,
    OIDC_RP_CLIENT_SECRET: secret,
    OIDC_RP_PRIVATE_KEY: undefined,
    OIDC_RP_TOKEN_AUTH_METHOD: method?.startsWith('client_secret_') ? method : undefined,
  }
}

/** The metadata as the asking client sees them: another endpoint may take other methods of authentication. @see RFC 8414 section 2 */
export function metadataForAsking(metadata: Metadata): Metadata {
  const { introspection_endpoint_auth_methods_supported: own, token_endpoint_auth_methods_supported: usual } = metadata
  return { ...metadata, token_endpoint_auth_methods_supported: own ?? usual }
}

/**
 * Asks about a token.
 *
 * @returns what the provider says of it; `null`: it is not active, or unknown there
 * @throws GatehouseError when there is no answer that can be believed, which is no verdict: `provider_unreachable`, `provider_error`,
 * `token_invalid` or `not_configured`
 * @see RFC 7662 sections 2.1 and 2.2, RFC 9701 sections 4 and 5
 */
export async function askAbout(client: ProtocolClient, token: string, clock: Clock): Promise<Claims | null> {
  const { metadata, relyingParty } = client
  try {
    const answer = await plainAnswer(client, await send(client, token), clock)
    const { active, ...said } = await oauth.processIntrospectionResponse(metadata, relyingParty, answer)
    // What is null is as good as absent.
    return active ? claimsOf(Object.fromEntries(Object.entries(said).filter(([, value]) => value !== null))) : null
  } catch (error) {
    throw noVerdict(error, relyingParty)
  }
}

/**
 * Whether the provider calls active what it has just given to the asking client itself.
 *
 * @returns `null`: it gives that client no token of its own, so nothing can be told
 * @throws GatehouseError as `askAbout`
 */
export async function isOwnTokenActive(client: ProtocolClient, clock: Clock): Promise<boolean | null> {
  try {
    const { access_token } = await ownTokenOf(client)
    return (await askAbout(client, access_token, clock)) !== null
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError || error instanceof oauth.WWWAuthenticateChallengeError) return null
    throw toProtocolFailure(error, 'the provider gave no token of our own', 'token')
  }
}

function noVerdict(error: unknown, { client_id }: oauth.Client): GatehouseError {
  const { code, detail } = toProtocolFailure(error, '', 'introspection')
  // An answer that is none says nothing of the token.
  const isNoAnswer = error instanceof oauth.OperationProcessingError && error.code === oauth.INVALID_RESPONSE
  const isRefused = detail.provider_error === 'invalid_client' || detail.provider_error === 'unauthorized_client'
  const hint =
    'compare OIDC_RS_CLIENT_ID and OIDC_RS_CLIENT_SECRET, or else those of OIDC_RP_, with the console of the provider'
  return new GatehouseError(isNoAnswer ? 'provider_error' : code, 'the provider did not say whether a token is good', {
    cause: error,
    detail: { ...detail, asked_as: client_id, ...(isRefused ? { hint } : {}) },
  })
}

async function send(client: ProtocolClient, token: string): Promise<Response> {
  const { metadata, relyingParty, clientAuthentication, requestOptions, acceptance } = client
  const isSignedWanted =
    acceptance.OIDC_RS_SIGNING_ALGO !== undefined ||
    acceptance.OIDC_RP_DECRYPTION_KEY !== undefined ||
    acceptance.OIDC_RS_PRIVATE_KEY_STR !== undefined
  const { [oauth.customFetch]: sendRequest, ...options } = requestOptions
  return oauth.introspectionRequest(metadata, relyingParty, clientAuthentication, token, {
    ...options,
    additionalParameters: { token_type_hint: 'access_token' },
    // The library asks for one form or the other, and a provider that cannot sign would have nothing to answer.
    [oauth.customFetch]: (url, init) => {
      const accept = isSignedWanted ? `${SIGNED_ANSWER}, application/json;q=0.9` : 'application/json'
      return sendRequest(url, { ...init, headers: { ...init.headers, accept } })
    },
  } as oauth.IntrospectionRequestOptions) // the options of all requests, whose method is wider than the one of this request
}

async function plainAnswer(client: ProtocolClient, response: Response, clock: Clock): Promise<Response> {
  const type = mediaTypeOf(response)
  // The library says what is wrong with any other status, and would read JSON from a page, too.
  if (response.status !== 200 || type === 'application/json') return response
  if (type === SIGNED_ANSWER) return unwrapped(client, await asciiOf(response), clock)
  throw new GatehouseError('provider_error', 'the answer is neither JSON nor signed', {
    detail: { content_type: type ?? 'none' },
  })
}

/** The plain answer inside a signed one. The library would take it without a look at the signature. */
async function unwrapped(client: ProtocolClient, body: string, clock: Clock): Promise<Response> {
  const { acceptance, metadata, relyingParty } = client
  const jwt = isEncrypted(body) ? await client.decryptJwe(body, acceptedEncryption(client)) : body
  const algorithm = acceptance.OIDC_RS_SIGNING_ALGO ?? DEFAULT_SIGNING_ALGORITHM
  const { header, claims } = await client.verifyJwt(jwt, [algorithm])
  const now = epochSeconds(clock)
  const { OIDC_CLOCK_TOLERANCE: tolerance } = acceptance
  const flaw =
    (header.typ?.toLowerCase().replace(/^application\//, '') !== 'token-introspection+jwt' &&
      'it is another kind of token') ||
    (claims.iss !== metadata.issuer && 'another issuer') ||
    (!audiencesOf(claims).includes(relyingParty.client_id) && 'for another client') ||
    (claims.iat === undefined && 'no iat') ||
    ((claims.iat ?? 0) > now + tolerance && 'issued in the future') ||
    (claims.exp !== undefined && claims.exp <= now - tolerance && 'expired')
  if (flaw) throw new GatehouseError('token_invalid', `the signed answer was refused: ${flaw}`)
  return Response.json(claims.token_introspection ?? null)
}

function acceptedEncryption({ acceptance }: ProtocolClient): AcceptedEncryption {
  const { OIDC_RS_ENCRYPTION_ALGO: only, OIDC_RS_ENCRYPTION_ENCODING: encoding } = acceptance
  return {
    algorithmsOf({ jwk, algorithms }) {
      // La Suite's default has RSA-OAEP, which is not accepted of anything else.
      const possible = jwk.kty === 'RSA' ? [...algorithms, 'RSA-OAEP'] : algorithms
      return only === undefined ? possible : possible.filter((algorithm) => algorithm === only)
    },
    ...(encoding === undefined ? {} : { encodings: [encoding] }),
  }
}
