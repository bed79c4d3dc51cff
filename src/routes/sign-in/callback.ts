/**
 * The provider's answer comes back through the browser: GET, or POST for a form, of /api/v1.0/callback/; who signed in gets a new session.
 */

import { type Context, Hono } from 'hono'
import { refuseUnlisted } from '../../accounts/allow-lists.ts'
import { admissionOf, type Outcome, refuseOutsiders, subjectIn } from '../../accounts/provision.ts'
import { allGroups, refuseInactive, scimKeyOf } from '../../accounts/scim/standing.ts'
import { isStatusUnknown } from '../../accounts/standing.ts'
import { unreadClaims } from '../../accounts/unread-claims.ts'
import { epochSeconds } from '../../clock.ts'
import { withNames } from '../../config/names.ts'
import { sha256 } from '../../crypto.ts'
import type { Deps } from '../../deps.ts'
import type { Refused } from '../../diagnosis/refusals.ts'
import { GatehouseError } from '../../errors.ts'
import type { Authentication, VerifiedLogin } from '../../oidc/flows/callback.ts'
import type { Provider } from '../../oidc/provider.ts'
import { newSessionToken } from '../../sessions/session.ts'
import { keptTokens, sealTokens, sidHashOf, subHashOf } from '../../sessions/vault.ts'
import type { SignIn } from '../../store/sessions.ts'
import { VENDORS } from '../../vendors/vendors.ts'
import { answersAs, type RequestVariables, referenceOf } from '../http/context.ts'
import { giveSession } from '../http/cookies.ts'
import { looseForm } from '../http/forms.ts'
import { originOf } from '../http/origin.ts'
import { sessionOf } from '../session/current-session.ts'
import {
  ATTEMPT_SECONDS,
  type Attempt,
  beginLogin,
  replacedBy,
  stateOf,
  takeAttempt,
  tellAttempts,
} from './attempts.ts'
import { rememberProvider } from './login-parameters.ts'
import { noteRefusal } from './refusal-notes.ts'
import { landingOf } from './return-to.ts'
import { awaitsAnswer, forgetTries, noteRefused, silentStandingOf } from './silent.ts'
import { isAnotherPerson, leaveAsItIs, noteSignIn, noteSilentFailure } from './silent-answer.ts'

type RequestContext = Context<RequestVariables>

/** The members of the answer that decide something; each may come once. @see RFC 6749 section 3.1 */
const DECISIVE = ['state', 'code', 'iss', 'error', 'response']

