/**
 * Asks introspection and userinfo under the name that browsers know the provider by, where that is not the name we ask it by.
 */
import type { ProviderConfig } from '../../config/model.ts'
import type { Send } from './http.ts'

/**
 * A Keycloak that does not know its own name takes it from the request, and holds it against the issuer of the token.
 *
 * @param endpoints the addresses that are to believe it
 * @see the OpenTalk controller 0.33, forwardHost
 */
export function withForwardedHost(
  send: Send,
  { forwardedHost }: ProviderConfig,
  endpoints: readonly (string | undefined)[],
): Send {
  if (forwardedHost === null) return send
  const believing = endpoints.flatMap((endpoint) => (endpoint === undefined ? [] : [new URL(endpoint).href]))
  return (url, init) => {
    if (!believing.includes(new URL(url).href)) return send(url, init)
    const headers = new Headers(init?.headers)
    headers.set('x-forwarded-host', forwardedHost)
    return send(url, { ...init, headers })
  }
}
