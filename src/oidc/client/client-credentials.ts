/**
 * A token of a client itself, without any person; who asks for it, and what for, is decided elsewhere.
 */
import * as oauth from 'oauth4webapi'
import type { UserSearch } from '../../config/dialects/opentalk/settings.ts'
import type { ProviderConfig } from '../../config/model.ts'
import { toProtocolFailure } from '../flows/failures.ts'
import { readTokenAnswer } from '../flows/token-answer.ts'
import type { ProtocolClient } from './protocol-client.ts'

/**
 * @throws the errors of the protocol library, which callers put into their own words
 * @see RFC 6749 section 4.4
 */
export async function ownTokenOf(client: ProtocolClient): Promise<oauth.TokenEndpointResponse> {
  const { metadata, relyingParty, clientAuthentication, requestOptions } = client
  const response = await oauth.clientCredentialsGrantRequest(
    metadata,
    relyingParty,
    clientAuthentication,
    new URLSearchParams(),
    requestOptions as oauth.ClientCredentialsGrantRequestOptions, // the options of all requests, whose method is wider
  )
  return readTokenAnswer(client, response, (answer) =>
    oauth.processClientCredentialsResponse(metadata, relyingParty, answer),
  )
}

/** The settings with the client that searches for people. */
export function searchingClient(config: ProviderConfig, search: UserSearch): ProviderConfig {
  const { clientAuthMethod: method } = config
  return {
    ...config,
    clientId: search.clientId,
    clientSecret: search.clientSecret,
    signingKeys: undefined,
    clientAuthMethod: method?.startsWith('client_secret_') ? method : undefined,
  }
}

/** A token for the search of people. @throws GatehouseError of the answer of the token endpoint, with what to compare */
export async function searchTokenOf(client: ProtocolClient): Promise<oauth.TokenEndpointResponse> {
  try {
    return await ownTokenOf(client)
  } catch (error) {
    const failure = toProtocolFailure(error, '', 'token', client.secrets)
    throw failure.restated('the user search got no token of its own', {
      cause: error,
      detail: {
        asked_as: client.relyingParty.client_id,
        fix: 'compare client id and secret of the user search with the console, and switch Service accounts roles on',
      },
    })
  }
}
