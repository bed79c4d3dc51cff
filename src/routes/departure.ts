/**
 * Sends a browser on its way to the provider, with the attempt in a cookie; who may be sent there, and why, is decided by the caller.
 */
import type { Context } from 'hono'
import { epochSeconds } from '../clock.ts'
import { sha256 } from '../crypto.ts'
import type { Deps } from '../deps.ts'
import type { LoginRequest, Provider } from '../oidc/provider.ts'
import { type Attempt, rememberAttempt } from './attempts.ts'
import { callbackPath } from './provider-choice.ts'
import { sessionTokenOf } from './session-cookie.ts'

export interface Departure extends Omit<LoginRequest, 'redirectUri'>, Pick<Attempt, 'returnTo' | 'isSecondTry'> {}

/**
 * Begins a sign-in and gives back the redirect to the provider.
 *
 * @throws GatehouseError `provider_unreachable` or `provider_error`
 */
export async function depart(c: Context, provider: Provider, departure: Departure, deps: Deps): Promise<Response> {
  const { config, clock } = deps
  const { returnTo, isSecondTry, ...request } = departure
  const redirectUri = `${config.BASE_URL}${callbackPath(provider, deps)}`
  const { location, pending } = await provider.startLogin({ ...request, redirectUri })
  const sessionToken = sessionTokenOf(c)
  const attempt = {
    pending,
    providerId: provider.id,
    isSilent: request.isSilent,
    ...(isSecondTry ? { isSecondTry } : {}),
    returnTo,
    replacedTokenHash: sessionToken === null ? null : await sha256(sessionToken),
    startedAt: epochSeconds(clock),
  }
  await rememberAttempt(c, attempt, provider.config, deps)
  // 303: what was posted here is not for the provider. @see RFC 9700 section 4.12
  return c.redirect(location.href, c.req.method === 'POST' ? 303 : 302)
}
