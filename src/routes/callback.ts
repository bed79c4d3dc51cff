/**
 * The provider's answer comes back through the browser: GET, or POST for a form, of /api/v1.0/callback/; who signed in gets a new session.
 */
import { type Context, Hono } from 'hono'
import { admissionOf, type Outcome, refuseOutsiders } from '../accounts/provision.ts'
import { isStatusUnknown } from '../accounts/tariffs.ts'
import { epochSeconds } from '../clock.ts'
import { sha256 } from '../crypto.ts'
import type { Deps } from '../deps.ts'
import { GatehouseError } from '../errors.ts'
import { type Authentication, type Provider, stateOf, type VerifiedLogin } from '../oidc/provider.ts'
import { isDueByBrowser } from '../tokens/renewal.ts'
import { newSessionToken } from '../tokens/session.ts'
import { keptTokens, sealTokens, sidHashOf, subHashOf } from '../tokens/vault.ts'
import { ATTEMPT_SECONDS, type Attempt, takeAttempt } from './attempts.ts'
import { limitedForm } from './body.ts'
import { answersAs, type RequestVariables } from './context.ts'
import { depart } from './departure.ts'
import { onlyAllows } from './failures.ts'
import { eitherForm } from './paths.ts'
import { callbackPath, rememberProvider } from './provider-choice.ts'
import { notingRefusal } from './refusal-notes.ts'
import { landingOf } from './return-to.ts'
import { giveSession, sessionOf, sessionTokenOf } from './session-cookie.ts'

type RequestContext = Context<RequestVariables>

/** The members of the answer that decide something; each may come once. @see RFC 6749 section 3.1 */
const DECISIVE = ['state', 'code', 'iss', 'error', 'response']

