/**
 * Sends a browser on its way to the provider, with the attempt in a cookie; who may be sent there, and why, is decided by the caller.
 */
import type { Context } from 'hono'
import { epochSeconds } from '../../clock.ts'
import type { Deps } from '../../deps.ts'
import type { LoginRequest } from '../../oidc/flows/login.ts'
import type { Provider } from '../../oidc/provider.ts'
import type { RequestVariables } from '../http/context.ts'
import { presentedHash } from '../session/session-cookie.ts'
import { type Attempt, rememberAttempt } from './attempts.ts'
import { redirectUriOf } from './provider-choice.ts'
import { noteAsked } from './silent.ts'

export interface Departure extends Omit<LoginRequest, 'redirectUri'>, Pick<Attempt, 'returnTo' | 'isSecondTry'> {}

/**
 * Begins a sign-in and gives back the redirect to the provider.
 *
 * @throws GatehouseError `provider_unreachable` or `provider_error`
 */
export async function depart(
  c: Context<RequestVariables>,
  provider: Provider,
  departure: Departure,
  deps: Deps,
): Promise<Response> {
  const { clock } = deps
  const { returnTo, isSecondTry, ...request } = departure
  const redirectUri = redirectUriOf(provider, deps)
  const { location, pending } = await provider.startLogin({ ...request, redirectUri })
  const attempt = {
    pending,
    providerId: provider.id,
    isSilent: request.isSilent,
    ...(isPlain(request) ? { isPlain: true as const } : {}),
    ...(isSecondTry ? { isSecondTry } : {}),
    returnTo,
    replacedTokenHash: await presentedHash(c),
    startedAt: epochSeconds(clock),
    startedMilliseconds: clock.now(),
  }
  if (request.isSilent) noteAsked(c, attempt.replacedTokenHash !== null, deps)
  await rememberAttempt(c, attempt, provider.config, deps)
  // 303: what was posted here is not for the provider. @see RFC 9700 section 4.12
  return c.redirect(location.href, c.req.method === 'POST' ? 303 : 302)
}

/** Asks for nothing but who is there. */
function isPlain({ isSilent, acrValues, maxAgeSeconds, passedOn }: Omit<LoginRequest, 'redirectUri'>): boolean {
  return isSilent && acrValues.length === 0 && maxAgeSeconds === null && Object.keys(passedOn).length === 0
}
