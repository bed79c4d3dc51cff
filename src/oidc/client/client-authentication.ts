/**
 * How Gatehouse proves to the provider which client it is: the method, by setting or by metadata, and what goes into the request.
 */

import * as oauth from 'oauth4webapi'
import type { ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import type { TokenAuthMethod } from '../../config/schema/provider.ts'
import { CLIENT_SECRET_JWT_MIN_BYTES } from '../../config/values/keys.ts'
import { formEncoded } from '../../crypto.ts'
import { GatehouseError } from '../../errors.ts'
import type { Metadata } from '../metadata/metadata.ts'
import type { OwnKeys } from './own-keys.ts'

/**
 * The method to use. A setting decides; without one client_secret_post, which takes a secret as it is, or what the provider lists
 * in its stead. `none` comes from the setting alone, so that no one becomes a public client by forgetting the secret.
 *
 * @throws GatehouseError `not_configured` when there is no material for any method that the provider lists
 */
export function tokenAuthMethod(config: ProviderConfig, metadata: Metadata): TokenAuthMethod {
  if (config.clientAuthMethod) return config.clientAuthMethod
  if (config.useBasicAuth) return 'client_secret_basic'
  const secret = config.clientSecret
  const possible: TokenAuthMethod[] = [
    ...(secret === undefined ? [] : (['client_secret_post'] as const)),
    ...(config.signingKeys === undefined ? [] : (['private_key_jwt'] as const)),
    ...(secret === undefined ? [] : (['client_secret_basic'] as const)),
    ...(secret === undefined || !isLongEnough(secret) ? [] : (['client_secret_jwt'] as const)),
  ]
  const listed = metadata.token_endpoint_auth_methods_supported
  const method = possible.find((candidate) => listed === undefined || listed.includes(candidate))
  if (method) return method
  throw new GatehouseError(
    'not_configured',
    'authentication_method_missing',
    'the provider lists no method of authentication that Gatehouse can use',
    {
      detail: { listed: listed ?? [], possible },
      hint: `see ${nameOf('clientAuthMethod')} and ${nameOf('signingKeys')}`,
    },
  )
}

/** @see OpenID Connect Core 1.0 section 9; RFC 6749 section 2.3.1; RFC 7523 section 3 */
export async function clientAuthentication(
  config: ProviderConfig,
  metadata: Metadata,
  keys: OwnKeys,
): Promise<oauth.ClientAuth> {
  const method = tokenAuthMethod(config, metadata)
  const secret = config.clientSecret ?? ''
  switch (method) {
    case 'client_secret_post':
      return oauth.ClientSecretPost(secret)
    case 'client_secret_basic':
      return basic(secret)
    case 'client_secret_jwt':
      return oauth.ClientSecretJwt(secret, {
        [oauth.modifyAssertion]: (_header, claims) => forIssuer(claims, metadata),
      })
    case 'private_key_jwt': {
      const { key, kid, algorithm } = await keys.signingKey()
      return oauth.PrivateKeyJwt(
        { key, kid },
        {
          [oauth.modifyAssertion](header, claims) {
            header.alg = algorithm // the library calls an Ed25519 key by a name that older providers do not know
            forIssuer(claims, metadata)
          },
        },
      )
    }
    case 'none':
      return oauth.None()
  }
}

/**
 * Both halves form-encoded, as the standard wants it. The library encodes also `-`, `_`, `.` and `~`, which changes nothing for a
 * provider that decodes, and makes the secret a wrong one for a provider that does not, such as Google.
 *
 * @see RFC 6749 section 2.3.1 and appendix B
 */
function basic(secret: string): oauth.ClientAuth {
  return (_server, client, _body, headers) => {
    headers.set('authorization', `Basic ${btoa(`${formEncoded(client.client_id)}:${formEncoded(secret)}`)}`)
  }
}

/** The audience is the issuer, as one text. Without `nbf`, which only adds a way for two clocks to disagree. */
function forIssuer(claims: Record<string, unknown>, { issuer }: Metadata): void {
  claims.aud = issuer
  delete claims.nbf
}

function isLongEnough(secret: string): boolean {
  return new TextEncoder().encode(secret).length >= CLIENT_SECRET_JWT_MIN_BYTES
}
