/**
 * Takes authorization requests from the client directly and gives a reference for the browser, good for one use.
 */
import { newSecret, type State } from '../state.ts'
import type { Call } from './call.ts'
import { isClient } from './client.ts'

/** @see RFC 9126 section 2 */
export function par(call: Call, state: State): Response {
  if (call.method !== 'POST' || !isClient(call, state)) {
    return Response.json({ error: 'invalid_client' }, { status: 401 })
  }
  const reference = `urn:ietf:params:oauth:request_uri:${newSecret(state, 'par')}`
  const request = new URLSearchParams(call.form)
  request.delete('client_secret')
  state.pushed.set(reference, request)
  return Response.json({ request_uri: reference, expires_in: 60 }, { status: 201 })
}

/** What an address asks for, itself or by a reference; `null`: the reference is of no use, or there must be one. */
export function requestedBy(asked: URLSearchParams, { pushed, offers }: State): URLSearchParams | null {
  const reference = asked.get('request_uri')
  if (reference === null) return offers.requiresPar ? null : asked
  const request = pushed.get(reference)
  pushed.delete(reference)
  return request?.get('client_id') === asked.get('client_id') && asked.size === 2 ? request : null
}
