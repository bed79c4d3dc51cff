/**
 * The end-session endpoint: sends the browser back when the hint is an ID token of the client that asks.
 */
import { decodeJwt } from 'jose'
import type { State } from '../state.ts'
import type { Call } from './call.ts'

/** @see OpenID Connect RP-Initiated Logout 1.0 section 2 */
export function endSession({ url }: Call, { issuer, clientId }: State): Response {
  const back = url.searchParams.get('post_logout_redirect_uri')
  const isOwn = url.searchParams.get('client_id') === clientId && isHint(url.searchParams.get('id_token_hint'))
  if (!isOwn || back === null) return new Response('who are you?', { status: 400 })
  const location = new URL(back)
  const sent = url.searchParams.get('state')
  if (sent !== null) location.searchParams.set('state', sent)
  return new Response(null, { status: 302, headers: { location: location.href } })

  function isHint(hint: string | null): boolean {
    if (hint === null) return false
    const { iss, aud } = decodeJwt(hint)
    return iss === issuer && [aud].flat().includes(clientId)
  }
}
