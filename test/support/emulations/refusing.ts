/**
 * A provider that cannot be run here, at the far end of the network: its real metadata, a client that is registered there, and its own
 * words when it refuses. Signs no one in.
 */
import { createFarEnd, type FarEnd, json } from '../far-end.ts'
import type { Discovery } from './fixtures.ts'

/** What stands in the console of the provider. */
export interface Registered {
  readonly clientId: string
  readonly clientSecret: string
  readonly redirectUris: readonly string[]
  readonly postLogoutUris: readonly string[]
  /** What the client may ask for. */
  readonly scopes: readonly string[]
}

/** How a provider speaks. */
export interface Words {
  readonly document: Discovery
  /** The right settings of Gatehouse, beside those of the client. */
  readonly settings: Readonly<Record<string, string>>
  readonly keys: readonly Readonly<Record<string, string>>[]
  readonly authorization: {
    unknownClient(asked: URL): Response
    unregisteredRedirect(asked: URL): Response
    /** Absent: it leaves out what it does not know. */
    readonly foreignScope?: (asked: URL) => Response
    readonly nobodyThere: Readonly<Record<string, string>>
  }
  readonly token: {
    /** @param id `null`: none came along in a way that it takes */
    unknownClient(id: string | null): Response
    wrongSecret(): Response
    unknownCode(): Response
  }
  /** Absent: it looks at no address before it knows the session. */
  readonly unregisteredSignOut?: () => Response
}

export interface RefusingProvider {
  readonly document: Discovery
  readonly farEnd: FarEnd
  /** Settings of a Gatehouse that is as it should be. */
  readonly settings: Readonly<Record<string, string>>
}

export function page(status: number, body: string): Response {
  const text = `<!DOCTYPE html><html><head><title>Sign in</title></head><body>${body}</body></html>`
  return new Response(text, { status, headers: { 'content-type': 'text/html; charset=utf-8' } })
}

export function redirect(location: string | URL): Response {
  return new Response(null, { status: 302, headers: { location: String(location) } })
}

/** Sends the browser back to the relying party. @see RFC 6749 section 4.1.2.1 */
export function sentBack(asked: URL, answer: Readonly<Record<string, string>>): Response {
  const back = new URL(asked.searchParams.get('redirect_uri') ?? '')
  const state = asked.searchParams.get('state') ?? ''
  for (const [name, value] of Object.entries({ ...answer, state })) back.searchParams.set(name, value)
  return redirect(back)
}

/** Puts a provider at the far end. */
export function refusingProvider(words: Words, registered: Registered): RefusingProvider {
  const { document } = words
  const farEnd = createFarEnd()
  publish(farEnd, document.issuer, document)
  farEnd.on(document.jwks_uri, () => json({ keys: words.keys }))
  farEnd.on(document.authorization_endpoint, (asked) => authorizationAnswer(words, registered, asked))
  farEnd.on(document.token_endpoint, (_, init) => refusedClient(words, registered, init) ?? words.token.unknownCode())
  farEnd.on(document.userinfo_endpoint, () => json({ error: 'invalid_token' }, 401))
  if (document.revocation_endpoint)
    farEnd.on(document.revocation_endpoint, () => json({ error: 'invalid_request' }, 400))
  if (document.introspection_endpoint)
    farEnd.on(
      document.introspection_endpoint,
      (_, init) => refusedClient(words, registered, init) ?? json({ active: false }),
    )
  if (document.end_session_endpoint)
    farEnd.on(document.end_session_endpoint, (asked) => signOutAnswer(words, registered, asked))
  const { clientId, clientSecret } = registered
  return {
    document,
    farEnd,
    settings: { ...words.settings, OIDC_RP_CLIENT_ID: clientId, OIDC_RP_CLIENT_SECRET: clientSecret },
  }
}

/** Lets a document be found below an address. */
export function publish(farEnd: FarEnd, address: string, document: unknown): void {
  farEnd.on(`${address.replace(/\/$/, '')}/.well-known/openid-configuration`, () => json(document))
}

function authorizationAnswer({ authorization }: Words, registered: Registered, asked: URL): Response {
  const { searchParams } = asked
  if (searchParams.get('client_id') !== registered.clientId) return authorization.unknownClient(asked)
  if (!registered.redirectUris.includes(searchParams.get('redirect_uri') ?? ''))
    return authorization.unregisteredRedirect(asked)
  const scopes = (searchParams.get('scope') ?? '').split(' ')
  if (authorization.foreignScope && scopes.some((scope) => !registered.scopes.includes(scope)))
    return authorization.foreignScope(asked)
  return sentBack(asked, authorization.nobodyThere)
}

/** `null`: the client has proved who it is, by one of the methods that the provider lists. */
function refusedClient({ document, token }: Words, registered: Registered, init: RequestInit | undefined) {
  const methods = document.token_endpoint_auth_methods_supported
  const form = new URLSearchParams(String(init?.body ?? ''))
  const [, encoded] = /^Basic (.+)$/.exec(new Headers(init?.headers).get('authorization') ?? '') ?? []
  const [basicId, basicSecret] = encoded === undefined ? [] : atob(encoded).split(':').map(decodeURIComponent)
  const isBasic = encoded !== undefined && methods.includes('client_secret_basic')
  const id = (isBasic ? basicId : form.get('client_id')) ?? null
  const secret = isBasic ? basicSecret : form.get('client_secret')
  if (id !== registered.clientId) return token.unknownClient(id)
  return secret === registered.clientSecret ? null : token.wrongSecret()
}

function signOutAnswer({ unregisteredSignOut }: Words, { postLogoutUris }: Registered, asked: URL): Response {
  const back = asked.searchParams.get('post_logout_redirect_uri') ?? asked.searchParams.get('returnTo') ?? ''
  if (unregisteredSignOut && !postLogoutUris.includes(back)) return unregisteredSignOut()
  return unregisteredSignOut ? page(200, 'Do you want to sign out?') : page(200, 'You have signed out.')
}
