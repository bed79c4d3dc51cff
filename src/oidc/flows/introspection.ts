/**
 * Asks the provider whether a token is good: as which client, and what of its answer counts; what follows for an app is judged in `tokens/`.
 */

import * as oauth from 'oauth4webapi'
import { withoutEmpty } from '../../claims/claim-values.ts'
import type { ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import { type Claims, claimsOf, faultOfClaims, INTROSPECTION_ANSWER, REGISTERED_CLAIMS } from '../claims.ts'
import { ownTokenOf } from '../client/client-credentials.ts'
import type { AcceptedEncryption } from '../client/encryption.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import type { Metadata } from '../metadata/metadata.ts'
import { asciiOf, mediaTypeOf } from '../transport/http.ts'
import { isEncrypted } from '../unverified-jwt.ts'
import { toProtocolFailure } from './failures.ts'

const SIGNED_ANSWER = 'application/token-introspection+jwt'
/** What La Suite takes for granted. */
const DEFAULT_SIGNING_ALGORITHM = 'ES256'

/**
 * The settings of the client that asks about tokens: introspectionClientId, or else the one that people sign in with.
 *
 * @returns `null`: there is none that could prove who it is, which every introspection endpoint demands
 */
export function askingClient(config: ProviderConfig): ProviderConfig | null {
  const { introspectionClientId: id, introspectionClientSecret: secret, clientAuthMethod: method } = config
  const isOther = id !== undefined && id !== config.clientId
  if (!isOther && secret === undefined) return method === 'none' ? null : config
  if (secret === undefined) return null
  return {
    ...config,
    clientId: id ?? config.clientId,
    clientSecret: secret,
    signingKeys: undefined,
    clientAuthMethod: method?.startsWith('client_secret_') ? method : undefined,
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
export async function askAbout(client: ProtocolClient, token: string): Promise<Claims | null> {
  const { metadata, relyingParty } = client
  try {
    const answer = await plainAnswer(client, await send(client, token))
    const { active, ...said } = await oauth.processIntrospectionResponse(metadata, relyingParty, answer)
    return active ? claimsOf(withoutEmpty(saidOf(said), [...REGISTERED_CLAIMS, ...INTROSPECTION_ANSWER])) : null
  } catch (error) {
    throw noVerdict(error, client)
  }
}

/**
 * Whether the provider calls active what it has just given to the asking client itself.
 *
 * @returns `null`: it gives that client no token of its own, so nothing can be told
 * @throws GatehouseError as `askAbout`
 */
export async function isOwnTokenActive(client: ProtocolClient): Promise<boolean | null> {
  try {
    const { access_token } = await ownTokenOf(client)
    return (await askAbout(client, access_token)) !== null
  } catch (error) {
    if (error instanceof oauth.ResponseBodyError || error instanceof oauth.WWWAuthenticateChallengeError) return null
    throw toProtocolFailure(error, 'the provider gave no token of our own', 'token', client.secrets)
  }
}

/** What is null counts as absent, except `cnf`: a token may be bound to a key in a way that cannot be read. */
function saidOf(answer: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(answer).filter(([name, value]) => value !== null || name === 'cnf'))
}

function noVerdict(error: unknown, { relyingParty: { client_id }, secrets }: ProtocolClient): GatehouseError {
  const failure = toProtocolFailure(error, '', 'introspection', secrets)
  // The provider has answered; which key signs its answers may be known in a moment.
  if (failure.code === 'temporarily_unavailable') return failure
  const { error: said } = failure.provider
  const isRefused = said === 'invalid_client' || said === 'unauthorized_client'
  const isNoAnswer = error instanceof oauth.OperationProcessingError && error.code === oauth.INVALID_RESPONSE
  // An answer that is none says nothing of the token.
  const known = isNoAnswer ? new GatehouseError('provider_error', 'introspection_response_malformed', '') : failure
  return known.restated('the provider did not say whether a token is good', {
    cause: error,
    provider: failure.provider,
    detail: { ...failure.detail, asked_as: client_id },
    hint: isRefused
      ? `compare ${nameOf('introspectionClientId')} and ${nameOf('introspectionClientSecret')}, or else ${nameOf('clientId')} and ${nameOf('clientSecret')}, with the console of the provider`
      : failure.hint,
  })
}

async function send(client: ProtocolClient, token: string): Promise<Response> {
  const { metadata, relyingParty, clientAuthentication, requestOptions, acceptance } = client
  const isSignedWanted =
    acceptance.introspectionSigningAlgorithm !== undefined ||
    acceptance.decryptionKeys !== undefined ||
    acceptance.introspectionDecryptionKeys !== undefined
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

async function plainAnswer(client: ProtocolClient, response: Response): Promise<Response> {
  const type = mediaTypeOf(response)
  // The library says what is wrong with any other status, and would read JSON from a page, too.
  if (response.status !== 200 || type === 'application/json') return response
  if (type === SIGNED_ANSWER) return unwrapped(client, await asciiOf(response))
  throw new GatehouseError(
    'provider_error',
    'introspection_response_malformed',
    'the answer is neither JSON nor signed',
    {
      detail: { content_type: type ?? 'none' },
    },
  )
}

/** The plain answer inside a signed one. The library would take it without a look at the signature. */
async function unwrapped(client: ProtocolClient, body: string): Promise<Response> {
  const { acceptance } = client
  const jwt = isEncrypted(body) ? await client.decryptJwe(body, acceptedEncryption(client)) : body
  const algorithm = acceptance.introspectionSigningAlgorithm ?? DEFAULT_SIGNING_ALGORITHM
  const { claims } = await client.verifyJwt(jwt, [algorithm], (content) => {
    // @see RFC 9701 section 5
    const fault = faultOfClaims(content, {
      ...client.claimRules(),
      kinds: ['token-introspection+jwt'],
      isKindRequired: true,
      required: ['iss', 'aud', 'iat'],
    })
    if (fault)
      throw new GatehouseError('token_invalid', fault.reason, `the signed answer was refused: ${fault.message}`)
  })
  return Response.json(claims.token_introspection ?? null)
}

function acceptedEncryption({ acceptance }: ProtocolClient): AcceptedEncryption {
  const { introspectionEncryptionAlgorithm: only, introspectionEncryptionEncoding: encoding } = acceptance
  return {
    algorithmsOf({ jwk, algorithms }) {
      // La Suite's default has RSA-OAEP, which is not accepted of anything else.
      const possible = jwk.kty === 'RSA' ? [...algorithms, 'RSA-OAEP'] : algorithms
      return only === undefined ? possible : possible.filter((algorithm) => algorithm === only)
    },
    ...(encoding === undefined ? {} : { encodings: [encoding] }),
  }
}
