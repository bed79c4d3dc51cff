/**
 * A token of a client itself, without any person; who asks for it, and what for, is decided elsewhere.
 */
import * as oauth from 'oauth4webapi'
import type { ProtocolClient } from './client.ts'

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
  return oauth.processClientCredentialsResponse(metadata, relyingParty, response)
}
