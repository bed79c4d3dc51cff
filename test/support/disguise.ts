/**
 * A provider with the addresses of another: its discovery document names them, and what comes to them is answered by the provider.
 */
import type { HostileProvider } from './hostile/provider.ts'

/** Where a provider has its endpoints, by their names in the discovery document. */
export type Addresses = Readonly<
  Record<'authorization_endpoint' | 'token_endpoint' | 'userinfo_endpoint' | 'jwks_uri', string>
>

export function disguised(provider: HostileProvider, addresses: Addresses): (request: Request) => Promise<Response> {
  const base = provider.issuer.replace(/\/$/, '')
  const own: Readonly<Record<keyof Addresses, string>> = {
    authorization_endpoint: `${base}/authorize`,
    token_endpoint: `${base}/token`,
    userinfo_endpoint: `${base}/userinfo`,
    jwks_uri: `${base}/jwks`,
  }
  const names = Object.keys(own) as (keyof Addresses)[] // the names of that very record

  return async (request) => {
    const url = new URL(request.url)
    if (url.href === `${base}/.well-known/openid-configuration`) {
      const document: object = await (await provider.handle(request)).json()
      return Response.json({ ...document, ...addresses })
    }
    const name = names.find((one) => addresses[one] === url.origin + url.pathname)
    if (name === undefined)
      return new Response('no such page', { status: 404, headers: { 'content-type': 'text/html' } })
    return provider.handle(new Request(own[name] + url.search, request))
  }
}
