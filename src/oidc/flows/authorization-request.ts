/**
 * How an authorization request travels: openly in the address, signed (JAR), or handed to the provider directly (PAR); what it asks is decided elsewhere.
 */

import * as oauth from 'oauth4webapi'
import type { ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { GatehouseError } from '../../errors.ts'
import type { OwnKeys } from '../client/own-keys.ts'
import type { ProtocolClient } from '../client/protocol-client.ts'
import type { Metadata } from '../metadata/metadata.ts'
import { toProtocolFailure } from './failures.ts'

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