export function callbackRoutes(deps: Deps) {
  const { config, clock, providers, spentLogins, sessions, sealers, log } = deps
  const app = new Hono<RequestVariables>({ strict: false })

  // Each has a path of its own, so that no provider can answer in the place of another. @see RFC 9700 section 4.4.2
  for (const provider of providers.all) mount(provider, callbackPath(provider, deps))

  function mount(provider: Provider, path: string): void {
    app.get(eitherForm(path), answersAs('sign_in'), async (c) => {
      const answer = new URL(c.req.url).searchParams
      refuseRepeated(answer)
      const attempt = await takeAttempt(c, stateOf(answer), deps)
      if (!attempt) return goOnIfSignedIn(c, null)
      return finish(c, provider, answer, attempt)
    })

    // @see OAuth 2.0 Form Post Response Mode
    app.post(eitherForm(path), answersAs('sign_in'), async (c) => {
      if (provider.config.OIDC_RESPONSE_MODE !== 'form_post') return onlyAllows('GET', 'HEAD')(c)
      const answer = await limitedForm(c, 'state')
      const attempt = await takeAttempt(c, stateOf(answer), deps)
      // A form from another site brings no session cookie; the browser is asked once more in a way that does.
      if (!attempt) return c.redirect(`${config.BASE_URL}${path}`, 303)
      return finish(c, provider, answer, attempt)
    })
    app.all(eitherForm(path), onlyAllows('GET', 'HEAD'))
  }

  async function finish(
    c: RequestContext,
    provider: Provider,
    answer: URLSearchParams,
    attempt: Attempt,
  ): Promise<Response> {
    if (attempt.providerId !== provider.id) {
      throw new GatehouseError('state_unknown', 'the answer came to the callback of another provider than was asked', {
        detail: { asked: attempt.providerId, answered: provider.id },
      })
    }
    const stateHash = await sha256(attempt.pending.state)
    if (!(await spentLogins.spend(stateHash, attempt.startedAt + ATTEMPT_SECONDS))) return goOnIfSignedIn(c, attempt)
    const isDone = await notingRefusal(c, provider.id, deps, () => signIn(c, provider, answer, attempt))
    if (!isDone) return beginAgain(c, provider, attempt)
    return c.redirect(targetOf(attempt), c.req.method === 'POST' ? 303 : 302)
  }

  /** `false`: the provider has forgotten the sign-in, and there may be another. */
  async function signIn(
    c: RequestContext,
    provider: Provider,
    answer: URLSearchParams,
    attempt: Attempt,
  ): Promise<boolean> {
    try {
      const login = await provider.finishLogin(answer, attempt.pending)
      const outcome = await beginSession(c, provider, login, attempt)
      rememberProvider(c, provider, providers)
      log({
        level: 'info',
        event: 'sign_in',
        ref: c.get('reference'),
        detail: { provider: provider.id, issuer: login.issuer, by_email: outcome === 'matched' },
      })
    } catch (error) {
      const isExpired = error instanceof GatehouseError && error.code === 'login_expired'
      if (isExpired && !attempt.isSecondTry) return false
      // Whoever cannot be signed in without being asked goes on signed out, as they were.
      const isNobodyThere = error instanceof GatehouseError && error.code === 'interaction_required'
      if (!attempt.isSilent || !isNobodyThere) throw error
      if (error.detail.provider_error === 'login_required') await endUnconfirmed(c, provider, attempt)
    }
    return true
  }

  /**
   * The provider no longer knows who is there, and there was nothing else to ask it with. A session that is not due is left alone, and
   * so is one of another provider, which anybody could have asked by a link.
   */
  async function endUnconfirmed(c: RequestContext, { id }: Provider, { replacedTokenHash }: Attempt): Promise<void> {
    const session = replacedTokenHash === null ? null : await sessions.find(replacedTokenHash)
    if (session?.providerId !== id || !isDueByBrowser(session, config, clock)) return
    await sessions.end(session.tokenHash, c.get('reference'))
  }

  /** The person has done nothing wrong, and their page at the provider is still before them: so at once, and once. */
  function beginAgain(c: RequestContext, provider: Provider, attempt: Attempt): Promise<Response> {
    const { pending, isSilent, returnTo } = attempt
    log({ level: 'info', event: 'sign_in_again', ref: c.get('reference'), detail: { provider: provider.id } })
    const { acrValues, maxAgeSeconds } = pending
    const departure = { acrValues, maxAgeSeconds, isSilent, isSecondTry: true as const, passedOn: {}, returnTo }
    return depart(c, provider, departure, deps)
  }

  /** A reloaded callback, the back button, a tab left open: whoever is signed in already just goes on. */
  async function goOnIfSignedIn(c: RequestContext, attempt: Attempt | null): Promise<Response> {
    if (await sessionOf(c, deps)) return c.redirect(targetOf(attempt), c.req.method === 'POST' ? 303 : 302)
    throw new GatehouseError('state_unknown', 'the answer belongs to no sign-in that this browser has under way')
  }

  async function beginSession(
    c: RequestContext,
    provider: Provider,
    login: VerifiedLogin,
    attempt: Attempt,
  ): Promise<Outcome> {
    const { id: providerId, config: rules } = provider
    const { issuer, subject, authentication } = login
    const admission = admissionOf(login, rules)
    const { token, tokenHash } = await newSessionToken()
    const replaced = sessionTokenOf(c)
    const kept = keptTokens(login.tokens, config)
    const lifeSeconds = lifeOf(authentication)
    const outcome = await sessions.begin({
      providerId,
      admission,
      tokenHash,
      subHash: await subHashOf(issuer, subject),
      sidHash: authentication.sid === null ? null : await sidHashOf(provider.sidScope(issuer), authentication.sid),
      authentication,
      sealedTokens: await sealTokens(sealers.tokens, kept, tokenHash),
      tokensExpireAt: kept.expiresAt,
      replacedTokenHash: replaced === null ? attempt.replacedTokenHash : await sha256(replaced),
      expiresAt: epochSeconds(clock) + lifeSeconds,
      reference: c.get('reference'),
    })
    refuseOutsiders(outcome)
    giveSession(c, token, lifeSeconds)
    if (admission.identity.x_grp === null) warnOfUnknownGroups(c, providerId)
    if (isStatusUnknown(login.claims, config.opentalk?.settings ?? null)) warnOfUnknownStatus(c, providerId)
    return outcome
  }

  /** @see Microsoft Entra ID, "groups overage claim" */
  function warnOfUnknownGroups(c: RequestContext, provider: string): void {
    const fix =
      'at Microsoft: App registrations, Token configuration, groups claim "Groups assigned to the application"; or app roles, with OIDC_USERINFO_GROUPS_CLAIM=roles'
    const reason = 'the person has more groups than the provider puts into a token, so their groups are not known'
    log({ level: 'warn', event: 'groups_unknown', ref: c.get('reference'), detail: { provider, reason, fix } })
  }

  function warnOfUnknownStatus(c: RequestContext, provider: string): void {
    const reason =
      'the claim tariff_status of the person stands in no list of tariffs.status_mapping, and counts as default'
    log({ level: 'warn', event: 'tariff_status_unknown', ref: c.get('reference'), detail: { provider, reason } })
  }

  /** As long as we allow, and no longer than the provider does. */
  function lifeOf({ sessionExpiry }: Authentication): number {
    if (sessionExpiry === null) return config.SESSION_COOKIE_AGE
    const left = sessionExpiry - epochSeconds(clock)
    if (left <= 0)
      throw new GatehouseError('token_invalid', 'the provider says that the session is over already (session_expiry)')
    return Math.min(left, config.SESSION_COOKIE_AGE)
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
  throw new GatehouseError('invalid_request', 'the answer of the provider has a parameter twice', {
    detail: { repeated },
  })
}
