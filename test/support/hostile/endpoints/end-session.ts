/**
 * The end-session endpoint: ends a session, tells whoever wants to know, and sends the browser back, if the hint is an ID token of the client.
 */
import { decodeJwt } from 'jose'
import { altered } from '../faults/alter.ts'
import { endSessionFaults, type WayBack } from '../faults/end-session.ts'
import type { State } from '../state.ts'
import type { Call } from './call.ts'
import { escaped } from './deliver.ts'
import { sendLogoutToken } from './logout-token.ts'

/** @see OpenID Connect RP-Initiated Logout 1.0 section 2 */
export async function endSession({ method, url, form }: Call, state: State): Promise<Response> {
  const { issuer, clientId, offers } = state
  const asked = method === 'POST' ? form : url.searchParams
  const back = asked.get('post_logout_redirect_uri')
  const hint = asked.get('id_token_hint')
  const isRegistered = offers.postLogoutRedirectUri === undefined || offers.postLogoutRedirectUri === back
  const isOwn = asked.get('client_id') === clientId && hint !== null && isOfClient(hint)
  if (!isOwn || !isRegistered || back === null) return new Response('who are you?', { status: 400 })
  const location = new URL(back)
  const { state: returned } = altered<WayBack, undefined>(
    { state: asked.get('state') },
    endSessionFaults,
    state.fault,
    undefined,
  )
  if (returned !== null) location.searchParams.set('state', returned)
  const ended = state.consents.find(({ sid }) => sid === decodeJwt(hint).sid)
  if (ended && offers.backchannelLogoutUri !== undefined) await sendLogoutToken(ended, state)
  if (ended && offers.frontchannelLogoutUri !== undefined)
    return framing(offers.frontchannelLogoutUri, ended.sid, location)
  return new Response(null, { status: 302, headers: { location: location.href } })

  function isOfClient(token: string): boolean {
    const { iss, aud } = decodeJwt(token)
    return iss === issuer && [aud].flat().includes(clientId)
  }

  function framing(frontchannelLogoutUri: string, sid: string, next: URL): Response {
    const frame = new URL(frontchannelLogoutUri)
    frame.search = `${new URLSearchParams({ iss: issuer, sid })}`
    const html = `<iframe src="${escaped(frame.href)}"></iframe><a href="${escaped(next.href)}">Go on</a>`
    return new Response(html, { headers: { 'content-type': 'text/html; charset=utf-8' } })
  }
}
