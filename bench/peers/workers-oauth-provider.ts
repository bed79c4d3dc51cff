/**
 * @cloudflare/workers-oauth-provider in one Worker, as its documentation says: is this access token good? `/setup` issues one.
 */
import { type OAuthHelpers, OAuthProvider } from '@cloudflare/workers-oauth-provider'

interface Env {
  readonly OAUTH_PROVIDER: OAuthHelpers
}

const ORIGIN = 'http://localhost'
const REDIRECT_URI = 'https://app.example/callback'
const VERIFIER = 'a-verifier-of-forty-three-characters-or-more-1234'

/** Hands the access token out, where an app would go through a browser. */
async function setUp(env: Env): Promise<Response> {
  const client = await env.OAUTH_PROVIDER.createClient({
    redirectUris: [REDIRECT_URI],
    tokenEndpointAuthMethod: 'none',
  })
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(VERIFIER))
  const challenge = btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
  const asked = new URL(`${ORIGIN}/authorize`)
  asked.search = new URLSearchParams({
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: REDIRECT_URI,
    scope: 'read',
    state: 'state',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    resource: `${ORIGIN}/api`,
  }).toString()
  const request = await env.OAUTH_PROVIDER.parseAuthRequest(new Request(asked))
  const { redirectTo } = await env.OAUTH_PROVIDER.completeAuthorization({
    request,
    userId: 'alice',
    scope: request.scope,
    metadata: {},
    props: { userId: 'alice' },
  })
  const code = new URL(redirectTo).searchParams.get('code')
  return Response.json({ code, client_id: client.clientId, code_verifier: VERIFIER, redirect_uri: REDIRECT_URI })
}

export default new OAuthProvider<Env>({
  apiRoute: '/api',
  apiHandler: {
    fetch: async (_request, _env, { props }) =>
      Response.json({ active: true, sub: (props as { userId: string }).userId }), // what setUp has given
  },
  defaultHandler: {
    fetch: async (request, env) =>
      new URL(request.url).pathname === '/setup' ? setUp(env) : new Response('not found', { status: 404 }),
  },
  authorizeEndpoint: '/authorize',
  tokenEndpoint: '/token',
  scopesSupported: ['read'],
  resourceMetadata: { resource: `${ORIGIN}/api`, authorization_servers: [ORIGIN] },
})