export function callbackRoutes(deps: Deps) {
  const { config, clock, providers, scim, spentLogins, sessions, sealers } = deps
  const app = new Hono<RequestVariables>()

  // Each has a path of its own, so that no provider can answer in the place of another. @see RFC 9700 section 4.4.2
  for (const provider of providers.all) mount(provider, new URL(provider.config.addresses.redirectUri).pathname)

  function mount(provider: Provider, path: string): void {
    app.get(path, answersAs('sign_in'), async (c) => {
      const answer = new URL(c.req.url).searchParams
      const attempt = await takeAttempt(c, stateOf(answer), deps)
      if (!attempt) return goOnWithoutAttempt(c, answer)
      return finish(c, provider, answer, attempt)
    })

    if (provider.config.responseMode !== 'form_post') return
    // @see OAuth 2.0 Form Post Response Mode
    app.post(path, answersAs('sign_in'), async (c) => {
      const answer = await looseForm(c, 'state')
      const attempt = await takeAttempt(c, stateOf(answer), deps)
      // A form from another site brings no session cookie; the browser is asked once more in a way that does.
      if (attempt) return finish(c, provider, answer, attempt)
      refuseRepeated(answer)
      return c.redirect(`${config.baseUrl}${path}`, 303)
    })
  }

  async function finish(
    c: RequestContext,
    provider: Provider,
    answer: URLSearchParams,
    attempt: Attempt,
  ): Promise<Response> {
    try {
      return await finishOnce(c, provider, answer, attempt)
    } catch (error) {
      if (attempt.isSilent) {
        await noteSilentFailure(c, provider, attempt, error, deps)
        return goOn(c, attempt)
      }
      // What has just been refused is not begun again silently. A session that the browser still has goes on as it was.
      if ((await replacedBy(c, attempt)) === null) noteRefused(c, deps)
      throw error
    }
  }

  async function finishOnce(
    c: RequestContext,
    provider: Provider,
    answer: URLSearchParams,
    attempt: Attempt,
  ): Promise<Response> {
    refuseRepeated(answer)
    if (attempt.providerId !== provider.id) {
      throw new GatehouseError(
        'state_unknown',
        'other_provider',
        'the answer came to the callback of another provider than was asked',
        {
          detail: { asked: attempt.providerId, answered: provider.id },
        },
      )
    }
    const stateHash = await sha256(attempt.pending.state)
    if (!(await spentLogins.spend(stateHash, attempt.startedAt + ATTEMPT_SECONDS))) return goOnIfSignedIn(c, attempt)
    const isDone = await signIn(c, provider, answer, attempt)
    return isDone ? goOn(c, attempt) : beginAgain(c, provider, attempt)
  }

  /** `false`: the provider has forgotten the sign-in, and there may be another. */
  async function signIn(
    c: RequestContext,
    provider: Provider,
    answer: URLSearchParams,
    attempt: Attempt,
  ): Promise<boolean> {
    const standing = attempt.isSilent
      ? await silentStandingOf(c, provider, await replacedBy(c, attempt), deps)
      : ({ is: 'free', session: null } as const)
    if (standing.is !== 'free') {
      leaveAsItIs(c, standing, deps)
      return true
    }
    let refused: Refused | null = null
    try {
      const login = await provider.finishLogin(answer, attempt.pending, !attempt.isSilent)
      const subject = subjectIn(login.claims, provider.config) ?? login.subject
      refused = { issuer: login.issuer, subject, address: originOf(c, config).address }
      const pushed = await pushedOf(login, provider)
      const admission = admissionOf(login, provider.config, pushed.standing)
      const { identity } = admission
      const groups = allGroups(identity.x_grp, pushed.standing?.groups ?? [])
      refuseUnlisted({ ...identity, x_grp: groups }, provider, config)
      if (standing.session !== null && isAnotherPerson(admission, standing.session, attempt)) {
        leaveAsItIs(c, { is: 'elsewhere' }, deps)
        return true
      }
      const outcome = await beginSession(c, provider, login, { admission, scimKey: pushed.key }, attempt)
      rememberProvider(c, provider, providers)
      c.var.log({
        level: 'info',
        event: 'sign_in',
        detail: { provider: provider.id, issuer: login.issuer, by_email: outcome === 'matched' },
      })
      await noteSignIn(c, provider, login.authentication, attempt, deps)
      return true
    } catch (error) {
      const isExpired = error instanceof GatehouseError && error.code === 'login_expired'
      if (isExpired && !attempt.isSecondTry) return false
      if (!attempt.isSilent) await noteRefusal(c, provider.id, error, deps, refused)
      throw error
    }
  }

  /** What the provider has pushed of the person. @throws GatehouseError `account_disabled` */
  async function pushedOf({ claims, subject }: VerifiedLogin, provider: Provider) {
    const key = scimKeyOf(claims, subject, provider.config)
    const standing = key === null ? null : await scim.users.standing(key)
    refuseInactive(standing)
    return { key, standing }
  }

  /** The person has done nothing wrong, and their page at the provider is still before them: so at once, and once. */
  function beginAgain(c: RequestContext, provider: Provider, attempt: Attempt): Promise<Response> {
    const { pending, isSilent, returnTo } = attempt
    c.var.log({ level: 'info', event: 'sign_in_again', detail: { provider: provider.id } })
    const { acrValues, maxAgeSeconds } = pending
    const request = { acrValues, maxAgeSeconds, isSilent, idTokenHint: null, passedOn: {} }
    return beginLogin(c, provider, { ...request, isSecondTry: true as const, returnTo }, deps)
  }

  /** Some providers leave the state out of an error, and no one waits for the answer to a silent attempt. */
  async function goOnWithoutAttempt(c: RequestContext, answer: URLSearchParams): Promise<Response> {
    if (!answer.has('code') && awaitsAnswer(c)) {
      const reason = 'the answer to a silent sign-in names no attempt of this browser (state)'
      c.var.log({ level: 'warn', event: 'silent_sign_in_failed', detail: { reason } })
      return goOn(c, null)
    }
    refuseRepeated(answer)
    return goOnIfSignedIn(c, null)
  }

  /** A reloaded callback, the back button, a tab left open: anyone who is signed in already just goes on. */
  async function goOnIfSignedIn(c: RequestContext, attempt: Attempt | null): Promise<Response> {
    if (await sessionOf(c, deps)) return goOn(c, attempt)
    throw new GatehouseError(
      'state_unknown',
      'no_pending_login',
      'the answer belongs to no sign-in that this browser has under way',
    )
  }

  async function beginSession(
    c: RequestContext,
    provider: Provider,
    login: VerifiedLogin,
    { admission, scimKey }: Pick<SignIn, 'admission' | 'scimKey'>,
    attempt: Attempt,
  ): Promise<Outcome> {
    const { id: providerId } = provider
    const { issuer, subject, authentication } = login
    const { token, tokenHash } = await newSessionToken()
    const kept = keptTokens(login.tokens, config)
    const lifeSeconds = lifeOf(authentication)
    const outcome = await sessions.begin({
      providerId,
      admission,
      scimKey,
      tokenHash,
      subHash: await subHashOf(issuer, subject),
      sidHash: authentication.sid === null ? null : await sidHashOf(provider.sidScope(issuer), authentication.sid),
      authentication,
      startedAt: attempt.startedMilliseconds ?? attempt.startedAt * 1000,
      sealedTokens: await sealTokens(sealers.tokens, kept, tokenHash),
      tokensExpireAt: kept.expiresAt,
      replacedTokenHash: await replacedBy(c, attempt),
      expiresAt: epochSeconds(clock) + lifeSeconds,
      reference: referenceOf(c),
      origin: originOf(c, config),
    })
    refuseOutsiders(outcome)
    forgetTries(c)
    giveSession(c, token, lifeSeconds)
    await tellAttempts(c, tokenHash, attempt, deps)
    if (admission.identity.x_grp === null) warnOfUnknownGroups(c, provider)
    tellOfUnreadClaims(c, provider, login)
    if (isStatusUnknown(login.claims, config.opentalk?.settings ?? null)) warnOfUnknownStatus(c, providerId)
    return outcome
  }

  /** @see OpenID Connect Core 1.0 section 5.6.2 */
  function warnOfUnknownGroups(c: RequestContext, { id: provider, config: { type } }: Provider): void {
    const fix = withNames(VENDORS[type].tooManyGroups)
    const reason = 'the person has more groups than the provider puts into a token, so their groups are not known'
    c.var.log({ level: 'warn', event: 'groups_unknown', detail: { provider, reason, fix } })
  }

  function tellOfUnreadClaims(c: RequestContext, { id, config: rules }: Provider, { claims }: VerifiedLogin): void {
    const unread = unreadClaims(claims, rules)
    if (unread === null) return
    const level = unread.unreadable.length > 0 ? 'warn' : 'info'
    c.var.log({ level, event: 'claims_unread', detail: { provider: id, ...unread } })
  }

  function warnOfUnknownStatus(c: RequestContext, provider: string): void {
    const reason =
      'the claim tariff_status of the person stands in no list of tariffs.status_mapping, and counts as default'
    c.var.log({ level: 'warn', event: 'tariff_status_unknown', detail: { provider, reason } })
  }

  /** As long as we allow, and no longer than the provider does. */
  function lifeOf({ sessionExpiry }: Authentication): number {
    if (sessionExpiry === null) return config.sessionSeconds
    const left = sessionExpiry - epochSeconds(clock)
    if (left <= 0)
      throw new GatehouseError(
        'token_invalid',
        'session_over',
        'the provider says that the session is over already (session_expiry)',
      )
    return Math.min(left, config.sessionSeconds)
  }

  function goOn(c: RequestContext, attempt: Attempt | null): Response {
    return c.redirect(targetOf(attempt), c.req.method === 'POST' ? 303 : 302)
  }

  /** Judged once more: the list of allowed hosts may have changed since the start. */
  function targetOf(attempt: Attempt | null): string {
    return landingOf(attempt?.returnTo ?? null, config)
  }

  return app
}

function refuseRepeated(answer: URLSearchParams): void {
  const repeated = DECISIVE.filter((name) => answer.getAll(name).length > 1)
  if (repeated.length === 0) return
  throw new GatehouseError(
    'invalid_request',
    'parameter_repeated',
    'the answer of the provider has a parameter twice',
    {
      detail: { repeated },
    },
  )
}
