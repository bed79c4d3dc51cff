/**
 * The addresses of Gatehouse that are registered at a provider; what happens there is in `routes/`.
 */

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

/**
 * The addresses for one provider.
 *
 * @param furtherId the id of a provider that is not the first. The first answers at the plain path, so that a second can come later
 * without a change at the first
 */
export function registeredAddresses(
  {
    baseUrl,
    callbackPath = REGISTERED_PATHS.callback,
  }: { readonly baseUrl: string; readonly callbackPath?: string | undefined },
  furtherId?: string,
): RegisteredAddresses {
  const path = furtherId === undefined ? callbackPath : `${callbackPath.replace(/\/$/, '')}/${furtherId}/`
  return {
    redirectUri: baseUrl + path,
    postLogoutRedirectUri: baseUrl + REGISTERED_PATHS.logoutCallback,
    backchannelLogoutUri: baseUrl + REGISTERED_PATHS.backchannelLogout,
    frontchannelLogoutUri: baseUrl + REGISTERED_PATHS.frontchannelLogout,
  }
}
