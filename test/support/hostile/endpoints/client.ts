/**
 * Whether a call comes from the client, authenticated with the one method that it has agreed to.
 */
import type { State } from '../state.ts'
import type { Call } from './call.ts'

/** @see RFC 6749 section 2.3.1 */
export function isClient({ headers, form }: Call, { clientId, clientSecret, offers }: State): boolean {
  const authorization = headers.get('authorization')
  if (offers.clientAuthentication !== 'client_secret_basic') {
    const isNamed = form.get('client_id') === clientId && form.get('client_secret') === clientSecret
    return isNamed && authorization === null
  }
  const [, encoded = ''] = /^Basic ([\w+/]+={0,2})$/.exec(authorization ?? '') ?? []
  const [id, secret] = atob(encoded)
    .split(':')
    .map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
  return id === clientId && secret === clientSecret && !form.has('client_secret')
}
