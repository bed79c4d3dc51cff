/**
 * Whether signing out works in both directions: the address to come back to, and how the provider tells us of its own sign-outs.
 */

import type { ProviderConfig } from '../../config/model.ts'
import { nameOf } from '../../config/names.ts'
import { isLoopback } from '../../config/values/urls.ts'
import { GatehouseError } from '../../errors.ts'
import { type Advertised, type Examination, MADE_UP } from '../../oidc/examination/examination.ts'
import type { Exchange } from '../../oidc/transport/exchanges.ts'
import { VENDORS } from '../../vendors/vendors.ts'
import { cannotTell, type Finding, fail, pass } from '../check.ts'
import { explain } from '../explain.ts'
import { adviceOnSilence, readable, reasonOf, shown } from '../words.ts'
import { ERROR_PAGE } from './undescribed.ts'

/** The check `post-logout-uri`. Without a session and an ID token some providers look at the address, and some do not. */
export async function postLogoutFinding(config: ProviderConfig, examination: Examination): Promise<Finding> {
  const { postLogoutRedirectUri } = config.addresses
  const copy = [{ label: 'Post-logout redirect URI', value: postLogoutRedirectUri }]
  const where = VENDORS[config.type].console.postLogoutUris
  const address = await examination.signOutAddress(postLogoutRedirectUri)
  if (address === null && VENDORS[config.type].needsHintAtSignOut) {
    return cannotTell(
      'post-logout-uri',
      'The provider looks at the address only when a person signs out who has an ID token.',
      `Compare ${where} with the address, character by character, or sign in and out once.`,
      copy,
    )
  }
  if (address === null) {
    const explained = explain(config.type, 'discovery', { description: 'no end_session_endpoint' })
    const seen = 'The provider names no end-session endpoint: signing out ends the session at Gatehouse only.'
    return explained
      ? cannotTell('post-logout-uri', `${seen} ${explained.cause}`, explained.fix)
      : pass('post-logout-uri', seen)
  }
  const answer = await examination.visit(address)
  if (answer instanceof GatehouseError) {
    return fail(
      'post-logout-uri',
      `The end-session endpoint does not answer: ${reasonOf(answer)}.`,
      adviceOnSilence(
        answer,
        `Check ${nameOf('endSessionEndpoint')} if it is set, and that the provider can be reached there.`,
      ),
      copy,
    )
  }
  if (leadsTo(answer, postLogoutRedirectUri))
    return pass('post-logout-uri', `The provider leads back to ${postLogoutRedirectUri}`, copy)
  const explained = explain(config.type, 'logout', { status: answer.status, text: saidBy(answer) })
  const seen = `The provider answers ${answer.status}: “${shown(answer.location?.href ?? readable(answer), config)}”.`
  if (explained) return fail('post-logout-uri', `${seen} ${explained.cause}`, explained.fix, copy)
  const other = await examination.signOutAddress(`${postLogoutRedirectUri}${MADE_UP}/`)
  const control = other === null ? null : await examination.visit(other)
  if (control === null || control instanceof GatehouseError || control.status === answer.status) {
    return cannotTell(
      'post-logout-uri',
      `${seen} It says the same of an address that no one has registered.`,
      `Compare ${where} with the address, character by character, or sign in and out once.`,
      copy,
    )
  }
  if (answer.status < 400)
    return pass(
      'post-logout-uri',
      `The provider takes ${postLogoutRedirectUri}, and no address that no one has registered.`,
      copy,
    )
  return fail('post-logout-uri', seen, `Register the address exactly as it is here: ${where}.`, copy)
}

/** The checks `backchannel-logout` and `frontchannel-logout`: what is registered there, the provider tells no one. */
export function logoutFindings(config: ProviderConfig, advertised: Advertised): readonly Finding[] {
  const { console } = VENDORS[config.type]
  const { backchannelLogoutUri, frontchannelLogoutUri } = config.addresses
  const hasBackchannel = advertised.backchannel_logout_supported === true
  const hasFrontchannel = advertised.frontchannel_logout_supported === true
  return [
    registrationFinding(
      'backchannel-logout',
      hasBackchannel,
      console.backchannelLogout,
      [{ label: 'Back-channel logout URI', value: backchannelLogoutUri }],
      isBeyondReach(advertised, backchannelLogoutUri),
    ),
    hasBackchannel && hasFrontchannel
      ? pass(
          'frontchannel-logout',
          'Not needed: the provider has the back channel, which does not depend on the browser.',
          [{ label: 'Front-channel logout URI', value: frontchannelLogoutUri }],
        )
      : registrationFinding(
          'frontchannel-logout',
          hasFrontchannel,
          console.frontchannelLogout,
          [{ label: 'Front-channel logout URI', value: frontchannelLogoutUri }],
          false,
        ),
  ]
}

function registrationFinding(
  id: 'backchannel-logout' | 'frontchannel-logout',
  isOffered: boolean,
  where: string | null,
  copy: Finding['copy'],
  isBeyond: boolean,
): Finding {
  if (!isOffered) return pass(id, 'The provider does not offer it, so there is nothing to register.')
  const seen = 'The provider offers it. What is registered there, it tells no one.'
  if (isBeyond)
    return cannotTell(
      id,
      `${seen} It cannot reach a Gatehouse that is on this machine.`,
      'It will work once Gatehouse is deployed.',
      copy,
    )
  return cannotTell(
    id,
    seen,
    `Compare the address with ${where ?? 'the console of the provider'}; then sign out at the provider and see whether you are signed out here.`,
    copy,
  )
}

/** A provider elsewhere cannot send anything to this machine. */
function isBeyondReach({ issuer = '' }: Advertised, address: string): boolean {
  return isLoopback(new URL(address).hostname) && URL.canParse(issuer) && !isLoopback(new URL(issuer).hostname)
}

/** What an answer says: its page, and the address of the error page that it leads to. */
function saidBy(answer: Exchange): string {
  const { location } = answer
  const isErrorPage = location !== null && ERROR_PAGE.test(location.pathname)
  return isErrorPage ? `${readable(answer)}\n${location.search}` : readable(answer)
}

function leadsTo({ location }: Exchange, address: string): boolean {
  return location !== null && location.origin + location.pathname === address
}
