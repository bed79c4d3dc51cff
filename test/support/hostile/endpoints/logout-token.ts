/**
 * Tells the relying party, behind the back of the browser, that a session of the provider has ended.
 */
import { logoutTokenFaults } from '../faults/logout-token.ts'
import { type Consent, type LogoutNotice, nowSeconds, type State, signToken } from '../state.ts'

const LIFE_SECONDS = 120

/** @see OpenID Connect Back-Channel Logout 1.0 sections 2.4 and 2.5 */
export async function sendLogoutToken(
  { person, sid }: Pick<Consent, 'sid' | 'person'>,
  state: State,
): Promise<LogoutNotice> {
  const { backchannelLogoutUri } = state.offers
  if (backchannelLogoutUri === undefined) throw new Error('no one wants logout tokens')
  const now = nowSeconds(state)
  const claims = {
    iss: state.issuer,
    sub: person.sub,
    aud: state.clientId,
    iat: now,
    exp: now + LIFE_SECONDS,
    jti: crypto.randomUUID(),
    sid,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    a_claim_of_tomorrow: true,
  }
  const token = await signToken(state, claims, { typ: 'logout+jwt' }, state.fault, logoutTokenFaults)
  const body = new URLSearchParams({ a_parameter_of_tomorrow: 'x', logout_token: token })
  const response = await fetch(backchannelLogoutUri, { method: 'POST', body })
  await response.arrayBuffer()
  const notice = { status: response.status, cacheControl: response.headers.get('cache-control') }
  state.notices.push(notice)
  return notice
}
