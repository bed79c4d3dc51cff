/**
 * What becomes of a browser whose silent sign-in came to nothing: it goes on as it was, and never ends on an error page.
 */

import type { Context } from 'hono'
import type { Admission } from '../../accounts/provision.ts'
import { epochSeconds } from '../../clock.ts'
import { nameOf } from '../../config/names.ts'
import type { Deps } from '../../deps.ts'
import { type GatehouseError, toGatehouseError } from '../../errors.ts'
import { describeFailure } from '../../log.ts'
import type { Authentication } from '../../oidc/flows/callback.ts'
import type { Provider } from '../../oidc/provider.ts'
import { isDueByBrowser } from '../../sessions/renewal.ts'
import type { Session } from '../../sessions/session.ts'
import type { RequestVariables } from '../http/context.ts'
import { auditContextOf } from '../http/origin.ts'
import { type Attempt, replacedBy } from './attempts.ts'
import { noteRefused, noteTry, type SilentStanding, stayOut } from './silent.ts'

type RequestContext = Context<RequestVariables>

/** What a provider says when it would have to ask the person. @see OpenID Connect Core 1.0 section 3.1.2.6 */
const NOT_SIGNED_IN = ['login_required', 'interaction_required', 'consent_required', 'account_selection_required']

/** Logs why a silent sign-in came to nothing. No person sees a page of it, so the level alone says that a fault is our own. */
export function logSilentFailure(
  c: RequestContext,
  event: 'silent_sign_in_failed' | 'silent_sign_in_skipped' | 'silent_sign_in_unknown',
  thrown: unknown,
): void {
  const error = toGatehouseError(thrown)
  const level = error.code === 'internal' ? 'error' : 'warn'
  c.var.log({ level, event, detail: describeFailure(error) })
}

/** Leaves everything as it is: meanwhile the person has signed out, or in with another provider. */
export function leaveAsItIs(c: RequestContext, { is }: Pick<SilentStanding, 'is'>, deps: Deps): void {
  if (is === 'out') stayOut(c, deps)
  else noteTry(c)
}

/**
 * Whether a silent attempt with demands of its own, such as `login_hint`, was answered for another person than the one who is signed
 * in: otherwise a link could choose the account. A plain attempt follows the provider. After an e-mail match the account may have
 * another `sub` than the ID token, so there is nothing to compare.
 */
export function isAnotherPerson({ subject }: Admission, session: Session, { isPlain }: Attempt): boolean {
  return !isPlain && !session.isByEmail && session.user.subject !== subject
}

/**
 * Notes that a silent attempt came to nothing. The session ends if the provider no longer knows who is there and was asked nothing
 * else; any other refusal keeps the browser from trying again, because each try would redeem a code.
 */
export async function noteSilentFailure(
  c: RequestContext,
  provider: Provider,
  attempt: Attempt,
  thrown: unknown,
  deps: Deps,
): Promise<void> {
  const error = toGatehouseError(thrown)
  if (error.code === 'login_ended') return stayOut(c, deps)
  if (!isNotSignedIn(error)) {
    logSilentFailure(c, 'silent_sign_in_failed', error)
    if (isOutage(error) || (await replacedBy(c, attempt)) !== null) noteTry(c)
    else noteRefused(c, deps)
    return
  }
  noteTry(c)
  if (attempt.isPlain && error.provider.error === 'login_required') await endUnconfirmed(c, provider, attempt, deps)
}

function isNotSignedIn({ code, provider: { error } }: GatehouseError): boolean {
  return code === 'interaction_required' || (error !== undefined && NOT_SIGNED_IN.includes(error))
}

function isOutage({ code }: GatehouseError): boolean {
  return code === 'provider_unreachable' || code === 'store_unavailable'
}

/** A session that is not due is left alone, and so is one of another provider. */
async function endUnconfirmed(
  c: RequestContext,
  { id }: Provider,
  { replacedTokenHash }: Attempt,
  deps: Deps,
): Promise<void> {
  const { sessions, config, clock } = deps
  try {
    const session = replacedTokenHash === null ? null : await sessions.find(replacedTokenHash)
    if (session?.providerId !== id || !isDueByBrowser(session, config, clock)) return
    await sessions.end(session.tokenHash, auditContextOf(c, config))
  } catch (thrown) {
    // It is confirmed, or ended, at a later visit.
    logSilentFailure(c, 'silent_sign_in_failed', thrown)
  }
}

/** A round trip without a person takes less. */
const JOURNEY_MIN_SECONDS = 4
/** Times in tokens are whole seconds, and so are ours. */
const ROUNDING_SECONDS = 2

/**
 * Notes that a person has signed in with these settings, and whether the provider showed them its form in spite of `prompt=none`: then
 * they authenticated while their browser was away, and the provider keeps a browser that it does not know.
 */
export async function noteSignIn(
  c: RequestContext,
  provider: Provider,
  authentication: Authentication,
  attempt: Attempt,
  deps: Deps,
): Promise<void> {
  const wasAsked = mayHaveBeenAsked(authentication, attempt, deps) && (await keepsBrowsers(c, provider))
  await deps.signInMarks.note(provider.config, wasAsked ? 'shows its form' : 'works')
  if (!wasAsked) return
  const reason = 'the provider showed its form although it was told to ask nothing (prompt=none)'
  const detail = { provider: provider.id, reason, fix: `set ${nameOf('silentSignIn')}=false` }
  c.var.log({ level: 'warn', event: 'silent_sign_in_asked', detail })
}

function mayHaveBeenAsked({ authTime, issuedAt }: Authentication, attempt: Attempt, { clock }: Deps): boolean {
  const awaySeconds = epochSeconds(clock) - attempt.startedAt
  const isLong = attempt.isSilent && awaySeconds >= JOURNEY_MIN_SECONDS
  return isLong && authTime !== null && issuedAt - authTime <= awaySeconds - ROUNDING_SECONDS
}

/** A single person may have signed in at the provider in another tab, so the provider itself is asked before silent sign-ins end for all. */
async function keepsBrowsers(c: RequestContext, provider: Provider): Promise<boolean> {
  try {
    return !(await provider.keepsToPromptNone())
  } catch (thrown) {
    logSilentFailure(c, 'silent_sign_in_unknown', thrown)
    return false
  }
}
