/**
 * The addresses of Gatehouse that are registered at a provider; what happens there is in `routes/`.
 */
import type { Config } from './model.ts'

export const REGISTERED_PATHS = {
  callback: '/api/v1.0/callback/',
  logoutCallback: '/api/v1.0/logout-callback/',
  backchannelLogout: '/api/v1.0/backchannel-logout/',
  frontchannelLogout: '/api/v1.0/frontchannel-logout/',
} as const

/** What the operator copies into the console of a provider, in full. */
export interface RegisteredAddresses {
  readonly redirectUri: string
  readonly postLogoutRedirectUri: string
  readonly backchannelLogoutUri: string
  readonly frontchannelLogoutUri: string
}

/** The path where a provider answers. The first has the plain one, so that a second can come later without a change at the first. */
export function callbackPathOf({ callbackPath, providers }: Config, providerId: string): string {
  const path = callbackPath ?? REGISTERED_PATHS.callback
  return providerId === providers[0].id ? path : `${path.replace(/\/$/, '')}/${providerId}/`
}

export function registeredAddresses(config: Config, providerId: string): RegisteredAddresses {
  const { baseUrl } = config
  return {
    redirectUri: baseUrl + callbackPathOf(config, providerId),
    postLogoutRedirectUri: baseUrl + REGISTERED_PATHS.logoutCallback,
    backchannelLogoutUri: baseUrl + REGISTERED_PATHS.backchannelLogout,
    frontchannelLogoutUri: baseUrl + REGISTERED_PATHS.frontchannelLogout,
  }
}
